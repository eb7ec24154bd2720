"""A small HTTP server for tests. It prints its IPv4 and IPv6 port and serves until it is ended.

/echo...          what was asked, as JSON: method, target, headers (names in lower case), body (hex)
/raw/<hex>        these bytes, then the connection closes
/answer           the body of the request, then the connection closes
/redirect/<n>/<hex>  status n with the decoded Location
/hang             no answer at all
/drip             a body of 1000 bytes, one every 50 ms
/drip-head        a header that grows by a byte every 50 ms and never ends
/zip/<n>          n zero bytes, packed with gzip
/deflate/<n>, /deflate-raw/<n>  the same with deflate, with the head and end of zlib or without
/refuse           413 before the body is read, then the connection closes
/stall            takes the headers and never reads the body
/file/<name>      a file; its query tells the size, etags and modified (comma-separated: for the
                  first request, the second ...; the content depends on them), cut (the first
                  answer ends after that many bytes), and ranges (ok; none; blind, which heeds no
                  If-Range; wrong, which sends another part; unasked, which always sends a part)
/seen/<name>      the headers of all requests for that file
/ready/<name>/<n> 503 for the first n requests, then {"state": "up", "list": [1, null]}
"""

import gzip
import json
import os
import socket
import sys
import threading
import time
import urllib.parse
import zlib

seen = {}  # requests by name
lock = threading.Lock()


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


def remember(name, headers):
    """How many requests there were before."""
    with lock:
        seen.setdefault(name, []).append(headers)
        return len(seen[name]) - 1


def of_request(values, number):
    listed = values.split(",")
    return listed[min(number, len(listed) - 1)]


def content(size, version):
    start = zlib.crc32(version.encode()) % 251
    pattern = bytes((start + i * 7) % 251 for i in range(251))
    return (pattern * (size // 251 + 1))[:size]


def serve_file(connection, target, headers):
    url = urllib.parse.urlsplit(target)
    options = dict(urllib.parse.parse_qsl(url.query))
    number = remember(url.path.split("/")[2], headers)
    etag = of_request(options.get("etags", ""), number)
    modified = of_request(options.get("modified", ""), number)
    ranges = options.get("ranges", "ok")
    body = content(int(options.get("size", 100000)), etag + modified)
    sent = [("Date", "Mon, 06 May 2024 10:00:00 GMT")]
    if etag:
        sent.append(("ETag", etag))
    if modified:  # seconds before now
        sent.append(("Last-Modified", f"Mon, 06 May 2024 09:59:{60 - int(modified):02} GMT"
                     if int(modified) else "Mon, 06 May 2024 10:00:00 GMT"))
    status = "200 OK"
    asked = headers.get("range", "bytes=5-" if ranges == "unasked" else "")
    condition = headers.get("if-range", "")
    same = condition in ("", etag, sent[-1][1]) or ranges in ("blind", "unasked")
    if asked and ranges != "none" and same:
        first = int(asked[6:-1])
        if first >= len(body):
            answer(connection, "416 No", [("Content-Range", f"bytes */{len(body)}")], b"")
            return
        first += 1 if ranges == "wrong" else 0
        status = "206 Partial"
        sent.append(("Content-Range", f"bytes {first}-{len(body) - 1}/{len(body)}"))
        body = body[first:]
    cut = int(options["cut"]) if "cut" in options and number == 0 else len(body)
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in sent)
    connection.sendall(head.encode() + b"\r\n" + body[:cut])


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
    elif path[1] in ("deflate", "deflate-raw"):
        packer = zlib.compressobj(wbits=15 if path[1] == "deflate" else -15)
        packed = packer.compress(b"\0" * int(path[2])) + packer.flush()
        answer(connection, "200 OK", [("Content-Encoding", "deflate")], packed)
    elif path[1] == "file":
        serve_file(connection, target, headers)
    elif path[1] == "seen":
        answer(connection, "200 OK", [("Content-Type", "application/json")],
               json.dumps(seen.get(path[2], [])).encode())
    elif path[1] == "ready":
        if remember(path[2], headers) < int(path[3]):
            answer(connection, "503 Starting", [("Content-Type", "text/plain")], b"not yet")
        else:
            answer(connection, "200 OK", [], b'{"state": "up", "list": [1, null]}')
    else:
        saw = {"method": method, "target": target, "headers": headers, "body": body.hex()}
        answer(connection, "200 OK", [("Content-Type", "application/json")],
               b"" if method == "HEAD" else json.dumps(saw).encode())


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
