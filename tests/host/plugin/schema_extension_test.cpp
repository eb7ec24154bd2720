#include "host/plugin/schema_extension.hpp"

#include <string>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "core/json/json.hpp"
#include "oa/schema.h"
#include "tests/host/plugin/call_fixture.hpp"

namespace oa::host {
namespace {

const oa_schema_api& table() {
    return *static_cast<const oa_schema_api*>(schema_extension().table);
}

void OA_CALL keep(void* user, const char* json, std::size_t len) {
    static_cast<std::string*>(user)->assign(json, len);
}

struct Validator {
    explicit Validator(std::string_view text) {
        status = table().compile(nullptr, text.data(), text.size(), &schema, keep, &told);
    }
    Validator(const Validator&) = delete;
    Validator& operator=(const Validator&) = delete;
    ~Validator() { table().release(schema); }

    std::string check(std::string_view text, std::uint32_t flags = 0) {
        told.clear();
        status = table().validate(schema, text.data(), text.size(), flags, keep, &told);
        return told;
    }

    oa_schema* schema = nullptr;
    std::int32_t status = OA_OK;
    std::string told;
};

struct SchemaPluginTest : testing::Test {
    Caller caller{"schemas", {.log = nullptr, .extensions = {schema_extension()}}};

    std::string output(const std::string& function, const std::string& params) {
        const auto outcome = caller.call(function, params);
        return outcome.failure ? outcome.failure->code : core::write_json(outcome.output);
    }
};

TEST_F(SchemaPluginTest, APlugInChecksByTheHostsValidator) {
    EXPECT_EQ(output("check", R"({"a":1})"), "null");
    EXPECT_EQ(output("check", R"({"a":"1","bb":2})"),
              R"([{"kind":"value","pointer":"/a","schema_pointer":"/properties/a/type",)"
              R"("message":"takes an integer, not the text '1'"},)"
              R"({"kind":"unknown_field","pointer":"","schema_pointer":"/additionalProperties",)"
              R"("message":"has no field 'bb'","hint":"did you mean 'b'?","field":"bb"}])");
    EXPECT_EQ(output("complete", R"({"a":1})"), R"({"a":1,"b":5})");
}

TEST_F(SchemaPluginTest, APlugInIsToldWhatIsNoSchema) {
    EXPECT_EQ(output("compile", R"({"type":"strng"})"),
              R"([{"pointer":"/type","message":"there is no type 'strng'",)"
              R"("hint":"did you mean 'string'?"}])");
    EXPECT_EQ(output("compile", R"({"type":"string"})"), "null");
}

TEST(SchemaAbsenceTest, APlugInCanTellThatThereIsNoValidator) {
    Caller caller("schemas");
    ASSERT_TRUE(caller.call("check").failure);
    EXPECT_EQ(caller.call("check").failure->code, "unimplemented");
}

TEST(SchemaExtensionTest, FollowsTheRulesOfTables) {
    EXPECT_EQ(schema_extension().id, "oa.schema/1");
    EXPECT_EQ(table().struct_size, sizeof(oa_schema_api));
    EXPECT_EQ(table().problems_max, 100U);
}

TEST(SchemaExtensionTest, ForgivesWhatIsMissing) {
    EXPECT_EQ(table().compile(nullptr, "{}", 2, nullptr, nullptr, nullptr), OA_INVALID_PARAMS);
    EXPECT_EQ(table().validate(nullptr, "1", 1, 0, nullptr, nullptr), OA_INVALID_PARAMS);
    EXPECT_EQ(table().fill_defaults(nullptr, "1", 1, nullptr, nullptr), OA_INVALID_PARAMS);
    table().release(nullptr);
    Validator none("");
    EXPECT_EQ(none.status, OA_INVALID_PARAMS);
    EXPECT_EQ(none.schema, nullptr);
    const Validator strict(R"({"type":"null"})");
    EXPECT_EQ(table().validate(strict.schema, nullptr, 0, 0, nullptr, nullptr), OA_INVALID_PARAMS);
}

TEST(SchemaExtensionTest, TellsWhatIsNotJson) {
    Validator any("{}");
    EXPECT_EQ(any.check("{"),
              R"([{"kind":"not_json","pointer":"","schema_pointer":"",)"
              R"("message":"is not JSON: line 1, column 2: the text ends too early"}])");
    EXPECT_EQ(any.status, OA_INVALID_PARAMS);
    EXPECT_EQ(Validator("[").status, OA_INVALID_PARAMS);
    std::string told;
    EXPECT_EQ(table().fill_defaults(any.schema, "{", 1, keep, &told), OA_INVALID_PARAMS);
    EXPECT_NE(told, "");
}

TEST(SchemaExtensionTest, ChecksFormatsUnlessTold) {
    Validator date(R"({"format":"date"})");
    EXPECT_NE(date.check("\"x\""), "");
    EXPECT_EQ(date.check("\"x\"", OA_SCHEMA_NO_FORMATS), "");
    EXPECT_EQ(date.status, OA_OK);
    EXPECT_NE(date.check("\"x\"", 1U << 31U), "");
}

TEST(SchemaExtensionTest, TellsAtMostAsManyProblemsAsItSays) {
    Validator numbers(R"({"items":{"type":"null"}})");
    std::string list = "[0";
    for (int i = 1; i < 200; ++i) {
        list += "," + std::to_string(i);
    }
    EXPECT_EQ(core::parse_json(numbers.check(list + "]")).as_array().size(), table().problems_max);
}

TEST(SchemaExtensionTest, GivesUpWhatTakesTooLong) {
    boost::json::object definitions{{"a40", {{"type", "integer"}}}};
    for (int i = 0; i < 40; ++i) {
        const boost::json::value next{{"$ref", "#/$defs/a" + std::to_string(i + 1)}};
        definitions["a" + std::to_string(i)] = {{"allOf", boost::json::array{next, next}}};
    }
    Validator endless(
        core::write_json(boost::json::object{{"$ref", "#/$defs/a0"}, {"$defs", definitions}}));
    const std::string told = endless.check("1");
    EXPECT_EQ(endless.status, OA_EXHAUSTED);
    EXPECT_EQ(core::parse_json(told).at(0).at("kind"), "limit");
}

}  // namespace
}  // namespace oa::host
