#include "core/workflow/language_schema.hpp"

#include <string>
#include <vector>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "core/json/json.hpp"
#include "core/schema/schema.hpp"
#include "core/workflow/reader.hpp"
#include "tests/support/fake_catalog.hpp"
#include "tests/support/yaml_json.hpp"

namespace oa::core {
namespace {

namespace json = boost::json;

struct LanguageSchemaTest : testing::Test {
    test::FakeCatalog catalog;

    LanguageSchemaTest() {
        catalog.add("io", "read", R"({
            "type": "object", "additionalProperties": false, "required": ["path"],
            "properties": {
                "path": {"type": "string", "minLength": 1, "description": "Which file."},
                "mode": {"type": "string", "enum": ["text", "bytes"], "default": "text"},
                "lines": {"type": "integer", "minimum": 1},
                "options": {"type": "object", "additionalProperties": false,
                            "properties": {"strict": {"type": "boolean"}}},
                "parts": {"type": "array", "items": {"type": "integer"}},
                "when": {"oneOf": [{"type": "integer"}, {"type": "number", "maximum": 1},
                                   {"type": "object", "properties": {"a": {"type": "null"}}}]},
                "node": {"$ref": "#/$defs/node"}},
            "$defs": {"node": {"type": "object", "properties": {
                "weight": {"type": "number"}, "child": {"$ref": "#/$defs/node"}}}}})");
        catalog.add("http", "get", R"({
            "required": ["url"],
            "properties": {"url": {"type": "string"}, "timeout": {"type": "object"}}})");
        catalog.add("util", "noop");
        catalog.add("util", "any", R"({"additionalProperties": true})");
        catalog.add("util", "pipe",
                    R"({"required": ["input"], "properties": {"input": {"type": "array"}}})");
        FunctionInfo& old = catalog.add("util", "old");
        old.deprecated = true;
        old.replaced_by = "util.noop";
        catalog.alias_module("com.acme.http", "http");
        catalog.alias_module("oa-io", "io");
        catalog.alias_function("io", "readfile", "read");
    }

    [[nodiscard]] json::object schema() const {
        return language_schema(catalog, [](const FunctionInfo& info) {
            FunctionPage page;
            page.summary = "Does " + info.function + ".";
            if (info.deprecated) {
                page.deprecation = "It was slow.";
            } else if (info.function == "get") {
                page.examples = {{{"title", "Get a page"}, {"params", {{"url", "http://x"}}}}};
            }
            return page;
        });
    }

    /// What is wrong with a document.
    [[nodiscard]] std::string problems(std::string_view yaml) const {
        const auto compiled = Schema::compile(schema());
        if (!compiled.schema) {
            return compiled.mistakes.empty() ? "?" : to_string(compiled.mistakes.front());
        }
        std::string text;
        for (const auto& problem : compiled.schema->validate(test::json_of(yaml))) {
            text += to_string(problem) + '\n';
        }
        return text;
    }

    void expect_fits(const std::vector<std::string>& documents) const {
        for (const auto& document : documents) {
            EXPECT_EQ(problems(document), "") << document;
        }
    }
    void expect_refused(const std::vector<std::string>& documents) const {
        for (const auto& document : documents) {
            EXPECT_NE(problems(document), "") << document;
        }
    }
};

TEST_F(LanguageSchemaTest, IsASchemaForEditors) {
    const auto made = schema();
    EXPECT_EQ(made.at("$schema"), "http://json-schema.org/draft-07/schema#");
    EXPECT_EQ(
        to_string(Schema::compile(made).mistakes.empty() ? SchemaMistake{}
                                                         : Schema::compile(made).mistakes.front()),
        to_string(SchemaMistake{}));
    EXPECT_EQ(write_json(made), write_json(schema())) << "the same functions, the same schema";
}

