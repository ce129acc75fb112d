"""What knows nothing of this product: errors, time, text, files, shares, the values everything speaks in."""
