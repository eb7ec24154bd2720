#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <pthread.h>

#include "tests/core/schema_fixture.hpp"

namespace oa::core {
namespace {

namespace json = boost::json;

/// Schemas and values that want to hang or crash whoever checks them.
struct SchemaHostileTest : SchemaFixture {
    static std::string of_few_steps(std::string_view schema, const json::value& value) {
        ValidateOptions options;
        options.steps_max = 100'000;
        return lines_of(compile(schema).validate(value, options));
    }
    /// Forty definitions, each with the next one in place of every @ of `form`.
    static std::string doubling(const std::string& form) {
        constexpr int count = 40;
        json::object definitions;
        for (int i = 0; i < count; ++i) {
            const std::string next = R"({"$ref":"#/$defs/a)" + std::to_string(i + 1) + R"("})";
            std::string text;
            for (const char c : form) {
                text += c == '@' ? next : std::string(1, c);
            }
            definitions["a" + std::to_string(i)] = parse_json(text);
        }
        definitions["a" + std::to_string(count)] = {{"type", "integer"}};
        return write_json(json::object{{"$ref", "#/$defs/a0"}, {"$defs", definitions}});
    }
    static json::value nested(std::size_t depth) {
        json::value value = 1;
        for (std::size_t i = 0; i < depth; ++i) {
            json::array outer;
            outer.emplace_back(std::move(value));
            value = std::move(outer);
        }
        return value;
    }
};

// Sanitizers and builds for the debugger need several times as much as what people run.
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
constexpr std::size_t stack_bytes = 512U << 10U;
#else
constexpr std::size_t stack_bytes = 4U << 20U;
#endif

const std::string too_long = "the value takes too long to check; at most 100000 steps are made\n";

TEST_F(SchemaHostileTest, StopsAtSchemasThatBranchWithoutEnd) {
    EXPECT_EQ(of_few_steps(doubling(R"({"allOf":[@,@]})"), 1), too_long);
}

TEST_F(SchemaHostileTest, StopsAtDynamicReferencesThatNeverEnd) {
    const std::string problem = problems(R"({"$dynamicAnchor":"a","$dynamicRef":"#a"})", "1");
    EXPECT_EQ(problem,
              "the value is nested too deep for its schema; at most 256 levels of values and "
              "schemas are checked\n");
}

TEST_F(SchemaHostileTest, StopsAtValuesThatAreTooDeep) {
    const Schema schema = compile(R"({"items":{"$ref":"#"}})");
    EXPECT_TRUE(schema.validate(nested(200)).empty());
    const auto found = schema.validate(nested(5'000));
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].kind, SchemaProblem::Kind::Limit);
    EXPECT_EQ(found[0].pointer.size(), 512U);
    const Schema unique = compile(R"({"uniqueItems":true,"not":{"const":[[[]]]}})");
    json::array twice;
    twice.push_back(nested(5'000));
    twice.push_back(nested(5'000));
    EXPECT_TRUE(unique.validate(twice).empty());
}

TEST_F(SchemaHostileTest, FitsTheStackOfAWorkerThread) {
    // The deepest way through all kinds of checks, on a thread with as much as plug-ins get.
    const Schema schema = compile(
        R"({"$defs":{"any":{"anyOf":[{"$ref":"#/$defs/list"},{"$ref":"#/$defs/map"}]},
            "list":{"type":"array","items":{"$ref":"#/$defs/any"},"unevaluatedItems":false},
            "map":{"type":"object","additionalProperties":{"oneOf":[{"$ref":"#/$defs/any"}]},
                   "if":true,"then":{"propertyNames":{"pattern":"^a"}}}},
           "$ref":"#/$defs/any"})");
    json::value value = "x";
    for (int i = 0; i < 100; ++i) {
        json::object outer;
        outer["a"] = std::move(value);
        value = std::move(outer);
    }
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, stack_bytes);
    struct Job {
        const Schema& schema;
        const json::value& value;
        std::size_t problems = 0;
    } job{schema, value};
    pthread_t thread{};
    ASSERT_EQ(pthread_create(
                  &thread, &attributes,
                  [](void* argument) -> void* {
                      auto& own = *static_cast<Job*>(argument);
                      own.problems = own.schema.validate(own.value).size();
                      return nullptr;
                  },
                  &job),
              0);
    pthread_join(thread, nullptr);
    pthread_attr_destroy(&attributes);
    EXPECT_GE(job.problems, 1U);
}

TEST_F(SchemaHostileTest, LooksForEqualItemsInLittleTime) {
    json::array numbers;
    for (int i = 0; i < 40'000; ++i) {
        numbers.emplace_back(i);
    }
    EXPECT_EQ(of_few_steps(R"({"uniqueItems":true})", numbers), "");
    numbers.emplace_back(7.0);
    EXPECT_EQ(of_few_steps(R"({"uniqueItems":true})", numbers),
              "the value takes a list in which nothing stands twice, and items 7 and 40000 are the "
              "same\n");
}

TEST_F(SchemaHostileTest, MatchesPatternsInLinearTime) {
    const std::string text(20'000, 'a');
    EXPECT_NE(of_few_steps(R"({"pattern":"^(a+)+$"})", json::value(text + "b")), "");
    EXPECT_EQ(of_few_steps(R"({"pattern":"^(a+)+$"})", json::value(text)), "");
    EXPECT_EQ(of_few_steps(R"({"pattern":"(a?){500}b"})", json::value(text)), too_long);
}

TEST_F(SchemaHostileTest, FillsDefaultsOfSchemasThatNeverEnd) {
    EXPECT_EQ(filled(R"({"properties":{"a":{"$ref":"#","default":{}}}})", "{}"), R"({"a":{}})");
    json::value deep = nested(5'000);
    compile(R"({"items":{"$ref":"#"}})").fill_defaults(deep);
    const std::string text = doubling(R"({"properties":{"x":{"allOf":[@,@],"default":{}}}})");
    json::value value = json::object();
    compile(text).fill_defaults(value);
    EXPECT_TRUE(value.as_object().contains("x"));
}

TEST_F(SchemaHostileTest, ReportsTheMostWithoutLookingForSuggestionsForever) {
    std::string text = R"({"additionalProperties":false,"properties":{)";
    for (int i = 0; i < 5'000; ++i) {
        text += "\"a-rather-long-name-of-a-field-" + std::to_string(i) + "\":true,";
    }
    text += R"("z":true}})";
    json::object fields;
    for (int i = 0; i < 5'000; ++i) {
        fields["a-rather-long-name-of-no-field-" + std::to_string(i)] = i;
    }
    EXPECT_EQ(compile(text).validate(fields).size(), 20U);
}

TEST_F(SchemaHostileTest, ServesManyThreads) {
    const Schema schema =
        compile(R"({"properties":{"a":{"pattern":"^[a-z]{1,20}$"},"b":{"enum":["x","y"]}}})");
    std::vector<std::thread> threads;
    std::vector<std::size_t> found(4);
    threads.reserve(found.size());
    for (std::size_t& count : found) {
        threads.emplace_back([own = schema, &count] {
            for (int round = 0; round < 500; ++round) {
                count += own.validate(parse_json(R"({"a":"A","b":"z"})")).size();
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(found, (std::vector<std::size_t>(4, 1'000)));
}

}  // namespace
}  // namespace oa::core
