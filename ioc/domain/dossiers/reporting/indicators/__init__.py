"""The catalogue of indicators: what each one measures, and which dossiers are behind it."""
