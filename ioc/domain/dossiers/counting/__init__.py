"""Numbers of dossiers: counters kept by day, org and source, and the figures read back from them."""
