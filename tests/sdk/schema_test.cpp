#include "oa/schema.hpp"

#include <gtest/gtest.h>

#include "host/plugin/host_table.hpp"
#include "host/plugin/schema_extension.hpp"
#include "tests/abi/schema_layout_asserts.hpp"

namespace oa {
namespace {

struct SdkSchemaTest : ::testing::Test {
    host::ModuleHost table{"module", {.log = nullptr, .extensions = {host::schema_extension()}}};
    Host host{table};

    [[nodiscard]] Schema compile(std::string_view text) const { return {host, Json::parse(text)}; }
};

TEST_F(SdkSchemaTest, KeepsTheNumbersThatPluginsCompileIn) {
    EXPECT_STREQ(OA_SCHEMA_EXTENSION, "oa.schema/1");
    EXPECT_EQ(OA_SCHEMA_NO_FORMATS, 1U);
}

TEST_F(SdkSchemaTest, TellsWhatIsWrong) {
    const Schema schema = compile(
        R"({"properties":{"a":{"format":"date"}},"required":["b"],"additionalProperties":false})");
    EXPECT_EQ(schema.validate(Json{{"b", 1}}).size(), 1U);
    const auto problems = schema.validate(Json{{"a", "x"}, {"bb", 1}});
    ASSERT_EQ(problems.size(), 3U);
    EXPECT_EQ(problems[0].kind, "missing_field");
    EXPECT_EQ(problems[0].field, "b");
    EXPECT_EQ(problems[0].sentence("the reply"), "the reply is missing the field 'b'");
    EXPECT_EQ(problems[1].pointer, "/a");
    EXPECT_EQ(problems[1].schema_pointer, "/properties/a/format");
    EXPECT_EQ(problems[1].sentence(), "/a takes a date such as 2024-05-31, not the text 'x'");
    EXPECT_EQ(problems[2].sentence(), "the value has no field 'bb'");
    EXPECT_EQ(schema.validate(Json{{"a", "x"}}, false).size(), 1U);
    EXPECT_TRUE(compile("{}").validate(5).empty());
}

TEST_F(SdkSchemaTest, PutsDefaultsIn) {
    const Schema schema = compile(R"({"properties":{"a":{"default":[1]}}})");
    EXPECT_EQ(schema.with_defaults(Json::object()), Json::parse(R"({"a":[1]})"));
}

TEST_F(SdkSchemaTest, IsMovedAndReleasedOnce) {
    Schema first = compile(R"({"type":"null"})");
    Schema second = std::move(first);
    first = compile("true");
    EXPECT_EQ(second.validate(1).size(), 1U);
    EXPECT_TRUE(first.validate(1).empty());
}

TEST_F(SdkSchemaTest, NamesTheMistakesOfASchema) {
    try {
        static_cast<void>(compile(R"({"type":"strng","minimum":"1"})"));
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::InvalidParams);
        EXPECT_EQ(error.pointer(), "/type");
        EXPECT_STREQ(error.what(), "there is no type 'strng'; did you mean 'string'?");
        EXPECT_EQ(error.details()["mistakes"].size(), 2U);
    }
}

TEST_F(SdkSchemaTest, SaysThatTheHostHasNoValidator) {
    host::ModuleHost bare("module", {});
    EXPECT_TRUE(Schema::available(host));
    EXPECT_FALSE(Schema::available(Host(bare)));
    try {
        static_cast<void>(Schema(Host(bare), Json(true)));
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::Unimplemented);
    }
}

}  // namespace
}  // namespace oa
