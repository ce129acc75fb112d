"""The parts of every call of the API: its route, the call as its handler sees it, and its answer."""
