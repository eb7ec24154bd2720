// Whatever a schema and a value are, compiling and checking end in problems and not in a crash or a
// hang; what is found wrong while parts of the value are not known is wrong when they are known.
// The input is the schema, a NUL, and the value. tests/fuzz/schema.dict has the keywords.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "core/schema/schema.hpp"

namespace {

namespace json = boost::json;
using oa::core::Schema;
using oa::core::SchemaProblem;
using Problems = std::vector<SchemaProblem>;

std::optional<json::value> read(std::string_view text) {
    try {
        return oa::core::parse_json(text);
    } catch (const oa::core::JsonError&) {
        return std::nullopt;
    }
}

void expect(bool fine) {
    if (!fine) {
        std::abort();
    }
}

oa::core::ValidateOptions limited() {
    oa::core::ValidateOptions options;
    options.steps_max = 20'000;
    return options;
}

bool is_definite(const Problems& problems) {
    for (const SchemaProblem& problem : problems) {
        if (problem.kind == SchemaProblem::Kind::Limit) {
            return false;
        }
    }
    return !problems.empty();
}

/// Some values count as unknown: as something that can be what they are, and more.
oa::core::ValidateOptions with_unknown(std::size_t seed) {
    oa::core::ValidateOptions options = limited();
    options.unknown = [seed](const json::value& value) -> std::optional<oa::core::TypeSet> {
        const std::size_t number = std::hash<std::string>{}(oa::core::write_json(value)) ^ seed;
        if (number % 3 != 0) {
            return std::nullopt;
        }
        const auto others = static_cast<oa::core::TypeSet>(number / 3 % 128);
        return static_cast<oa::core::TypeSet>(oa::core::type_of(value) | others);
    };
    return options;
}

void check(const Schema& schema, const json::value& value, std::size_t seed) {
    const Problems problems = schema.validate(value, limited());
    expect(problems == schema.validate(value, limited()));
    for (const SchemaProblem& problem : problems) {
        expect(!problem.message.empty() && problem.message != "does not fit its schema");
    }
    const Problems certain = schema.validate(value, with_unknown(seed));
    const bool stopped = !problems.empty() && !is_definite(problems);
    if (is_definite(certain) && !stopped) {
        expect(!problems.empty());
    }
    json::value filled = value;
    schema.fill_defaults(filled);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::size_t end = input.find('\0');
    if (end == std::string_view::npos) {
        return 0;
    }
    const auto schema = read(input.substr(0, end));
    const auto value = read(input.substr(end + 1));
    if (!schema || !value) {
        return 0;
    }
    oa::core::SchemaLimits limits;
    limits.pattern_memory_max = 256U << 10U;
    const auto compiled = Schema::compile(*schema, limits);
    expect(compiled.schema.has_value() == compiled.mistakes.empty());
    if (compiled.schema) {
        check(*compiled.schema, *value, size);
    }
    return 0;
}
