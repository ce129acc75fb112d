"""The embedded broker: `nats-server`, which speaks MQTT 3.1.1 over an append-only store, under our configuration."""
