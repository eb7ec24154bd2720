// What checking parameters against their schema costs.

#include <cstdint>
#include <string>

#include <benchmark/benchmark.h>
#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "core/schema/schema.hpp"

namespace oa::core {
namespace {

/// Much like the parameters of an HTTP request.
constexpr std::string_view request_schema = R"({
  "type": "object",
  "properties": {
    "url": {"type": "string", "minLength": 1},
    "method": {"enum": ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]},
    "headers": {"type": "object", "additionalProperties": {"type": "string"}},
    "timeout": {"anyOf": [{"type": "number", "exclusiveMinimum": 0},
                          {"type": "string", "pattern": "^[0-9]+(ms|s|m)$"}]},
    "redirects": {"type": "integer", "minimum": 0, "maximum": 20}
  },
  "required": ["url"],
  "additionalProperties": false
})";
constexpr std::string_view request =
    R"({"url":"https://example.org/","method":"PUT","headers":{"accept":"text/plain"},
        "timeout":5,"redirects":3})";

void schema_compile(benchmark::State& state) {
    const boost::json::value text = parse_json(request_schema);
    for ([[maybe_unused]] auto iteration : state) {
        benchmark::DoNotOptimize(Schema::compile(text));
    }
}
BENCHMARK(schema_compile);

void schema_validate_parameters(benchmark::State& state) {
    const Schema schema = *Schema::compile(parse_json(request_schema)).schema;
    const boost::json::value value = parse_json(request);
    for ([[maybe_unused]] auto iteration : state) {
        benchmark::DoNotOptimize(schema.validate(value));
    }
}
BENCHMARK(schema_validate_parameters);

void schema_validate_wrong_parameters(benchmark::State& state) {
    const Schema schema = *Schema::compile(parse_json(request_schema)).schema;
    const boost::json::value value = parse_json(R"({"urll":"x","method":"get","timeout":0})");
    for ([[maybe_unused]] auto iteration : state) {
        benchmark::DoNotOptimize(schema.validate(value));
    }
}
BENCHMARK(schema_validate_wrong_parameters);

void schema_validate_pattern(benchmark::State& state) {
    const Schema schema =
        *Schema::compile(parse_json(R"({"type":"string","pattern":"^[a-z]+(-[a-z]+)*$"})")).schema;
    const boost::json::value value = "a-name-of-some-length";
    for ([[maybe_unused]] auto iteration : state) {
        benchmark::DoNotOptimize(schema.validate(value));
    }
}
BENCHMARK(schema_validate_pattern);

void schema_validate_list(benchmark::State& state) {
    const Schema schema = *Schema::compile(parse_json(R"({"items":{"$ref":"#/$defs/row"},
        "$defs":{"row":{"type":"object","required":["id"],
            "properties":{"id":{"type":"integer"},"name":{"type":"string"}}}}})"))
                               .schema;
    boost::json::array rows;
    for (std::int64_t i = 0; i < state.range(0); ++i) {
        rows.push_back({{"id", i}, {"name", "row " + std::to_string(i)}});
    }
    const boost::json::value value = rows;
    for ([[maybe_unused]] auto iteration : state) {
        benchmark::DoNotOptimize(schema.validate(value));
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(schema_validate_list)->Arg(10'000);

void schema_fill_defaults(benchmark::State& state) {
    const Schema schema =
        *Schema::compile(
             parse_json(
                 R"({"properties":{"a":{"default":1},"b":{"default":"x"},"c":{"type":"string"}}})"))
             .schema;
    for ([[maybe_unused]] auto iteration : state) {
        boost::json::value value = {{"c", "y"}};
        schema.fill_defaults(value);
        benchmark::DoNotOptimize(value);
    }
}
BENCHMARK(schema_fill_defaults);

}  // namespace
}  // namespace oa::core
