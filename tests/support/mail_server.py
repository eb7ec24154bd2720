"""A mail server for tests (package python3-aiosmtpd).

    mail_server.py FOLDER CERTIFICATE KEY

It prints three ports: with STARTTLS, with TLS from the beginning, without TLS. Ada (and gmail@example.com) log in with the
password "secret"; the server without TLS knows no log-in. What it takes is written to FOLDER as
1.json, 2.json ...: sender, receivers, user, whether it was encrypted, content. Addresses tell how:

reject...@  this receiver is refused (550)
busy...@    this receiver is refused for now (450)
slow@       as the sender: no answer for a minute
half@       as the sender: the connection closes when the message has begun
lost@       as the sender: the connection closes when the message is complete
full@       as the sender: 552 to the message
"""

import asyncio
import json
import logging
import os
import socket
import ssl
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

warnings.simplefilter("ignore")
logging.disable()  # clients that leave are what the tests are about
folder, certificate, key = sys.argv[1:4]
count = 0


class Handler:
    async def handle_MAIL(self, server, session, envelope, address, options):
        if address.startswith("slow@"):
            with open(os.path.join(folder, "slow"), "w", encoding="utf-8"):
                pass
            await asyncio.sleep(60)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("reject"):
            return "550 no such user here"
        if address.startswith("busy"):
            return "450 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        global count
        if envelope.mail_from.startswith("lost@"):
            server.transport.abort()
            return "250 OK"
        if envelope.mail_from.startswith("full@"):
            return "552 too much for me"
        count += 1
        mail = {"from": envelope.mail_from, "to": envelope.rcpt_tos,
                "user": session.auth_data.decode() if session.auth_data else None,
                "encrypted": session.ssl is not None or server.implicit_tls,
                "content": envelope.content.decode()}
        with open(os.path.join(folder, f"{count}.json"), "w", encoding="utf-8") as file:
            json.dump(mail, file)
        return "250 OK"


class Server(SMTP):
    implicit_tls = False

    async def smtp_DATA(self, arg):
        if self.envelope.mail_from and self.envelope.mail_from.startswith("half@"):
            await self.push("354 go on")
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


class TlsServer(Server):
    implicit_tls = True


def authenticate(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and (data.login, data.password) in (
        (b"ada", b"secret"), (b"gmail@example.com", b"secret"))
    return AuthResult(success=good, handled=False, auth_data=data.login if good else None)


def listen():
    # With its protocol named, so that asyncio sends every answer at once.
    out = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    out.bind(("127.0.0.1", 0))
    return out


async def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    loop = asyncio.get_running_loop()
    sockets = [listen(), listen(), listen()]
    servers = [
        await loop.create_server(
            lambda: Server(Handler(), tls_context=context, authenticator=authenticate,
                           hostname="test"), sock=sockets[0]),
        await loop.create_server(
            lambda: TlsServer(Handler(), authenticator=authenticate, auth_require_tls=False,
                              hostname="test"), sock=sockets[1], ssl=context),
        await loop.create_server(lambda: Server(Handler(), hostname="test"), sock=sockets[2]),
    ]
    print(*[s.getsockname()[1] for s in sockets], flush=True)
    # Ends with the program that started it, even when that was killed.
    parent = os.getppid()
    while os.getppid() == parent:
        await asyncio.sleep(1)
    del servers


asyncio.run(main())
