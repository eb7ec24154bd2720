"""A wallet of the older system, as Python's cryptography package reads and writes it.

    fernet_wallet.py write FILE    a line with the password, then a JSON object, on standard input
    fernet_wallet.py read FILE     a line with the password; prints the secrets as JSON"""
import base64
import json
import os
import sys

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC


def fernet(password, salt):
    derivation = PBKDF2HMAC(algorithm=hashes.SHA256(), length=32, salt=salt, iterations=100_000)
    return Fernet(base64.urlsafe_b64encode(derivation.derive(password)))


def main():
    action, path = sys.argv[1:]
    password = sys.stdin.buffer.readline().rstrip(b"\n")
    if action == "write":
        salt = os.urandom(16)
        token = fernet(password, salt).encrypt(json.dumps(json.load(sys.stdin)).encode())
        os.umask(0o077)
        with open(path, "w", encoding="utf-8") as file:
            wallet = {"salt": base64.b64encode(salt).decode(), "data": token.decode()}
            json.dump(wallet, file, indent=2)
    else:
        with open(path, encoding="utf-8") as file:
            wallet = json.load(file)
        salt = base64.b64decode(wallet["salt"], validate=True)
        secrets = json.loads(fernet(password, salt).decrypt(wallet["data"].encode()))
        print(json.dumps(secrets))


main()
