"""Running an installation: its roles and their supervisor, backup, doctor, devices, the broker role."""
