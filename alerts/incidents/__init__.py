"""Incidents: alerts of one cause, which screens, messages and acknowledgements speak of as one."""