TEST_F(LanguageSchemaTest, TakesBothWaysToCallAFunction) {
    expect_fits({
        "tasks: [{name: a, io.read: {path: x}}]",
        "tasks: [{module: io, function: read, with: {path: x, lines: 3}}]",
        "tasks: [{module: io, function: read, path: x}]",
        "tasks: [{util.noop: {}}, {util.noop: }, {util.any: {whatever: 1}}]",
        "tasks: [{module: util, function: any, whatever: 1}]",
        "tasks: [{util.pipe: {}}]",
    });
    expect_refused({
        "tasks: [{name: a}]",
        "tasks: [{module: io}]",
        "tasks: [{function: read}]",
        "tasks: [{io.raed: {path: x}}]",
        "tasks: [{module: oi, function: read, with: {path: x}}]",
        "tasks: [{module: io, function: raed, with: {path: x}}]",
        "tasks: [{module: io, function: raed, path: x}]",
        "tasks: [{io.read: {path: x, pth: y}}]",
        "tasks: [{io.read: {}}]",
        "tasks: [{io.read: }]",
        "tasks: [{io.read: {path: x}, with: {}}]",
        "tasks: [{module: io, function: read, with: {}}]",
        "tasks: [{module: io, function: read, pth: x}]",
        "tasks: [{module: io, function: read}]",
        "tasks: [{io.read: {path: x}, needz: b}]",
        "tasks: [{io.read: {path: 5}}]",
        "tasks: [{io.read: {path: x, mode: binary}}]",
    });
}

TEST_F(LanguageSchemaTest, KnowsOtherNamesAndVersions) {
    expect_fits({
        "tasks: [{oa-io.readfile: {path: x}}, {io.readfile: {path: x}}]",
        "tasks: [{com.acme.http.get: {url: x}}]",
        "tasks: [{module: oa-io, function: readfile, path: x}]",
        "tasks: [{module: com.acme.http, function: get, with: {url: x}}]",
        "tasks: [{module: http@^1.2, function: whatever, with: {a: 1}}]",
    });
    expect_refused({
        "tasks: [{oa-io.readfile: {pth: x}}]",
        "tasks: [{com.acme.http.read: {path: x}}]",
        "tasks: [{comXacme.http.get: {url: x}}]",
        "tasks: [{module: oa-io, function: readfile, with: {pth: x}}]",
        "tasks: [{module: htp@^1.2, function: get, with: {}}]",
    });
}

TEST_F(LanguageSchemaTest, TakesPlaceholdersInsteadOfEverything) {
    expect_fits({
        "tasks: [{io.read: {path: '${inputs.path}', mode: '${m}', lines: '$<n>'}}]",
        "tasks: [{io.read: {path: x, options: '${o}'}}]",
        "tasks: [{io.read: {path: x, options: {strict: '${s}'}, parts: [1, '${p}']}}]",
        "tasks: [{io.read: {path: x, when: '${w}'}}, {io.read: {path: x, when: {a: '${w}'}}}]",
        "tasks: [{io.read: {path: x, node: {child: {weight: '${w}'}}}}]",
    });
    expect_refused({
        "tasks: [{io.read: {path: x, lines: many}}]",
        "tasks: [{io.read: {path: x, options: {strict: perhaps}}}]",
        "tasks: [{io.read: {path: x, options: {strikt: true}}}]",
        "tasks: [{io.read: {path: x, parts: [1, two]}}]",
        "tasks: [{io.read: {path: x, when: soon}}]",
        "tasks: [{io.read: {path: x, node: {child: {weight: heavy}}}}]",
    });
}

TEST_F(LanguageSchemaTest, LetsParametersHideKeysOnlyInTheOlderStyle) {
    expect_fits({
        "tasks: [{module: http, function: get, url: x, timeout: {a: 1}}]",
        "tasks: [{module: http, function: get, with: {url: x}, timeout: 5s}]",
    });
    expect_refused({
        "tasks: [{module: http, function: get, url: x, timeout: 5s}]",
        "tasks: [{module: http, function: get, with: {url: x}, timeout: {a: 1}}]",
        "tasks: [{http.get: {url: x}, timeout: {a: 1}}]",
    });
}

TEST_F(LanguageSchemaTest, ChecksTheKeysOfTasks) {
    expect_fits({
        "tasks: [{util.noop: {}, name: 5, needs: [a, b], on_success: end, on_failure: c}]",
        "tasks: [{util.noop: {}, when: failure(), retry: 3, timeout: 1.5, allow_failure: true}]",
        "tasks: [{util.noop: {}, retry: {max_attempts: 3, delay: 1s, backoff: 1.5, when: a}}]",
        "tasks: [{util.noop: {}, for_each: [1, 2], max_parallel: 3, idempotent: false}]",
        "tasks: [{workflow: x.yaml, with: {a: 1}, for_each: '${inputs.l}', isolation: process}]",
        "tasks: [{util.noop: {}, output: {a: b}, when: true}]",
        "tasks: [{util.noop: {}}]\nfinally: [{util.noop: {}, when: failure()}]",
    });
    expect_refused({
        "tasks: [{util.noop: {}, name: end}]",
        "tasks: [{util.noop: {}, needs: {a: b}}]",
        "tasks: [{util.noop: {}, retry: 0}]",
        "tasks: [{util.noop: {}, retry: {max: 3}}]",
        "tasks: [{util.noop: {}, timeout: 5parsecs}]",
        "tasks: [{util.noop: {}, timeout: -1}]",
        "tasks: [{util.noop: {}, allow_failure: perhaps}]",
        "tasks: [{util.noop: {}, isolation: jail}]",
        "tasks: [{util.noop: {}, max_parallel: 0}]",
        "tasks: [{util.noop: {}}]\nfinally: [{util.noop: {}, needs: a}]",
    });
}

