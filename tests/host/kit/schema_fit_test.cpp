#include "host/kit/check/schema_fit.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "core/json/json.hpp"

namespace oa::host {
namespace {

std::string misfit(const char* value, const char* schema) {
    const auto all = misfits(core::parse_json(value), core::parse_json(schema));
    return all.empty() ? "" : all.front();
}

std::string fault(const char* schema) {
    const auto all = schema_faults(core::parse_json(schema));
    return all.empty() ? "" : all.front();
}

TEST(SchemaFitTest, SaysWhereAValueDoesNotFit) {
    EXPECT_EQ(misfit(R"({"a":{"b~/c":5}})",
                     R"({"properties":{"a":{"properties":{"b~/c":{"type":"string"}}}}})"),
              "/a/b~0~1c is integer, not string");
    EXPECT_EQ(misfit("[1,null]", R"({"items":{"type":["integer","boolean"]}})"),
              "/1 is null, not integer or boolean");
    EXPECT_EQ(misfit("{}", R"({"required":["x"]})"), "/x is required");
    EXPECT_EQ(misfit(R"({"y":1})", R"({"additionalProperties":false})"), "/y is not declared");
    EXPECT_EQ(misfit("3", R"({"enum":[1,2]})"), "the whole is none of [1,2]");
    EXPECT_EQ(misfit("0", R"({"minimum":1})"), "the whole has a value below its minimum");
    EXPECT_EQ(misfit("\"\xC3\xA9\xC3\xA9\"", R"({"maxLength":1})"),
              "the whole has a length above its maxLength");
    EXPECT_EQ(misfit("true", R"({"oneOf":[{"type":"string"},{"type":"number"}]})"),
              "the whole fits none of its oneOf");
}

TEST(SchemaFitTest, AcceptsWhatFits) {
    EXPECT_EQ(misfit("5.0", R"({"type":"integer"})"), "");
    EXPECT_EQ(misfit("5", R"({"type":"number","minimum":5,"exclusiveMaximum":6})"), "");
    EXPECT_EQ(misfit(R"({"a":1})", R"({"anyOf":[{"required":["b"]},{"required":["a"]}]})"), "");
    EXPECT_EQ(misfit(R"({"anything":1})", "true"), "");
    EXPECT_EQ(
        misfit(R"({"x1":1})", R"({"patternProperties":{"^x":{}},"additionalProperties":false})"),
        "");
}

TEST(SchemaFitTest, FindsWhatIsWrongWithASchema) {
    EXPECT_EQ(fault(R"({"properties":{"a":{"type":"strng"}}})"),
              "/properties/a/type is 'strng', which JSON Schema lacks");
    EXPECT_EQ(fault(R"({"required":"a"})"), "/required has to be an array of names");
    EXPECT_EQ(fault(R"({"required":["a"],"additionalProperties":false})"),
              "/required names 'a', which properties does not declare");
    EXPECT_EQ(fault(R"({"enum":[]})"), "/enum has to be an array with at least one value");
    EXPECT_EQ(fault(R"({"items":5})"), "/items has to be an object, true or false");
    EXPECT_EQ(fault(R"({"oneOf":[{"type":"string"}],"items":true})"), "");
}

}  // namespace
}  // namespace oa::host
