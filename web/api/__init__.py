"""Groups of calls, one file each: `ROUTES`."""

from web.routes import ApiPlugin, check

CONTRACT = ApiPlugin

__all__ = ["CONTRACT", "check"]
