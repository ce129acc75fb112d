"""Rules on the live state, and the messages they cause."""
