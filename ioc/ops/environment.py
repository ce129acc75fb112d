"""Names of the environment variables by which the supervisor speaks to a role's process."""

READY_FD = "IOC_READY_FD"
HTTP_FD = "IOC_HTTP_FD"
SMTP_FD = "IOC_SMTP_FD"  # of the demonstration's own mail server
SMS_FD = "IOC_SMS_FD"  # and of its SMS gateway
PARENT = "IOC_PARENT"
