"""Indicators by period: their catalogue, the values of units with every correction, and how these stand."""
