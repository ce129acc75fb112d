"""Files of an administrator that change the province: organisations, sources, days, figures."""
