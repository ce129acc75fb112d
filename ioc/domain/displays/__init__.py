"""Displays: the screens that hang on walls, how they come in, what they are told to show."""
