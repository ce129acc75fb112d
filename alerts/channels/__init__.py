"""Ways to reach people, one file each, held to `alerts.message.ChannelPlugin`: `kind`, `Options`, `address`, `send`."""
