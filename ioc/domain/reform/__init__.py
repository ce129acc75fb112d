"""Units that merge, split or end on a day: what it means, whom it concerns, and carrying it out."""
