"""What is shown of dossiers: lists, forms, indices, indicators, and how far they can be trusted."""
