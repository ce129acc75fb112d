"""Listening for what vendors say on topics that no map means yet."""
