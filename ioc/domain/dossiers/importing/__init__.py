"""Dossiers on their way in: files checked and loaded, events recorded, and recorded dossiers judged again."""
