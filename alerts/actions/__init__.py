"""Acts of people on alerts: what each asks for, what it changes, and how many are written as one."""
