"""Sinks of the records, one file each: each takes every batch and writes its part of one common transaction."""
