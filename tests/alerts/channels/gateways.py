"""HTTP servers that speak as SMS gateways do: one that answers as told, and one a make with the rules of that make."""

import base64
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class Gateway(ThreadingHTTPServer):
    """Answers each request with the next of `answers` (status, body), else as its make does."""

    daemon_threads = True

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, dict[str, str], str]] = []
        self.answers: list[tuple[int, str]] = []
        self.texts: list[tuple[str, str]] = []  # number and text of what was taken
        super().__init__(("127.0.0.1", 0), Door)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    def take(self, _path: str, _headers: dict[str, str], _body: str) -> tuple[int, str]:
        return 200, '{"CodeResult": "100"}'


class Door(BaseHTTPRequestHandler):
    server: Gateway

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        headers = dict(self.headers)
        self.server.requests.append((self.command, self.path, headers, body))
        taken = self.server.take(self.path, headers, body)
        status, reply = self.server.answers.pop(0) if self.server.answers else taken
        self.send_response(status)
        self.end_headers()
        self.wfile.write(reply.encode())

    do_GET = do_POST = do_PUT = answer

    def log_message(self, *_: Any) -> None:
        pass


class Esms(Gateway):
    """eSMS: JSON in, `CodeResult` out, a RequestId is taken once."""

    def take(self, path: str, _headers: dict[str, str], body: str) -> tuple[int, str]:
        given = json.loads(body)
        if path != "/MainService.svc/json/SendMultipleMessage_V4_post_json/":
            return 404, "Endpoint not found."
        if (given["ApiKey"], given["SecretKey"]) != ("khoa", "mat-khau"):
            return 200, '{"CodeResult": "101", "ErrorMessage": "Authorize Failed"}'
        if not re.fullmatch(r"0[35789]\d{8}", given["Phone"]):
            return 200, '{"CodeResult": "108", "ErrorMessage": "Phone is invalid"}'
        if any(
            request[3] and json.loads(request[3])["RequestId"] == given["RequestId"] for request in self.requests[:-1]
        ):
            return 200, '{"CodeResult": "124", "ErrorMessage": "RequestId is duplicate"}'
        if (given["SmsType"], given["Brandname"], given["IsUnicode"]) != ("2", "IOC HAGIANG", "0"):
            return 200, '{"CodeResult": "104", "ErrorMessage": "Brandname is not existed"}'
        self.texts.append((given["Phone"], given["Content"]))
        return 200, json.dumps({"CodeResult": "100", "CountRegenerate": 0, "SMSID": f"esms-{len(self.texts)}"})


class SpeedSms(Gateway):
    """SpeedSMS: JSON in, the access token as user name, an envelope of status and code out."""

    def take(self, path: str, headers: dict[str, str], body: str) -> tuple[int, str]:
        given = json.loads(body)
        if path != "/index.php/sms/send":
            return 404, "{}"
        if headers.get("Authorization") != "Basic " + base64.b64encode(b"token:x").decode():
            return 401, '{"name": "Unauthorized", "status": 401}'
        if not all(re.fullmatch(r"84[35789]\d{8}", number) for number in given["to"]):
            return 200, '{"status": "error", "code": "105", "message": "phone number invalid"}'
        if (given["sms_type"], given["sender"]) != (3, "IOC HAGIANG"):
            return 200, '{"status": "error", "code": "101", "message": "Invalid or missing parameters"}'
        self.texts += [(number, given["content"]) for number in given["to"]]
        data = {"tranId": 7_000 + len(self.texts), "totalSMS": 1, "totalPrice": 250, "invalidPhone": []}
        return 200, json.dumps({"status": "success", "code": "00", "data": data})


class Teltonika(Gateway):
    """A RUT router: all in the address, a word as the answer, 160 characters at most."""

    def take(self, path: str, _headers: dict[str, str], _body: str) -> tuple[int, str]:
        given = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        if urlsplit(path).path != "/cgi-bin/sms_send" or (given["username"], given["password"]) != ("user1", "p&ss=1"):
            return 403, "Forbidden"
        if not re.fullmatch(r"00\d{8,14}", given["number"]) or len(given["text"]) > 160:
            return 200, "WRONG_NUMBER\n"
        self.texts.append((given["number"], given["text"]))
        return 200, "OK\n"


@contextmanager
def serving(server: Gateway) -> Iterator[Gateway]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
