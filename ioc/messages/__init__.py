"""What the field sends: topics, payloads, kinds, events, and the maps of foreign formats."""
