"""Telling: who is told of an alert, queued with the transition, delivered at least once."""
