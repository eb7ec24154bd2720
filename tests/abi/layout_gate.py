#!/usr/bin/env python3
"""Compares the layout of oa/plugin.h with the golden dumps beside this file.

    layout_gate.py check  [--include DIR] [--golden DIR]   what the tests run
    layout_gate.py record [--include DIR] [--golden DIR]   writes the dumps of a new minor version

For every minor version k that the header knows, the header as a plug-in sees it that defines
OA_ABI_MINOR=k has to have exactly the layout of 1.k.txt and every constant of 1.k.constants.txt.
Each dump has to be a prefix, struct by struct, of the one of the next minor version. A dump that
has been recorded is never written again: that is the promise.

The layout is what pahole (package dwarves) reads from the debug information of anchor.c: a line for
each member with its name, its type (of functions with all parameters), its offset and its size.
"""
import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
MEMBER = re.compile(r"^\s+(?P<what>\S.*?);\s*/\*\s*(?P<offset>\d+)\s+(?P<size>\d+)\s*\*/$")
FUNCTION = re.compile(r"^(?P<returns>.*?)\(\*(?P<name>\w+)\)(?P<parameters>\(.*\))$")
# Differs between two headers that agree about everything else.
VERSION_CONSTANTS = {"OA_ABI_HEADER_MINOR", "OA_ABI_MINOR"}


class GateError(Exception):
    """The header breaks the promise, or the gate cannot work."""


