"""The one error type of the project: a named reason, its parameters, and whether trying again can help."""


class IocError(Exception):
    """A failure that a person or a retry loop must act on.

    `code` is a stable snake_case name (texts: `error.<code>`), `message` one plain English line naming the thing and
    what to do, `params` what the translated text needs. `transient` is true where the same call may succeed later.
    """

    def __init__(self, code: str, message: str = "", *, transient: bool = False, **params: object) -> None:
        super().__init__(message or code)
        self.code = code
        self.message = message or code
        self.transient = transient
        self.params = params


class UsageError(IocError):
    """Wrong usage or configuration: the command line ends with exit code 2."""
