"""Technical ground of the product: database, broker, leases, jobs, heartbeats, logs."""
