"""Dossiers: what the systems that hold them have told us."""
