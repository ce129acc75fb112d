"""The backbone of the operations centre: inventory, ingest, stores, live state."""
