"""The dead man's switch: a watchman on another machine tells by its own channels when an installation falls silent."""
