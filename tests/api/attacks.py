"""Measures how long a good client of a host waits while others attack it.

    attacks.py URL TOKEN [SLOW CLIENTS] [WRONG TOKENS]

Prints the 50th and 99th percentile of GET /api/v1/runs by a good client: alone, beside clients that
drip a byte of a head or of a body now and then, beside clients that read nothing of what they asked
for, and beside one that shows wrong tokens as fast as it can.
"""

import http.client
import socket
import sys
import threading
import time
import urllib.parse


def measure(address, token, seconds):
    connection = http.client.HTTPConnection(*address)
    times = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        begun = time.perf_counter()
        connection.request("GET", "/api/v1/runs?limit=1", headers={"Authorization": "Bearer " + token})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
        times.append(time.perf_counter() - begun)
        time.sleep(0.002)
    times.sort()
    return times[len(times) // 2] * 1e3, times[len(times) * 99 // 100] * 1e3


def told(what, figures, idle, extra=""):
    print(f"{what:44} p50 {figures[0]:6.3f} ms  p99 {figures[1]:6.3f} ms  x{figures[0] / idle[0]:.1f} {extra}", flush=True)


def drip(address, count, head, stop, cut):
    clients = []
    for _ in range(count):
        client = socket.create_connection(address)
        client.setblocking(False)
        client.send(head)
        clients.append(client)
    while not stop.is_set():
        for client in clients:
            try:
                client.send(b"a")
            except OSError:
                cut[0] += 1
                client.close()
                clients.remove(client)
        stop.wait(1)
    for client in clients:
        client.close()


def guess(address, count, stop, statuses):
    connection = http.client.HTTPConnection(*address)
    for number in range(count):
        if stop.is_set():
            return
        connection.request("GET", "/api/v1/runs", headers={"Authorization": f"Bearer oat_{number:08d}_x_y"})
        answer = connection.getresponse()
        answer.read()
        statuses[answer.status] = statuses.get(answer.status, 0) + 1


def main():
    url = urllib.parse.urlsplit(sys.argv[1])
    address = (url.hostname, url.port)
    token = sys.argv[2]
    slow = int(sys.argv[3]) if len(sys.argv) > 3 else 2000
    wrong = int(sys.argv[4]) if len(sys.argv) > 4 else 100_000
    idle = measure(address, token, 3)
    told("alone", idle, idle)
    host = f"localhost:{url.port}"
    heads = {
        "slow heads": b"GET / HTTP/1.1\r\nHost: " + host.encode() + b"\r\nX-A: ",
        "slow bodies": (f"POST /api/v1/workflows/x/runs HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n"
                        "Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n").encode(),
        "nothing read of many answers": (f"GET /api/v1/openapi.json HTTP/1.1\r\nHost: {host}\r\n"
                                         f"Authorization: Bearer {token}\r\n\r\n").encode() * 20,
    }
    for what, head in heads.items():
        stop, cut = threading.Event(), [0]
        thread = threading.Thread(target=drip, args=(address, slow, head, stop, cut))
        thread.start()
        time.sleep(1.5)
        figures = measure(address, token, 14)
        stop.set()
        thread.join()
        told(f"{slow} clients: {what}", figures, idle, f"({cut[0]} cut off meanwhile)")
    stop, statuses = threading.Event(), {}
    thread = threading.Thread(target=guess, args=(address, wrong, stop, statuses))
    thread.start()
    figures = measure(address, token, 3)
    thread.join()
    told(f"{wrong} wrong tokens", figures, idle, str(statuses))


main()
