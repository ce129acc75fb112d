"""The language of the field: topics, payloads, kinds, events, and the maps of foreign formats."""
