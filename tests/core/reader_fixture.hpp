#pragma once

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "core/workflow/reader.hpp"
#include "tests/support/fake_catalog.hpp"

namespace oa::core {

/// A catalog with a few functions, and short ways to read a document.
struct ReaderFixture : testing::Test {
    ReaderFixture() {
        catalog.add("io", "read", R"({
            "type": "object", "additionalProperties": false, "required": ["path"],
            "properties": {
                "path": {"type": "string"},
                "mode": {"type": "string", "enum": ["text", "bytes"]},
                "lines": {"type": "integer"},
                "ratio": {"type": "number"},
                "strict": {"type": "boolean"},
                "fields": {"type": "array"},
                "options": {"type": "object"},
                "limit": {"type": ["integer", "null"]}}})");
        catalog.add("http", "get", R"({
            "required": ["url"],
            "properties": {"url": {"type": "string"}, "timeout": {}, "retry": {}, "name": {},
                           "input": {}}})");
        catalog.add("util", "print", R"({"properties": {"text": {}}})");
        catalog.add("util", "any", R"({"additionalProperties": true})");
        catalog.add("util", "pipe", R"({"required": ["input"], "properties": {"input": {}}})");
        FunctionInfo& old = catalog.add("util", "old");
        old.deprecated = true;
        old.replaced_by = "util.print";
        catalog.alias_module("com.acme.http", "http");
        catalog.alias_module("oa-io", "io");
        catalog.alias_function("io", "readfile", "read");
    }

    ReadResult read(std::string_view text) const { return read_workflow(text, "f.yaml", catalog); }

    /// The workflow; the test has failed when there are errors.
    Workflow workflow(std::string_view text) const {
        ReadResult result = read(text);
        EXPECT_TRUE(result.workflow) << words(result);
        return result.workflow ? *result.workflow : Workflow{};
    }

    /// All diagnostics, one a line.
    static std::string words(const ReadResult& result) {
        std::string text;
        for (const Diagnostic& diagnostic : result.diagnostics) {
            text += to_string(diagnostic) + "\n";
        }
        return text;
    }
    std::string diagnostics(std::string_view text) const { return words(read(text)); }

    /// The diagnostics of a document with these lines of tasks.
    std::string of_tasks(const std::string& tasks) const { return diagnostics("tasks:\n" + tasks); }

    test::FakeCatalog catalog;
};

}  // namespace oa::core
