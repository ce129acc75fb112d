"""Vendors' topics and words turned into ours as `[[map]]` declares; nobody writes code for a device."""
