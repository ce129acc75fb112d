"""A demo province that lives: a believable week of Hà Giang, published over MQTT and marked as simulated."""
