"""A small HTTP proxy for tests. It prints its port and serves until it is ended.

    proxy_server.py [user:password]

It passes requests on (absolute form) and opens tunnels (CONNECT); whatever host is named, it
connects to the port on 127.0.0.1. /seen, asked for directly, gives the first lines of all requests.
A tunnel to a host that starts with "closed" is refused with 403.
"""

import base64
import json
import os
import socket
import sys
import threading
import time
import urllib.parse

seen = []
wanted = "Basic " + base64.b64encode(sys.argv[1].encode()).decode() if len(sys.argv) > 1 else None


def read_head(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return None
        data += piece
    head, _, rest = data.partition(b"\r\n\r\n")
    return head.decode("latin-1").split("\r\n"), rest


def answer(connection, status, body, *headers):
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n"
    head += "".join(header + "\r\n" for header in headers)
    connection.sendall(head.encode() + b"\r\n" + body)


def copy(source, target):
    try:
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def join(client, server):
    back = threading.Thread(target=copy, args=(server, client), daemon=True)
    back.start()
    copy(client, server)
    back.join()


def serve(client):
    head = read_head(client)
    if head is None:
        return
    lines, rest = head
    method, target, version = lines[0].split(" ", 2)
    headers = dict(line.split(": ", 1) for line in lines[1:])
    if target == "/seen":
        answer(client, "200 OK", json.dumps(seen).encode())
        return
    seen.append(lines[0])
    if wanted and headers.pop("Proxy-Authorization", None) != wanted:
        answer(client, "407 Who", b"say who you are", "Proxy-Authenticate: Basic")
        return
    if method == "CONNECT":
        host, _, port = target.rpartition(":")
        if host.startswith("closed"):
            answer(client, "403 No", b"not that one")
            return
        with socket.create_connection(("127.0.0.1", int(port))) as server:
            client.sendall(b"HTTP/1.1 200 Go\r\n\r\n")
            join(client, server)
        return
    url = urllib.parse.urlsplit(target)
    with socket.create_connection(("127.0.0.1", url.port)) as server:
        request = f"{method} {target[target.index('/', 7):]} {version}\r\n"
        request += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        server.sendall(request.encode("latin-1") + b"\r\n" + rest)
        join(client, server)


def handle(client):
    try:
        serve(client)
        client.shutdown(socket.SHUT_WR)
    except Exception:
        pass  # somebody left
    finally:
        client.close()


def accept(listener):
    while True:
        client, _ = listener.accept()
        threading.Thread(target=handle, args=(client,), daemon=True).start()


if __name__ == "__main__":
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    threading.Thread(target=accept, args=(listener,), daemon=True).start()
    # Ends with the program that started it, even when that was killed.
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(1)
    sys.exit(0)
