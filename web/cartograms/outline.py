"""The outline of a province on the map of points: GeoJSON, checked and made small."""

SORT = "outline"  # of documents
