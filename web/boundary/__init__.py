"""What every call of the API is made of: its route, the call as its handler sees it, and what it is answered with."""
