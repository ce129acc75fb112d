"""The demonstration's own mail server and SMS gateway: what is sent there is kept to be looked at, and goes nowhere."""
