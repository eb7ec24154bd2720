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
              "/a/b~0~1c takes a string, not the number 5; put it into quotes to have it as a "
              "text");
    EXPECT_EQ(misfit("{}", R"({"required":["x"]})"), "the value is missing the field 'x'");
    EXPECT_EQ(misfit(R"({"$ref":1})", R"({"$ref":"#/$defs/a","$defs":{"a":{"maxProperties":0}}})"),
              "the value takes at most 0 fields, not 1");
}

TEST(SchemaFitTest, AcceptsWhatFits) {
    EXPECT_EQ(misfit("5.0", R"({"type":"integer"})"), "");
    EXPECT_EQ(misfit(R"({"a":1})", R"({"anyOf":[{"required":["b"]},{"required":["a"]}]})"), "");
    EXPECT_EQ(misfit(R"({"anything":1})", "true"), "");
}

TEST(SchemaFitTest, FindsWhatIsWrongWithASchema) {
    EXPECT_EQ(fault(R"({"properties":{"a":{"type":"strng"}}})"),
              "the schema at /properties/a/type: there is no type 'strng'; did you mean 'string'?");
    EXPECT_EQ(fault(R"({"required":["a"],"additionalProperties":false})"),
              "/required names 'a', which properties does not declare");
    EXPECT_EQ(fault(R"({"items":{"oneOf":[{"required":["a"],"additionalProperties":false}]}})"),
              "/items/oneOf/0/required names 'a', which properties does not declare");
    EXPECT_EQ(fault(R"({"oneOf":[{"type":"string"}],"items":true})"), "");
}

}  // namespace
}  // namespace oa::host
