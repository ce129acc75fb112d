"""Ground floor, free of this product: errors, time, text, files, shares, the values everything speaks in."""
