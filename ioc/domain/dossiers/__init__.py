"""Dossiers: what the systems that hold them report, judged against deadlines, counted and shown."""
