"""The types of configuration values, each with what is allowed."""

from typing import Annotated

from msgspec import Meta

Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
OrgCode = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
Port = Annotated[int, Meta(ge=1, le=65535)]
Seconds = Annotated[float, Meta(ge=0)]
Percentage = Annotated[float, Meta(ge=0, le=100)]
Positive = Annotated[int, Meta(ge=1)]
SourcePath = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.-]{1,64}/[a-z0-9_]{1,64}/[A-Za-z0-9_-]{1,64}$")]
