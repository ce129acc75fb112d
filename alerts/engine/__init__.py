"""Evaluating: rules run on a snapshot of the world, their findings become transitions of alerts."""
