"""The province: organisations, calendars, sources, dossiers, figures."""
