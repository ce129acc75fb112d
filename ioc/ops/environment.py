"""Names of the environment variables by which the supervisor speaks to a role's process."""

READY_FD = "IOC_READY_FD"
HTTP_FD = "IOC_HTTP_FD"
PARENT = "IOC_PARENT"
