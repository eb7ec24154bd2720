#!/usr/bin/env python3
"""Makes a header of a later minor version from today's, as its authors would: by appending.

    make_next_header.py FROM TO

What is appended has no meaning beyond the tests: they show that plug-ins and hosts of both versions
work with each other.
"""
import pathlib
import sys

HOST_SLOT = """
#if OA_ABI_MINOR >= {minor}
    /* The number of the test's host. [thread: any] */
    uint64_t(OA_CALL* number)(const struct oa_host* host);
#endif
"""
MODULE_SLOT = """
#if OA_ABI_MINOR >= {minor}
    /* The number of the test's module; or NULL. */
    uint64_t(OA_CALL* number)(oa_instance* instance);
#endif
"""
FUNCTION_SLOT = """
#if OA_ABI_MINOR >= {minor}
    const char* category; /* or NULL */
#endif
"""
INFO_SLOT = """
#if OA_ABI_MINOR >= {minor}
    const char* host_id;
#endif
"""
CONSTANTS = """
#if OA_ABI_MINOR >= {minor}
#define OA_F_NEXT (1u << 10)
#define OA_BUSY 13 /* unknown to older hosts */
typedef struct oa_next_extension {{
    uint32_t struct_size;
    uint32_t answer;
}} oa_next_extension;
#define OA_EXT_NEXT "oa.next/1"
#endif
"""


def replace_once(text, old, new):
    if text.count(old) != 1:
        sys.exit(f"make_next_header: expected one {old!r} in the header")
    return text.replace(old, new)


def append_to(text, struct, member):
    return replace_once(text, f"\n}} {struct};\n", member + f"}} {struct};\n")


def next_header(text):
    minor = 1
    while f"#define OA_ABI_HEADER_MINOR {minor - 1} " not in text:
        minor += 1
    text = replace_once(text, f"#define OA_ABI_HEADER_MINOR {minor - 1} ",
                        f"#define OA_ABI_HEADER_MINOR {minor} ")
    for struct, member in (("oa_host", HOST_SLOT), ("oa_module", MODULE_SLOT),
                           ("oa_function", FUNCTION_SLOT), ("oa_call_info", INFO_SLOT)):
        text = append_to(text, struct, member.format(minor=minor))
    return replace_once(text, "\n/* ---- Modules ---- */\n",
                        CONSTANTS.format(minor=minor) + "\n/* ---- Modules ---- */\n")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    target = pathlib.Path(sys.argv[2])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(next_header(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")),
                      encoding="utf-8")


if __name__ == "__main__":
    main()
