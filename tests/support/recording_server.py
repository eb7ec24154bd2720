"""An HTTPS server for tests that writes down what it is asked and answers as it is told.

    recording_server.py FOLDER CERTIFICATE KEY

It prints its port. Each request becomes a line of JSON in FOLDER/requests: method, path, headers
(names in lower case), body. The answer to a path that starts with /NAME/ is FOLDER/NAME.json, if it
is there: {"status": 200, "body": any value, "headers": {}, "delay": seconds}; else 200 and "{}". /hang/... gets none.
"""

import http.server
import json
import os
import socketserver
import ssl
import sys
import threading
import time

folder, certificate, key = sys.argv[1:4]
lock = threading.Lock()


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def serve(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        seen = {"method": self.command, "path": self.path, "body": body,
                "headers": {name.lower(): value for name, value in self.headers.items()}}
        with lock, open(os.path.join(folder, "requests"), "a", encoding="utf-8") as file:
            file.write(json.dumps(seen) + "\n")
        name = self.path.split("/")[1].split("?")[0]
        if name == "hang":
            time.sleep(60)
            return
        answer = {}
        try:
            with open(os.path.join(folder, name + ".json"), encoding="utf-8") as file:
                answer = json.load(file)
        except FileNotFoundError:
            pass
        time.sleep(answer.get("delay", 0))
        content = json.dumps(answer.get("body", {})).encode()
        self.send_response(answer.get("status", 200))
        for header, value in answer.get("headers", {}).items():
            self.send_header(header, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def handle(self):
        try:
            super().handle()
        except (OSError, ValueError):
            pass  # the client left

    do_POST = serve
    do_PUT = serve
    do_GET = serve


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # a client that does not trust the certificate


if __name__ == "__main__":
    server = Server(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True,
                                        do_handshake_on_connect=False)
    print(server.server_address[1], flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    # Ends with the program that started it, even when that was killed.
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(1)
