#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "core/json/json.hpp"
#include "core/schema/schema.hpp"

namespace oa::core {

struct SchemaFixture : testing::Test {
    static Schema compile(std::string_view text, const SchemaLimits& limits = {}) {
        CompiledSchema compiled = Schema::compile(parse_json(text), limits);
        for (const SchemaMistake& mistake : compiled.mistakes) {
            ADD_FAILURE() << to_string(mistake);
        }
        return compiled.schema ? *compiled.schema : *Schema::compile(true).schema;
    }

    /// What is wrong with a schema, a line for each mistake.
    static std::string mistakes(std::string_view text, const SchemaLimits& limits = {}) {
        const CompiledSchema compiled = Schema::compile(parse_json(text), limits);
        EXPECT_EQ(compiled.schema.has_value(), compiled.mistakes.empty());
        std::string lines;
        for (const SchemaMistake& mistake : compiled.mistakes) {
            lines += to_string(mistake) + "\n";
        }
        return lines;
    }

    static std::string lines_of(const std::vector<SchemaProblem>& problems) {
        std::string lines;
        for (const SchemaProblem& problem : problems) {
            lines += to_string(problem) + "\n";
        }
        return lines;
    }

    /// What is wrong with a value, a line for each problem.
    static std::string problems(std::string_view schema,
                                std::string_view value,
                                const ValidateOptions& options = {}) {
        return lines_of(compile(schema).validate(parse_json(value), options));
    }

    static std::string filled(std::string_view schema, std::string_view value) {
        boost::json::value instance = parse_json(value);
        compile(schema).fill_defaults(instance);
        return write_json(instance);
    }
};

}  // namespace oa::core
