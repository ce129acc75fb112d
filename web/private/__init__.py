"""The one room of the web role that uses what a library does not promise; a file a purpose.

Each library is pinned to one version in `pyproject.toml`. Each name has a canary in `tests/web/test_private.py`:
a version that moves it fails there with a sentence.
"""

PINNED = ("Flask-SocketIO", "gevent", "python-engineio", "python-socketio", "simple-websocket")
