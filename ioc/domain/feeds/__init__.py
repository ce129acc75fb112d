"""Feeds: what each promised, what came of it, and how well it keeps its word."""
