"""Runs the configured connectors: when each is due, how long it may take, what its answers mean, and who holds it."""
