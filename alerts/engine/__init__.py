"""Looking: rules evaluated on a snapshot, what they find turned into transitions of alerts."""
