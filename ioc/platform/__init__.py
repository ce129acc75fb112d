"""What the product stands on: database, broker, leases, jobs, heartbeats, logs."""
