"""The kinds of source, one file each: `kind`, and `SPEC` (`ioc.messages.kinds.KindSpec`) that says what it sends."""

from ioc.messages.kinds import KindPlugin, check, texts_of

CONTRACT = KindPlugin

__all__ = ["CONTRACT", "check", "texts_of"]
