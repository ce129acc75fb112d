"""Dossiers as they are shown: lists, forms, indices, indicators, and how far they can be trusted."""
