"""People: who they are, who is on duty, and who has taken the shift."""