TEST_F(LanguageSchemaTest, ChecksTheKeysOfDocuments) {
    const std::string tasks = "tasks: [{util.noop: {}}]\n";
    expect_fits({
        tasks + "name: a\ndescription: b\ntags: [c]\ntimeout: 5m\nfail_fast: true",
        tasks + "inputs: {a: {type: string, enum: [x]}, b: , c: {type: [string, 'null'], format: "
                "date}}",
        tasks + "concurrency: {max_parallel: 3, max_runs: 1, overlap: skip, key: inputs.a}",
        tasks + "schedule: '@daily'",
        tasks + "schedule: [{cron: '* * * * *', timezone: UTC, inputs: {a: 1}, catch_up: all}]",
        tasks + "defaults: {retry: 3, timeout: 5, isolation: process}\nvariables: {a: b}",
        tasks + "outputs: {a: tasks.b.output}",
    });
    expect_refused({
        "name: a",
        "tasks: []",
        "tasks: {a: b}",
        tasks + "timeot: 5",
        tasks + "inputs: {a: {typ: string}}",
        tasks + "inputs: {a: {type: text}}",
        tasks + "concurrency: {max_paralel: 3}",
        tasks + "concurrency: {overlap: kill}",
        tasks + "schedule: {timezone: UTC}",
        tasks + "defaults: {needs: a}",
        tasks + "compat: oa4",
        "[]",
        "[{name: a}]",
    });
}

TEST_F(LanguageSchemaTest, IsMilderWithOlderDocuments) {
    expect_fits({
        "[{name: a, host: b, tasks: [{module: io, function: read, path: '{host}', saveonvar: c}]}]",
        "compat: oa3\ntasks: [{name: a, io.read: {path: x}, other: 3}]",
        "[{tasks: [{io.read: {path: x}}]}, whatever]",
    });
    expect_refused({
        "compat: oa3\ntasks: [{name: a, io.read: {pth: x}}]",
        "[{tasks: [{module: io, function: read}]}]",
    });
}

TEST_F(LanguageSchemaTest, TakesStepsInOlderDocumentsOnly) {
    const std::string task = "tasks: [{module: oaworkflow, function: runworkflow, steps: []}]";
    expect_fits({"compat: oa3\n" + task});
    expect_refused({task});
}

TEST_F(LanguageSchemaTest, IsASchemaWithoutAnyModule) {
    const test::FakeCatalog none;
    const auto made = language_schema(none, [](const FunctionInfo&) { return FunctionPage(); });
    const auto compiled = Schema::compile(made);
    ASSERT_TRUE(compiled.schema) << to_string(compiled.mistakes.front());
    EXPECT_TRUE(compiled.schema->validate(test::json_of("tasks: [{workflow: a}]")).empty());
    EXPECT_FALSE(compiled.schema->validate(test::json_of("tasks: [{util.noop: {}}]")).empty());
}

TEST_F(LanguageSchemaTest, DescribesKeysAndFunctions) {
    const auto made = schema();
    const auto& tasks = made.at("properties").at("tasks");
    EXPECT_NE(tasks.at("markdownDescription").as_string().find("`needs`"), json::string::npos);
    EXPECT_EQ(tasks.at("description").as_string().find('`'), json::string::npos);
    const auto& get = made.at("definitions").at("http.get");
    EXPECT_EQ(get.at("description"), "Does get.");
    EXPECT_EQ(get.at("markdownDescription"),
              "Does get.\n\nGet a page:\n```yaml\nhttp.get:\n  url: \"http://x\"\n```");
    const auto& mode = made.at("definitions").at("io.read").at("properties").at("mode");
    EXPECT_EQ(mode.at("default"), "text");
    EXPECT_EQ(made.at("definitions").at("io.read").at("properties").at("path").at("description"),
              "Which file.");
    const auto& old = made.at("definitions").at("util.old");
    EXPECT_EQ(old.at("deprecated"), true);
    EXPECT_EQ(old.at("deprecationMessage"), "Deprecated: use util.noop. It was slow.");
    EXPECT_FALSE(get.as_object().contains("deprecated"));
}

