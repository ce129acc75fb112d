"""Ways to reach people, one file each: `kind`, `Options`, `address`, `send`."""

from alerts.message import ChannelPlugin

CONTRACT = ChannelPlugin
