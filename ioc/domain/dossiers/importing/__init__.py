"""Dossiers on their way in: files checked and loaded, events recorded, and known dossiers judged again."""
