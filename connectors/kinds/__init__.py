"""The kinds of source, one file each: `kind`, and `SPEC` (`ioc.messages.kinds.KindSpec`) that says what it sends."""
