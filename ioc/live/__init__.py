"""The state of now, and how it is passed on between processes."""
