#!/usr/bin/env python3
"""Builds plug-ins for 64-bit Windows with the installed SDK, looks into the DLLs and runs them.

    windows_test.py SOURCE_DIR SDK_PREFIX WORK_DIR build    builds and looks
    windows_test.py SOURCE_DIR SDK_PREFIX WORK_DIR run      runs them in Wine; exit code 77 where
                                                            that cannot start
"""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SKIPPED = 77
SYSTEM_DLLS = re.compile(r"^(KERNEL32|msvcrt|ucrtbase|api-ms-win-crt-[a-z0-9-]+)\.dll$", re.I)
PLUGINS = ["echo", "greeting", "golden_c"]
CALLS = [
    ("echo", "echo", '{"a":[1,2]}', '0 {"a":[1,2]}'),
    ("greeting", "greet", '{"who":"Ada"}', '0 {"text":"Hello, Ada!"}'),
    ("greeting", "greet", '{"who":5}', "2 null"),
    ("golden_c", "count", "{}", '0 {"count":1}'),
    ("golden_c", "fail", "{}", "9 null"),
]


def run(*command, **options):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True,
                          check=False, timeout=300, **options)


def must(*command, **options):
    done = run(*command, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def build(source, prefix, work):
    shutil.rmtree(work, ignore_errors=True)
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("CFLAGS", "CXXFLAGS", "LDFLAGS")}
    must("cmake", "-S", HERE / "project", "-B", work, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
         f"-DCMAKE_TOOLCHAIN_FILE={HERE / 'toolchain.cmake'}", f"-DOA_SOURCE_DIR={source}",
         f"-DOpenAutomatorSDK_DIR={prefix}/share/cmake/OpenAutomatorSDK", env=environment)
    must("cmake", "--build", work, env=environment)
    for plugin in PLUGINS:
        look_into(work / f"{plugin}.dll")


def look_into(dll):
    dump = must("x86_64-w64-mingw32-objdump", "-p", dll)
    table = dump.partition("[Ordinal/Name Pointer] Table")[2]
    exports = re.findall(r"^\s*\[\s*\d+\][^\n]*?(\w+)$", table, re.M)
    if exports != ["oa_module_entry_v1"]:
        sys.exit(f"{dll.name} exports {exports}")
    imports = re.findall(r"DLL Name: (\S+)", dump)
    foreign = [name for name in imports if not SYSTEM_DLLS.match(name)]
    if foreign or not imports:
        sys.exit(f"{dll.name} needs {imports}; only DLLs of the system are allowed")


class Wine:
    """Wine with a folder of its own. Its server is ended when this is."""

    def __init__(self):
        self.prefix = tempfile.TemporaryDirectory(prefix="oa-wine-")
        self.environment = {**os.environ, "WINEPREFIX": self.prefix.name, "WINEDEBUG": "-all",
                            "WINEDLLOVERRIDES": "mscoree=;mshtml=", "DISPLAY": ""}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.call("wineserver", "-k", seconds=30)
        self.call("wineserver", "-w", seconds=30)
        self.prefix.cleanup()

    def call(self, *command, seconds):
        """(exit code, output), or None when it did not end in time."""
        with subprocess.Popen([str(part) for part in command], env=self.environment, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, start_new_session=True) as process:
            try:
                output, errors = process.communicate(timeout=seconds)
                return process.returncode, output.strip(), errors.strip()
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                return None


def run_in_wine(work):
    if shutil.which("wine") is None:
        print("SKIP: wine is not installed")
        return SKIPPED
    with Wine() as wine:
        started = wine.call("wine", work / "loader.exe", seconds=120)
        if started is None or started[0] != 2 or "usage: loader" not in started[2]:
            print(f"SKIP: wine does not start here: {started or 'no answer within 2 minutes'}")
            return SKIPPED
        for plugin, function, params, expected in CALLS:
            answer = wine.call("wine", work / "loader.exe", work / f"{plugin}.dll", function,
                               params, seconds=60)
            if answer is None or answer[1] != expected:
                print(f"{plugin}.{function}({params}): expected {expected}, got {answer}")
                return 1
    print(f"{len(CALLS)} calls of {len(PLUGINS)} plug-ins")
    return 0


def main():
    if len(sys.argv) != 5 or sys.argv[4] not in ("build", "run"):
        sys.exit(__doc__)
    source, prefix, work = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
    if sys.argv[4] == "build":
        build(source, prefix, work)
        return 0
    return run_in_wine(work)


if __name__ == "__main__":
    sys.exit(main())
