"""gevent's server: a connection that was a websocket never carries another request."""

from gevent.pywsgi import WSGIHandler


class Handler(WSGIHandler):  # type: ignore[misc]  # gevent is untyped
    def handle_one_response(self) -> None:
        super().handle_one_response()
        if "websocket" in self.environ.get("HTTP_UPGRADE", "").lower():
            self.close_connection = True
