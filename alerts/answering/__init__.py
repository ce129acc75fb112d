"""What people answer from afar: by a text to a number of ours, or by the link of a message."""
