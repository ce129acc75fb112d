"""Outlines: the true borders of the parts of a province, as somebody brought them, small enough for a screen."""
