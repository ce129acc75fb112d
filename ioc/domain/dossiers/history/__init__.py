"""One dossier's life: its statements, the course it took, its deadlines judged, and the record kept of it."""
