"""Serves the bare repositories of a folder over smart HTTP, by git's own http-backend.

    git_http_server.py FOLDER [CERTIFICATE KEY]

It prints its port and serves until it is ended. The first part of a path tells how:

/open/<repository>     anybody, reading and writing
/private/<repository>  ada with the password "secret"
/half/<repository>     the answer with the objects breaks off in its middle
/stall/<repository>    the same, but the connection stays open
/forbidden/...         403
/broken/...            503
/moved/<repository>    302 to /private/<repository> of the address in the file "moved-to", if there is one
"""

import base64
import http.server
import os
import socketserver
import ssl
import subprocess
import sys
import threading
import time

ALLOWED = "Basic " + base64.b64encode(b"ada:secret").decode()
folder = sys.argv[1]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def body(self):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        out = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            out += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return out

    def finish_early(self, status, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def serve(self):
        body = self.body()
        _, mode, rest = self.path.split("/", 2)
        with open(os.path.join(folder, "requests.log"), "a", encoding="utf-8") as log:
            log.write(f"{mode} {self.headers.get('Authorization', '-')}\n")
        if mode == "forbidden":
            return self.finish_early(403)
        if mode == "broken":
            return self.finish_early(503)
        if mode == "moved":
            with open(os.path.join(folder, "moved-to"), encoding="utf-8") as file:
                return self.finish_early(302, [("Location", file.read() + "/private/" + rest)])
        if mode == "private" and self.headers.get("Authorization") != ALLOWED:
            return self.finish_early(401, [("WWW-Authenticate", 'Basic realm="git"')])
        path, _, query = rest.partition("?")
        environment = {
            "PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": folder, "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_COUNT": "2",
            "GIT_CONFIG_KEY_0": "http.receivepack", "GIT_CONFIG_VALUE_0": "true",
            "GIT_CONFIG_KEY_1": "safe.directory", "GIT_CONFIG_VALUE_1": "*",
            "PATH_INFO": "/" + path, "QUERY_STRING": query, "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""), "REMOTE_USER": "ada",
            "REMOTE_ADDR": "127.0.0.1", "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        answer = subprocess.run(["git", "http-backend"], input=body, env=environment,
                                capture_output=True, check=False).stdout
        head, _, content = answer.partition(b"\r\n\r\n")
        headers = [tuple(line.decode().split(": ", 1)) for line in head.split(b"\r\n")]
        status = int(dict(headers).get("Status", "200").split()[0])
        self.send_response(status)
        for name, value in headers:
            if name != "Status":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if mode in ("half", "stall") and b"PACK" in content:
            self.wfile.write(content[:len(content) // 2])
            self.wfile.flush()
            with open(os.path.join(folder, "half-way"), "w", encoding="utf-8"):
                pass
            if mode == "stall":
                time.sleep(60)
            self.close_connection = True
            self.connection.close()
            return
        self.wfile.write(content)

    def handle(self):
        try:
            super().handle()
        except (OSError, ValueError):
            pass  # the client left

    do_GET = serve
    do_POST = serve


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True


if __name__ == "__main__":
    server = Server(("127.0.0.1", 0), Handler)
    if len(sys.argv) > 3:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[2], sys.argv[3])
        server.socket = context.wrap_socket(server.socket, server_side=True)
    print(server.server_address[1], flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    # Ends with the program that started it, even when that was killed.
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(1)
