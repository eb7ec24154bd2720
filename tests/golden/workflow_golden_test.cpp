// Every file in workflows/ is a case: a workflow, the world that it meets, and what happens, line
// by line. README.md tells the format. With OA_GOLDEN_UPDATE=1 in the environment the lines are
// written instead of compared.

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "core/json/json.hpp"
#include "core/port/workflow_source.hpp"
#include "core/workflow/reader.hpp"
#include "tests/support/fake_catalog.hpp"
#include "tests/support/simulation.hpp"

namespace oa {
namespace {

namespace fs = std::filesystem;

/// A case as a file has it: sections that begin with a line "== name".
struct Case {
    std::string about;
    std::vector<std::pair<std::string, std::string>> sections;

    [[nodiscard]] std::string section(const std::string& name) const {
        for (const auto& [key, text] : sections) {
            if (key == name) {
                return text;
            }
        }
        return {};
    }
};

Case read_case(const fs::path& file) {
    std::ifstream in(file);
    Case read;
    std::string line;
    while (std::getline(in, line)) {
        if (line.rfind("== ", 0) == 0) {
            read.sections.emplace_back(line.substr(3), std::string());
        } else {
            (read.sections.empty() ? read.about : read.sections.back().second) += line + "\n";
        }
    }
    return read;
}

void write_case(const fs::path& file, const Case& written) {
    std::ofstream out(file, std::ios::trunc);
    out << written.about;
    for (const auto& [name, text] : written.sections) {
        out << "== " << name << "\n" << text;
    }
}

/// The documents of sections "file NAME".
class CaseFiles final : public core::WorkflowSource {
public:
    explicit CaseFiles(const Case& of) : case_(of) {}
    [[nodiscard]] std::variant<Document, Problem> find(std::string_view name,
                                                       const std::string& /*from*/) const override {
        for (const std::string& file : {std::string(name), std::string(name) + ".yaml"}) {
            for (const auto& section : case_.sections) {
                if (section.first == "file " + file) {
                    return Document{file, section.second};
                }
            }
        }
        return Problem{"there is no workflow '" + std::string(name) + "'", ""};
    }

private:
    const Case& case_;
};

/// What the cases call: test.do takes anything, test.input what the task before gave, test.fetch
/// only what it declares.
void fill(test::FakeCatalog& catalog) {
    catalog.add("test", "do", R"({"additionalProperties": true})");
    catalog.add("test", "input",
                R"({"properties": {"input": {}, "x": {}}, "additionalProperties": false})");
    catalog.add("test", "fetch",
                R"({"type": "object", "additionalProperties": false, "required": ["url"],
                    "properties": {
                      "url": {"type": "string"},
                      "method": {"type": "string", "enum": ["get", "post"]},
                      "tries": {"type": "integer", "minimum": 1},
                      "verify": {"type": "boolean"},
                      "headers": {"type": "object",
                                  "additionalProperties": {"type": "string"}}}})");
    catalog.add("oa-utility", "setvar",
                R"({"additionalProperties": true,
                    "x-sets-variable": {"name": "/varname", "value": "/varvalue"}})");
    catalog.add("oa-utility", "printvar",
                R"({"additionalProperties": true,
                    "x-fill": {"variables": {"from": "variables", "names": "/varname"}}})");
    catalog.add("oa-utility", "dumpvar",
                R"({"additionalProperties": true, "x-fill": {"variables": {"from": "variables"},
                    "outputs": {"from": "outputs"}}})");
    catalog.add("oa-utility", "merge",
                R"({"additionalProperties": true,
                    "x-fill": {"outputs": {"from": "outputs", "names": "/sources"}}})");
    catalog.add("oa-io", "loadvarfromjson",
                R"({"additionalProperties": true, "x-sets-variables": ""})");
    catalog.add("oa-io", "readfile", R"({"additionalProperties": true, "x-saves": "/content"})");
    catalog.alias_module("oautils", "oa-utility");
}

std::string run_case(const Case& read) {
    test::FakeCatalog catalog;
    fill(catalog);
    const CaseFiles files(read);
    core::ReadOptions options;
    options.workflows = &files;
    const core::ReadResult result =
        core::read_workflow(read.section("workflow"), "case.yaml", catalog, options);
    std::string seen;
    for (const core::Diagnostic& diagnostic : result.diagnostics) {
        seen += to_string(diagnostic) + "\n";
    }
    if (result.workflow) {
        const std::string world = read.section("world");
        for (const std::string& line : test::simulate(
                 result.workflow, core::parse_json(world.empty() ? "{}" : world).as_object())) {
            seen += line + "\n";
        }
    }
    return seen;
}

std::vector<fs::path> case_files() {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(OA_GOLDEN_WORKFLOWS)) {
        if (entry.path().extension() == ".golden") {
            files.push_back(entry.path());
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

class WorkflowGoldenTest : public ::testing::TestWithParam<fs::path> {};

TEST_P(WorkflowGoldenTest, HappensLineByLine) {
    Case read = read_case(GetParam());
    ASSERT_FALSE(read.about.empty()) << "a case begins with what it shows";
    const std::string seen = run_case(read);
    if (std::getenv("OA_GOLDEN_UPDATE") != nullptr) {
        for (auto& [name, text] : read.sections) {
            if (name == "events") {
                text = seen;
            }
        }
        write_case(GetParam(), read);
        return;
    }
    ASSERT_FALSE(seen.empty());
    EXPECT_EQ(seen, read.section("events"));
    EXPECT_EQ(seen, run_case(read)) << "the second time something else happened";
}

std::string name_of(const ::testing::TestParamInfo<fs::path>& info) {
    std::string name =
        info.param.parent_path().filename().string() + "_" + info.param.stem().string();
    for (char& c : name) {
        if (std::isalnum(static_cast<unsigned char>(c)) == 0) {
            c = '_';
        }
    }
    return name;
}

INSTANTIATE_TEST_SUITE_P(Cases, WorkflowGoldenTest, ::testing::ValuesIn(case_files()), name_of);

}  // namespace
}  // namespace oa
