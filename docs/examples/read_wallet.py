#!/usr/bin/python3
"""Opens a sealed wallet without Open Automator, after the format in docs/wallet.md.

    read_wallet.py WALLET [KEYFILE] < PASSWORD     prints the secrets as JSON

Needs the Debian packages python3-cryptography and python3-argon2."""
import hmac, json, struct, sys

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305


def hkdf(key, salt, info):
    extracted = hmac.digest(salt, key, "sha256")
    return hmac.digest(extracted, info + b"\1", "sha256")  # 32 bytes: one round


def hchacha20(key, nonce):
    state = [*struct.unpack("<4I", b"expand 32-byte k"), *struct.unpack("<8I4I", key + nonce)]
    columns = [(0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15)]
    diagonals = [(0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)]
    for a, b, c, d in (columns + diagonals) * 10:
        for x, y, z, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            state[x] = (state[x] + state[y]) & 0xFFFFFFFF
            mixed = state[z] ^ state[x]
            state[z] = (mixed << turn | mixed >> 32 - turn) & 0xFFFFFFFF
    return struct.pack("<8I", *state[:4], *state[12:])


def unseal(cipher, key, nonce, sealed, context):
    if cipher == 2:
        return AESGCM(key).decrypt(nonce[12:], sealed, context)
    key = hchacha20(key, nonce[:16])
    return ChaCha20Poly1305(key).decrypt(bytes(4) + nonce[16:], sealed, context)


def data_key(slots, uuid, cipher, password, key_file):
    for slot in slots:
        kind, kdf, _, kib, passes, lanes = struct.unpack_from("<BBHIII", slot)
        salt, nonce, material = slot[16:48], slot[48:72], b""
        if (kind != 2 and not password) or (kind != 1 and not key_file):
            continue
        if kind != 2:
            material = hash_secret_raw(password, salt, passes, kib, lanes, 32, Type.ID)
        if kind != 1:
            material += key_file
        wrapping = hkdf(material, salt, b"oa-wallet-1/slot-%d" % kind)
        try:
            context = b"oa-wallet-1/slot" + uuid + bytes([cipher]) + slot[:72]
            return unseal(cipher, wrapping, nonce, slot[72:], context)
        except Exception:
            continue
    sys.exit("wrong password or key file, or a damaged wallet")


def read(data, password, key_file):
    magic, version, size, uuid, generation, cipher, count, _, body_size, _ = struct.unpack_from(
        "<8sHH16sQBBHII", data)
    if magic != b"OAWALLET" or version != 1 or len(data) != size + 24 + body_size:
        sys.exit("no sealed wallet of version 1")
    slots = [data[48 + 120 * i:168 + 120 * i] for i in range(count)]
    key = data_key(slots, uuid, cipher, password, key_file)
    header, nonce = data[:size], data[size:size + 24]
    mac = hmac.digest(hkdf(key, uuid, b"oa-wallet-1/header"), header[:-32], "sha256")
    if not hmac.compare_digest(mac, header[-32:]):
        sys.exit("wrong password or key file, or a damaged wallet")
    body = unseal(cipher, hkdf(key, nonce, b"oa-wallet-1/body"), nonce, data[size + 24:], header)
    return {entry["name"]: entry["value"] for entry in json.loads(body)["entries"]}


if __name__ == "__main__":
    contents = [open(name, "rb").read() for name in sys.argv[1:]]
    secrets = read(contents[0], sys.stdin.buffer.readline().rstrip(b"\n"), *contents[1:] or [b""])
    print(json.dumps(secrets, indent=2, ensure_ascii=False))
