"""One dossier's life: what was said of it, the course it took, and its deadlines judged."""
