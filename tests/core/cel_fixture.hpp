#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "core/expression/cel/cel.hpp"
#include "core/json/json.hpp"

namespace oa::core::cel {

/// The fields of a JSON object as variables.
class JsonActivation final : public Activation {
public:
    explicit JsonActivation(std::string_view text) : values(boost::json::parse(text).as_object()) {}

    [[nodiscard]] std::optional<Value> find(std::string_view name) const override {
        const auto* const found = values.if_contains(name);
        return found == nullptr ? std::nullopt : std::optional(Value::json(*found));
    }
    [[nodiscard]] std::vector<std::string> names() const override {
        std::vector<std::string> names;
        for (const auto& entry : values) {
            names.emplace_back(entry.key());
        }
        return names;
    }

    boost::json::object values;
};

struct CelTest : testing::Test {
    JsonActivation activation{"{}"};
    CompileOptions options;

    Program compiled(std::string_view text) const {
        auto parsed = Program::compile(text, options);
        EXPECT_TRUE(parsed.program) << text << ": " << parsed.error.message;
        EXPECT_EQ(parsed.consumed, text.size()) << text << ": " << parsed.error.message;
        return parsed.program.value();
    }

    /// The value as JSON text; "error: ..." with the message when there is none.
    std::string evaluated(std::string_view text) const {
        const auto program = compiled(text);
        LocalArena arena(program.limits().memory_bytes);
        const auto outcome = program.evaluate(activation, arena);
        if (outcome.error) {
            return "error: " + outcome.error->message;
        }
        boost::json::value json;
        if (const auto problem = to_json(outcome.value, program.limits(), json)) {
            return "error: " + problem->message;
        }
        return write_json(json);
    }

    /// Why the text is no expression, or goes on behind one.
    SyntaxError refused(std::string_view text) const {
        auto parsed = Program::compile(text, options);
        EXPECT_TRUE(!parsed.program || parsed.consumed < text.size()) << text;
        return parsed.error;
    }

    Error failure(std::string_view text) const {
        const auto program = compiled(text);
        LocalArena arena(program.limits().memory_bytes);
        auto outcome = program.evaluate(activation, arena);
        EXPECT_TRUE(outcome.error) << text;
        return outcome.error.value_or(Error());
    }
};

inline bool mentions(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

inline std::string repeated(std::string_view unit, std::size_t times) {
    std::string text;
    for (std::size_t i = 0; i < times; ++i) {
        text += unit;
    }
    return text;
}

}  // namespace oa::core::cel