def run(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    except FileNotFoundError:
        raise GateError(f"{command[0]} is not installed") from None
    if done.returncode != 0:
        raise GateError(f"{' '.join(map(str, command))} failed:\n{done.stderr}")
    return done.stdout


class Header:
    """oa/plugin.h in an include folder, as the C compiler sees it."""

    def __init__(self, include, compiler="cc"):
        self.include = pathlib.Path(include)
        self.compiler = compiler
        self.text = (self.include / "oa/plugin.h").read_text(encoding="utf-8")
        self.minor = int(self.defines()["OA_ABI_HEADER_MINOR"])

    def defines(self, minor=None):
        """Every macro of the header, with its text."""
        pin = [] if minor is None else [f"-DOA_ABI_MINOR={minor}"]
        text = run(self.compiler, "-std=c99", "-dM", "-E", *pin, f"-I{self.include}",
                   self.include / "oa/plugin.h")
        found = re.findall(r"^#define (OA_\w+)(\([^)]*\))? ?(.*)$", text, re.M)
        # How a macro with parameters is written may be improved; that it exists may not change.
        return {name + parameters: "" if parameters else value.strip()
                for name, parameters, value in found}

    def constants(self, minor):
        """One line for each macro but the header's own version, which the file's name tells."""
        return [f"{name} {value}".rstrip() for name, value in sorted(self.defines(minor).items())
                if name != "OA_ABI_HEADER_MINOR"]

    def structs(self, minor):
        """{struct: (lines of members, size)}"""
        with tempfile.TemporaryDirectory(prefix="oa-layout-") as folder:
            binary = pathlib.Path(folder) / "anchor.o"
            if shutil.which("pahole") is None:
                raise GateError("pahole is not installed; Debian has it in the package dwarves")
            run(self.compiler, "-std=gnu99", "-g", "-O0", f"-DOA_ABI_MINOR={minor}",
                f"-I{self.include}", "-c", HERE / "anchor.c", "-o", binary)
            return read_structs(run("pahole", binary))

    def names_of_structs(self):
        return set(re.findall(r"^typedef struct (oa_\w+) \{", self.text, re.M))


def read_structs(text):
    """pahole's output as {struct: (lines of members, size)}; complains about padding at the end."""
    structs = {}
    for name, body in re.findall(r"^struct (oa_\w+) \{\n(.*?)^\};", text, re.M | re.S):
        members, end = [], 0
        for line in body.splitlines():
            found = MEMBER.match(line)
            if found:
                member, kind = name_and_type(found["what"])
                members.append(f"{name}.{member}: {kind} @{found['offset']} +{found['size']}")
                end = int(found["offset"]) + int(found["size"])
        size = int(re.search(r"/\* size: (\d+)", body)[1])
        if end != size:
            raise GateError(f"{name} ends in {size - end} bytes of padding: a member that is "
                            "appended there would not make struct_size larger")
        structs[name] = (members, size)
    return structs


def name_and_type(what):
    what = re.sub(r"\s+", " ", what)
    what = re.sub(r" (?=\*)", "", what)
    function = FUNCTION.match(what)
    if function:
        return function["name"], f"{function['returns'].strip()}(*){function['parameters']}"
    kind, _, name = what.rpartition(" ")
    return name, kind


def layout_lines(structs):
    lines = []
    for name in sorted(structs):
        members, size = structs[name]
        lines += members + [f"{name} +{size}"]
    return lines


def members_of(lines):
    """The members in a golden dump by struct."""
    out = {}
    for line in lines:
        struct, dot, _ = line.partition(".")
        if dot and " " not in struct:
            out.setdefault(struct, []).append(line)
    return out


def read_golden(folder, minor, suffix):
    file = pathlib.Path(folder) / f"1.{minor}{suffix}"
    if not file.exists():
        raise GateError(f"{file} is missing: record ABI 1.{minor} by `layout_gate.py record`")
    return file.read_text(encoding="utf-8").splitlines()


def difference(expected, found, title):
    lines = [f"- {line}" for line in expected if line not in found]
    lines += [f"+ {line}" for line in found if line not in expected]
    return title + ":\n" + "\n".join(lines or ["  the order of the lines"])


def check_minor(header, golden, minor):
    expected, found = read_golden(golden, minor, ".txt"), layout_lines(header.structs(minor))
    if expected != found:
        raise GateError(difference(expected, found, f"the layout is not that of ABI 1.{minor}"))
    expected = read_golden(golden, minor, ".constants.txt")
    found = header.constants(minor)
    # What is younger may be seen by all: names do no harm. Only the newest dump holds every one.
    newest = read_golden(golden, header.minor, ".constants.txt")
    allowed = {line.split(" ")[0] for line in newest}
    lost = [line for line in expected if line not in found]
    unknown = [line for line in found if line.split(" ")[0] not in allowed]
    if lost or unknown:
        raise GateError(difference(expected, found,
                                   f"the constants are not those of ABI 1.{minor}"))


def check_growth(golden, minor):
    """1.<minor> must continue what 1.<minor - 1> began."""
    older = members_of(read_golden(golden, minor - 1, ".txt"))
    newer = members_of(read_golden(golden, minor, ".txt"))
    for struct, members in older.items():
        if newer.get(struct, [])[:len(members)] != members:
            raise GateError(difference(members, newer.get(struct, []),
                                       f"{struct} of ABI 1.{minor} does not begin as in "
                                       f"1.{minor - 1}"))
    older = read_golden(golden, minor - 1, ".constants.txt")
    newer = read_golden(golden, minor, ".constants.txt")
    lost = [line for line in older
            if line not in newer and line.split(" ")[0] not in VERSION_CONSTANTS]
    if lost:
        raise GateError(f"ABI 1.{minor} lost or changed constants of 1.{minor - 1}: "
                        + ", ".join(lost))


def require_anchors(header):
    missing = header.names_of_structs() - set(header.structs(header.minor))
    if missing:
        raise GateError("anchor.c does not mention " + ", ".join(sorted(missing)))


def check(include, golden, compiler="cc"):
    header = Header(include, compiler)
    require_anchors(header)
    for minor in range(header.minor + 1):
        check_minor(header, golden, minor)
        if minor > 0:
            check_growth(golden, minor)
    return header.minor


def record(include, golden, compiler="cc"):
    header = Header(include, compiler)
    require_anchors(header)
    golden = pathlib.Path(golden)
    for suffix, lines in ((".txt", layout_lines(header.structs(header.minor))),
                          (".constants.txt", header.constants(header.minor))):
        file = golden / f"1.{header.minor}{suffix}"
        if file.exists():
            raise GateError(f"{file} exists: what was released never changes")
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return header.minor


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["check", "record"])
    parser.add_argument("--include", default=HERE.parent.parent / "sdk/include")
    parser.add_argument("--golden", default=HERE / "layout")
    parser.add_argument("--cc", default="cc")
    arguments = parser.parse_args()
    work = check if arguments.command == "check" else record
    try:
        minor = work(arguments.include, arguments.golden, arguments.cc)
    except GateError as error:
        sys.exit(f"layout_gate: {error}")
    print(f"ABI 1.0 to 1.{minor}: ok" if work is check else f"recorded ABI 1.{minor}")


if __name__ == "__main__":
    main()
