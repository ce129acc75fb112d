"""Groups of calls, one file each: `ROUTES`."""

from web.boundary.folder import ApiPlugin, check

CONTRACT = ApiPlugin

__all__ = ["CONTRACT", "check"]
