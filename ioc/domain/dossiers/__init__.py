"""Dossiers: what the systems that hold them have told us, judged against their deadlines and counted."""
