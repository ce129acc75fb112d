"""What the province is made of: organisations, calendars, sources, dossiers, figures."""
