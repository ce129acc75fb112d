"""From the broker to the stores: receive, keep, acknowledge; then decode, record, measure, tell."""
