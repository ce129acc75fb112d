"""Periodic figures that people type in: one enters, another signs off, and what is signed goes out like any feed."""