TEST_F(LanguageSchemaTest, HasNoKeysThatTheReaderRefuses) {
    const auto made = schema();
    const auto is_known = [this](const std::string& document) {
        for (const auto& finding : read_workflow(document, "w.yaml", catalog).diagnostics) {
            if (finding.message.find("is unknown here") != std::string::npos ||
                finding.message.find("not available") != std::string::npos) {
                return false;
            }
        }
        return true;
    };
    EXPECT_FALSE(is_known("tasks: [{util.noop: {}}]\nnothing: "));
    for (const auto& key : made.at("properties").as_object()) {
        EXPECT_TRUE(is_known("tasks: [{util.noop: {}}]\n" + std::string(key.key()) + ": "))
            << key.key();
    }
    const auto& task = made.at("definitions").at("task").at("else").at("properties").as_object();
    EXPECT_GE(task.size(), 17U);
    for (const auto& key : task) {
        EXPECT_TRUE(is_known("tasks: [{util.noop: {}, " + std::string(key.key()) + ": }]"))
            << key.key();
    }
    const auto keys_of = [&made](const char* part) {
        return made.at("definitions").at(part).at("properties").as_object();
    };
    for (const auto& key : keys_of("retry")) {
        EXPECT_TRUE(is_known("tasks: [{util.noop: {}, retry: {" + std::string(key.key()) + ": }}]"))
            << key.key();
    }
    for (const auto& key : keys_of("input")) {
        EXPECT_TRUE(is_known("tasks: [{util.noop: {}}]\ninputs: {a: {\"" + std::string(key.key()) +
                             "\": }}"))
            << key.key();
    }
    for (const auto& key : keys_of("schedule")) {
        EXPECT_TRUE(
            is_known("tasks: [{util.noop: {}}]\nschedule: {" + std::string(key.key()) + ": }"))
            << key.key();
    }
}

TEST_F(LanguageSchemaTest, KnowsWhatWaits) {
    expect_fits({
        "tasks: [{sleep: 30s}, {sleep: 1.5}, {sleep: '${inputs.delay}'}]",
        "tasks: [{wait_until: 2027-01-01T08:00:00Z}, {wait_until: '${inputs.start}'}]",
        "tasks: [{wait_until: '2027-01-01T08:00:00.5+02:00'}]",
        "tasks: [{approval: 'Deploy?'}, {approval: {message: 'Deploy?'}}]",
        "tasks: [{approval: {message: a, by: ada, timeout: 2h, default: reject}}]",
        "tasks: [{approval: {message: a, by: [ada, 'group:ops']}}]",
        "tasks: [{name: a, sleep: 1, when: true, for_each: [1], max_parallel: 1, "
        "allow_failure: true, output: output.until, needs: b}]",
        "{tasks: [{sleep: 1}], finally: [{sleep: 1}]}",
        "{compat: oa3, tasks: [{sleep: 1}, {util.noop: {}, sleep: 1}]}",
        "tasks: [{module: util, function: any, sleep: 5}]",
    });
    expect_refused({
        "tasks: [{sleep: soon}]",
        "tasks: [{sleep: -1}]",
        "tasks: [{wait_until: 2027-01-01}]",
        "tasks: [{wait_until: 5}]",
        "tasks: [{approval: 5}]",
        "tasks: [{approval: {by: ada}}]",
        "tasks: [{approval: {message: a, by: []}}]",
        "tasks: [{approval: {message: a, default: approve}}]",
        "tasks: [{approval: {message: a, timeout: 1h, default: maybe}}]",
        "tasks: [{approval: {mesage: a}}]",
        "tasks: [{sleep: 1, approval: a}]",
        "tasks: [{sleep: 1, util.noop: {}}]",
        "tasks: [{sleep: 1, workflow: x}]",
        "tasks: [{sleep: 1, with: {}}]",
        "tasks: [{sleep: 1, retry: 2}]",
        "tasks: [{approval: a, timeout: 2h}]",
        "tasks: [{module: io, function: read, path: x, sleep: 5}]",
        "{tasks: [{sleep: 1}], finally: [{approval: a}]}",
    });
}

}  // namespace
}  // namespace oa::core
