"""What the stories of the platform share: an empty records database."""

from tests.ops.conftest import db

__all__ = ["db"]
