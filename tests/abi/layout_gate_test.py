#!/usr/bin/env python3
"""Proves that layout_gate.py notices every kind of break and lets growth pass."""
import pathlib
import shutil
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "next")]

import layout_gate  # noqa: E402
import make_next_header  # noqa: E402

HEADER = (HERE.parent.parent / "sdk/include/oa/plugin.h").read_text(encoding="utf-8")


class LayoutGateTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="oa-layout-gate-")
        self.addCleanup(folder.cleanup)
        self.include = pathlib.Path(folder.name) / "include"
        self.golden = pathlib.Path(folder.name) / "layout"
        (self.include / "oa").mkdir(parents=True)
        shutil.copytree(HERE / "layout", self.golden)

    def write(self, text):
        (self.include / "oa/plugin.h").write_text(text, encoding="utf-8")

    def mutate(self, old, new, text=HEADER):
        self.assertEqual(text.count(old), 1, f"{old!r} is not in the header once")
        return text.replace(old, new)

    def assert_refused(self, text, reason):
        self.write(text)
        with self.assertRaisesRegex(layout_gate.GateError, reason):
            layout_gate.check(self.include, self.golden)

    def test_takes_the_header_as_it_is(self):
        self.write(HEADER)
        self.assertEqual(layout_gate.check(self.include, self.golden),
                         layout_gate.Header(self.include).minor)

    def test_refuses_a_member_in_the_middle(self):
        self.assert_refused(
            self.mutate("    const oa_deprecation* deprecated;",
                        "    const char* icon;\n    const oa_deprecation* deprecated;"),
            r"\+ oa_function\.icon")

    def test_refuses_a_member_at_the_end_of_a_released_version(self):
        self.assert_refused(
            self.mutate("\n} oa_deprecation;", "\n    const char* until;\n} oa_deprecation;"),
            r"\+ oa_deprecation\.until")

    def test_refuses_a_member_that_is_gone(self):
        self.assert_refused(
            self.mutate("    const char* homepage;       /* or NULL */\n", ""),
            r"- oa_module\.homepage")

    def test_refuses_members_that_changed_places(self):
        one = "    int32_t(OA_CALL* cancelled)(oa_call* call);\n"
        two = "    int64_t(OA_CALL* remaining_ms)(oa_call* call);\n"
        without = self.mutate(one, "")
        self.assert_refused(self.mutate(two, two + one, without), "remaining_ms.*@104")

    def test_refuses_another_type_of_a_member(self):
        self.assert_refused(self.mutate("uint32_t retry_after_ms;", "int32_t retry_after_ms;"),
                            r"\+ oa_error\.retry_after_ms: int32_t")

    def test_refuses_another_parameter_of_a_function(self):
        self.assert_refused(
            self.mutate("void(OA_CALL* off_cancel)(oa_call* call, uint64_t token);",
                        "void(OA_CALL* off_cancel)(oa_call* call, uint32_t token);"),
            r"\+ oa_host\.off_cancel")

    def test_refuses_another_parameter_of_a_callback(self):
        self.assert_refused(
            self.mutate("void(OA_CALL* release)(void* user)",
                        "void(OA_CALL* release)(const void* user)"),
            r"\+ oa_host\.blob_give")

    def test_refuses_another_result_of_a_function(self):
        self.assert_refused(self.mutate("int32_t(OA_CALL* start)", "void(OA_CALL* start)"),
                            r"\+ oa_module\.start: void")

    def test_refuses_another_entry(self):
        self.assert_refused(
            HEADER.replace("size_t why_cap)", "uint32_t why_cap)"), r"\+ oa_entry_points\.type")

    def test_refuses_a_constant_with_another_number(self):
        self.assert_refused(self.mutate("#define OA_CONFLICT 10", "#define OA_CONFLICT 11"),
                            r"\+ OA_CONFLICT 11")

    def test_refuses_a_constant_that_is_gone(self):
        self.assert_refused(self.mutate("#define OA_LOG_TRACE 0\n", ""), r"- OA_LOG_TRACE")

    def test_refuses_a_constant_that_was_not_recorded(self):
        self.assert_refused(self.mutate("#define OA_LOG_TRACE 0\n",
                                        "#define OA_LOG_TRACE 0\n#define OA_LOG_FATAL 5\n"),
                            r"\+ OA_LOG_FATAL")

    def test_refuses_padding_at_the_end(self):
        self.assert_refused(
            self.mutate("\n} oa_call_info;", "\n    uint32_t age;\n} oa_call_info;"), "padding")

    def test_refuses_a_struct_that_the_anchor_does_not_know(self):
        self.assert_refused(
            self.mutate("/* ---- Modules ---- */",
                        "typedef struct oa_new { uint32_t struct_size; } oa_new;"
                        .replace("{ ", "{\n").replace("; }", ";\n}")),
            "anchor.c does not mention oa_new")

    def test_takes_members_that_a_new_minor_version_appends(self):
        self.write(make_next_header.next_header(HEADER))
        newest = layout_gate.Header(self.include).minor
        with self.assertRaisesRegex(layout_gate.GateError, "is missing: record"):
            layout_gate.check(self.include, self.golden)
        self.assertEqual(layout_gate.record(self.include, self.golden), newest)
        self.assertEqual(layout_gate.check(self.include, self.golden), newest)

    def test_refuses_a_new_minor_version_that_hides_nothing(self):
        shown = make_next_header.next_header(HEADER).replace(
            make_next_header.FUNCTION_SLOT.format(minor=1), "\n    const char* category;\n")
        self.write(shown)
        layout_gate.record(self.include, self.golden)
        with self.assertRaisesRegex(layout_gate.GateError, r"\+ oa_function\.category"):
            layout_gate.check(self.include, self.golden)

    def test_refuses_a_recorded_version_that_does_not_continue_the_older(self):
        self.write(make_next_header.next_header(HEADER))
        newest = layout_gate.record(self.include, self.golden)
        dump = self.golden / f"1.{newest}.txt"
        lines = dump.read_text(encoding="utf-8").splitlines()
        lines.remove(next(line for line in lines if line.startswith("oa_host.version")))
        dump.write_text("\n".join(lines) + "\n", encoding="utf-8")
        with self.assertRaisesRegex(layout_gate.GateError, "oa_host of ABI .* does not begin"):
            layout_gate.check_growth(self.golden, newest)

    def test_never_records_a_version_twice(self):
        self.write(HEADER)
        with self.assertRaisesRegex(layout_gate.GateError, "what was released never changes"):
            layout_gate.record(self.include, self.golden)


if __name__ == "__main__":
    unittest.main()
