#include "host/kit/check/sample_params.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "core/json/json.hpp"
#include "host/kit/check/schema_fit.hpp"

namespace oa::host {
namespace {

boost::json::object schema() {
    return core::parse_json(R"({
        "type": "object", "additionalProperties": false, "required": ["name", "mode"],
        "properties": {
            "name": {"type": "string", "minLength": 3, "maxLength": 8},
            "mode": {"enum": ["fast", "safe"]},
            "count": {"type": "integer", "minimum": 1, "maximum": 4},
            "ratio": {"type": ["number", "null"]},
            "tags": {"type": "array", "minItems": 1, "items": {"type": "string"}},
            "more": {"oneOf": [{"type": "boolean"}, {"type": "object",
                     "required": ["x"], "properties": {"x": {"const": 7}}}]}
        }})")
        .as_object();
}

TEST(SampleParamsTest, FitTheirSchema) {
    SampleRandom random(1);
    for (int i = 0; i < 200; ++i) {
        const auto params = random_params(schema(), random);
        const auto wrong = misfits(params, schema());
        EXPECT_TRUE(wrong.empty()) << core::write_json(params) << ": " << wrong.front();
    }
}

TEST(SampleParamsTest, AreTheSameForTheSameSeed) {
    SampleRandom one(7);
    SampleRandom other(7);
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(random_params(schema(), one), random_params(schema(), other));
    }
}

TEST(SampleParamsTest, WrongValuesAreWrong) {
    SampleRandom random(1);
    const auto all = schema();
    for (const auto& name : property_names(all)) {
        const auto& property = all.at("properties").at(name);
        EXPECT_FALSE(misfits(wrong_value(property, random), property).empty()) << name;
    }
}

}  // namespace
}  // namespace oa::host
