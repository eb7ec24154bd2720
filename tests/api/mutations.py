"""Asks a host all that its description offers, and much that it does not.

    mutations.py URL TOKEN SECONDS [SEED]

Requests are made from the OpenAPI document: for each operation values that fit, and values that are
changed at random. No answer may be a 5xx, no connection may end without one, and in the end the
host has to answer as it did in the beginning. Prints how often it got which answer. Exit status 1
when something is wrong.
"""

import collections
import http.client
import json
import random
import sys
import time
import urllib.parse

STRANGE = [
    "", " ", "0", "-1", "1e999", "null", "true", "..", "../../etc/passwd", "%2e%2e%2f", "a/b", "a\\b",
    "\u202e", "\U0001f600", "'; DROP TABLE runs; --", "${7*7}", "{{7*7}}", "<script>", "a" * 300,
    "\n", "\t", "last", "999999999999999999999", "2026-02-30T00:00:00Z", "1.2.3", "*", "%", "_",
]


def value_for(schema, schemas, rng, depth=0):
    """Something that may fit."""
    if depth > 6:
        return None
    if "$ref" in schema:
        return value_for(schemas[schema["$ref"].rsplit("/", 1)[1]], schemas, rng, depth + 1)
    if "enum" in schema:
        return rng.choice(schema["enum"])
    if "const" in schema:
        return schema["const"]
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return value_for(rng.choice(schema[key]), schemas, rng, depth + 1)
    kind = schema.get("type", "object")
    if isinstance(kind, list):
        kind = rng.choice(kind)
    if kind == "object":
        out = {}
        for name, of in schema.get("properties", {}).items():
            if name in schema.get("required", []) or rng.random() < 0.5:
                out[name] = True if of is True else value_for(of or {}, schemas, rng, depth + 1)
        return out
    if kind == "array":
        return [value_for(schema.get("items", {}), schemas, rng, depth + 1) for _ in range(rng.randrange(3))]
    if kind == "integer":
        return rng.choice([0, 1, 2, 100, -5, 2**31, 2**63 - 1])
    if kind == "boolean":
        return rng.random() < 0.5
    if kind == "null":
        return None
    return rng.choice(["a", "hello", "2026-03-01T10:00:00Z"] + STRANGE)


def mutated(value, rng):
    """The same with something else in it."""
    choice = rng.randrange(8)
    if isinstance(value, dict) and value and choice < 4:
        out = dict(value)
        name = rng.choice(list(out))
        if choice == 0:
            del out[name]
        elif choice == 1:
            out[name + "x"] = out[name]
        else:
            out[name] = mutated(out[name], rng)
        return out
    if isinstance(value, list) and value and choice < 4:
        return value + [mutated(value[0], rng)]
    return rng.choice([None, True, 0, -1, 1.5, 2**70, "", [], {}, [[]], {"a": {}}] + STRANGE)


def broken(text, rng):
    """Bytes that are hardly JSON any more."""
    data = bytearray(text.encode("utf-8", "surrogatepass"))
    for _ in range(rng.randrange(1, 4)):
        where = rng.randrange(len(data) + 1)
        if rng.random() < 0.5 and data:
            data[where % len(data)] = rng.randrange(256)
        else:
            data[where:where] = bytes([rng.randrange(256)])
    return bytes(data)


class Host:
    def __init__(self, url, token):
        self.address = urllib.parse.urlsplit(url).netloc
        self.token = token
        self.connection = None

    def ask(self, method, target, body, fields):
        fields = {"Authorization": "Bearer " + self.token, **fields}
        for attempt in range(2):
            if self.connection is None:
                self.connection = http.client.HTTPConnection(self.address, timeout=30)
            try:
                self.connection.request(method, target, body, fields)
                answer = self.connection.getresponse()
                if "text/event-stream" in (answer.getheader("Content-Type") or ""):
                    self.connection.close()
                    self.connection = None
                    return answer.status, b""
                return answer.status, answer.read()
            except (http.client.HTTPException, OSError):
                # The host closes a connection after an answer to what it does not understand.
                self.connection = None
                if attempt:
                    raise
        raise AssertionError


