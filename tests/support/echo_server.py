"""A small HTTP server for tests. It prints its IPv4 and IPv6 port and serves until it is ended.

/echo...          what was asked, as JSON: method, target, headers (names in lower case), body (hex)
/raw/<hex>        these bytes, then the connection closes
/answer           the body of the request, then the connection closes
/redirect/<n>/<hex>  status n with the decoded Location
/hang             no answer at all
/drip             a body of 1000 bytes, one every 50 ms
/drip-head        a header that grows by a byte every 50 ms and never ends
/zip/<n>          n zero bytes, packed with gzip
/refuse           413 before the body is read, then the connection closes
/stall            takes the headers and never reads the body
"""

import gzip
import json
import os
import socket
import sys
import threading
import time


def read_head(stream):
    line = stream.readline().decode("latin-1").rstrip("\r\n")
    headers = {}
    while True:
        header = stream.readline().decode("latin-1").rstrip("\r\n")
        if not header:
            return line, headers
        name, _, value = header.partition(":")
        headers[name.lower()] = value.strip()


def answer(connection, status, headers, body):
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in headers)
    connection.sendall(head.encode("latin-1") + b"\r\n" + body)


def drip(connection, piece, count):
    for _ in range(count):
        connection.sendall(piece)
        time.sleep(0.05)


def serve(connection):
    stream = connection.makefile("rb")
    line, headers = read_head(stream)
    if not line:
        return
    method, target, _ = line.split(" ", 2)
    path = target.split("?")[0].split("/")
    if path[1] == "refuse":
        answer(connection, "413 Too Large", [], b"no")
        return
    if path[1] in ("hang", "stall"):
        if path[1] == "hang":
            stream.read(int(headers.get("content-length", 0)))
        time.sleep(60)
        return
    body = stream.read(int(headers.get("content-length", 0)))
    if path[1] == "raw":
        connection.sendall(bytes.fromhex(path[2]))
    elif path[1] == "answer":
        connection.sendall(body)
    elif path[1] == "redirect":
        location = bytes.fromhex(path[3]).decode()
        answer(connection, f"{path[2]} Go", [("Location", location)], b"elsewhere")
    elif path[1] == "drip":
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        drip(connection, b"x", 1000)
    elif path[1] == "drip-head":
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
        drip(connection, b"x", 1000)
    elif path[1] == "zip":
        packed = gzip.compress(b"\0" * int(path[2]))
        answer(connection, "200 OK", [("Content-Encoding", "gzip")], packed)
    else:
        seen = {"method": method, "target": target, "headers": headers, "body": body.hex()}
        answer(connection, "200 OK", [("Content-Type", "application/json")],
               b"" if method == "HEAD" else json.dumps(seen).encode())


def handle(connection):
    try:
        serve(connection)
        connection.shutdown(socket.SHUT_WR)
    except Exception:
        pass  # the client left, or sent what is no request
    finally:
        connection.close()


def accept(listener):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=handle, args=(connection,), daemon=True).start()


def listen(family, address):
    try:
        listener = socket.create_server((address, 0), family=family)
    except OSError:
        return 0
    threading.Thread(target=accept, args=(listener,), daemon=True).start()
    return listener.getsockname()[1]


if __name__ == "__main__":
    print(listen(socket.AF_INET, "127.0.0.1"), listen(socket.AF_INET6, "::1"), flush=True)
    # Ends with the program that started it, even when that was killed.
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(1)
    sys.exit(0)
