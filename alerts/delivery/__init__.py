"""Notifying: whom to notify of an alert, queued with its transition and delivered at least once."""
