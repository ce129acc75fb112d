"""The options of an installation, and where they are read from."""
