"""Cartograms: on which tile of a grid each part of a province stands, the same on every screen."""
