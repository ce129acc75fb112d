"""Mutes: silences that people set and windows that come again hold back telling, never watching."""
