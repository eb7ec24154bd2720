"""A Docker Engine for tests that answers wrongly, slowly or not at all.

    engine_server.py SOCKET

It prints "ready" and serves until it is ended. Images: good, missing, denied, broken (the answer
breaks off), endless (a line without end), slow (no answer). Containers: hang (no answer), half (an
answer that breaks off), text (no JSON), odd (a log with a head that cannot be), cut (a log that ends
within a piece), tty (a log without heads), huge (20 MiB of log), fail (500).
"""

import json
import os
import re
import socketserver
import sys
import threading
import time


def frame(stream, data):
    return bytes([stream, 0, 0, 0]) + len(data).to_bytes(4, "big") + data


def lines(*messages):
    return b"".join(json.dumps(m).encode() + b"\r\n" for m in messages)


LOGS = {"odd": b"HTTP or whatever", "cut": frame(1, b"whole\n") + frame(2, b"not whole")[:12],
        "tty": b"no heads\n", "huge": b"".join(frame(1, b"x" * 65535 + b"\n") for _ in range(320)),
        "even": frame(1, b"") + frame(1, b"out\n") + frame(2, b"err\n") + frame(0, b"in\n")}
PULLS = {"good": lines({"status": "Pulling", "id": "a"}, {"status": "Done"}),
         "missing": lines({"status": "Pulling"}, {"error": "manifest unknown"}),
         "denied": lines({"error": "unauthorized: authentication required"}),
         "endless": b"x" * (2 << 20)}


class Handler(socketserver.StreamRequestHandler):
    def answer(self, status, body, length=None):
        head = f"HTTP/1.1 {status} x\r\nContent-Length: {length or len(body)}\r\n"
        self.wfile.write(head.encode() + b"Connection: close\r\n\r\n" + body)

    def handle(self):
        try:
            self.serve()
        except OSError:
            pass  # the client left

    def serve(self):
        target = self.rfile.readline().decode().split()[1]
        while self.rfile.readline().strip():
            pass
        image = re.match(r"/images/create\?fromImage=(\w+)", target)
        name = re.match(r"/containers/(\w+)/(\w+)", target)
        what = image.group(1) if image else name.group(1) if name else ""
        if what in ("slow", "hang"):
            time.sleep(60)
        elif what == "fail":
            self.answer(500, b'{"message": "out of order"}')
        elif what in ("broken", "half"):
            self.answer(200, b'{"status"', 1000)
        elif what == "text":
            self.answer(200, b"hello")
        elif image:
            self.answer(200, PULLS[what])
        elif name and name.group(2) == "logs":
            self.answer(200, LOGS[what])
        elif name:
            self.answer(200, json.dumps({"Id": "1", "Config": {"Tty": what == "tty"}}).encode())
        else:
            self.answer(200, b'{"Id": "sha256:1", "Size": 5}')


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


if __name__ == "__main__":
    server = Server(sys.argv[1], Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print("ready", flush=True)
    # Ends with the program that started it, even when that was killed.
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(1)