def main():
    url, token, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.SystemRandom().randrange(2**32)
    rng = random.Random(seed)
    print("seed", seed)
    host = Host(url, token)
    document = json.loads(host.ask("GET", "/api/v1/openapi.json", None, {})[1])
    schemas = document["components"]["schemas"]
    operations = [
        (method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    known = {"workflow": ["hello"], "run": [], "task": ["greet"], "module": ["utils"]}
    counts = collections.Counter()
    per_operation = collections.Counter()
    wrong = []
    end = time.monotonic() + seconds
    while time.monotonic() < end and len(wrong) < 10:
        method, path, operation = rng.choice(operations)
        target = path
        query = []
        fields = {}
        for parameter in operation.get("parameters", []):
            name = parameter["name"]
            fits = value_for(parameter["schema"], schemas, rng)
            value = rng.choice([fits, fits, rng.choice(STRANGE)])
            if known.get(name) and rng.random() < 0.7:
                value = rng.choice(known[name])
            text = json.dumps(value) if not isinstance(value, str) else value
            if parameter["in"] == "path":
                target = target.replace("{" + name + "}", urllib.parse.quote(text, safe=""))
            elif parameter["in"] == "query" and rng.random() < 0.5:
                if name == "wait":
                    text = rng.choice(["5ms", "50ms", text])
                if name not in ("follow", "force"):  # it would stay, or lock everybody out
                    query.append((name, text))
            elif parameter["in"] == "header" and rng.random() < 0.3:
                fields[name] = text.encode("ascii", "ignore").decode().replace("\n", "").replace("\t", "")
        if rng.random() < 0.05:
            query.append((rng.choice(STRANGE), rng.choice(STRANGE)))
        if query:
            target += "?" + urllib.parse.urlencode(query)
        if operation["operationId"] == "openEvents":
            method = "GET"
        body = None
        if "requestBody" in operation:
            kind, media = next(iter(operation["requestBody"]["content"].items()))
            if kind == "application/json":
                value = value_for(media["schema"], schemas, rng)
                if rng.random() < 0.5:
                    value = mutated(value, rng)
                body = json.dumps(value)
            else:
                body = "name: " + rng.choice(["hello", "other"]) + "\ntasks:\n  - name: greet\n    utils.noop: {}\n"
            body = broken(body, rng) if rng.random() < 0.2 else body.encode("utf-8", "surrogatepass")
            if rng.random() < 0.95:
                fields["Content-Type"] = kind
        if rng.random() < 0.03:
            method = rng.choice(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
        try:
            status, answer = host.ask(method, target, body, fields)
        except Exception as error:  # whatever it is, there was no answer
            wrong.append((method, target, body, fields, repr(error)))
            host.connection = None
            continue
        counts[status] += 1
        per_operation[operation["operationId"]] += 1
        if status >= 500:
            wrong.append((method, target, body, fields, answer[:300]))
        if status in (200, 202) and operation["operationId"] == "startRun" and len(known["run"]) < 50:
            try:
                known["run"].append(json.loads(answer)["id"])
            except (ValueError, KeyError):
                pass
        if operation["operationId"] == "deleteWorkflow" and status == 204:
            host.ask("PUT", "/api/v1/workflows/hello",
                     b"name: hello\ntasks:\n  - name: greet\n    utils.noop: {}\n",
                     {"Content-Type": "application/yaml"})
    print(sum(counts.values()), "requests,", len(per_operation), "of", len(operations), "operations:",
          ", ".join(f"{count} x {status}" for status, count in sorted(counts.items())))
    for each in wrong:
        print("WRONG:", *each)
    if host.ask("GET", "/livez", None, {})[0] != 200:
        wrong.append("the host does not answer any more")
        print(wrong[-1])
    return 1 if wrong or len(per_operation) < len(operations) else 0


sys.exit(main())
