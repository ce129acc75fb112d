"""SNMP agents: how they are asked, and what the usual tables of theirs mean."""
