"""Dossiers fetched from files, views and interfaces: checked whole, published as what has changed since."""
