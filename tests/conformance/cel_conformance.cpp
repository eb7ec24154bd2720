// Runs the conformance cases of CEL: cel_conformance FILE...
// Prints each case that fails, then "N passed, N failed"; exits with 0 only if none failed.

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "core/expression/cel/cel.hpp"
#include "core/expression/cel/operators.hpp"
#include "core/expression/cel/utf8.hpp"
#include "core/json/json.hpp"

namespace oa::core::cel {
namespace {

namespace json = boost::json;

/// The typed values of a case, and the room that they take.
class Values {
public:
    Value make(const json::value& typed) {
        const auto& fields = typed.as_object();
        const std::string type(fields.at("type").as_string());
        if (type == "null") {
            return {};
        }
        if (type == "timestamp") {
            return Value::timestamp({fields.at("seconds").to_number<std::int64_t>(),
                                     fields.at("nanos").to_number<std::int32_t>()});
        }
        if (type == "duration") {
            return Value::duration(fields.at("seconds").to_number<std::int64_t>() * 1'000'000'000 +
                                   fields.at("nanos").to_number<std::int64_t>());
        }
        if (type == "bytes") {
            return Value::bytes(keep(decoded(text_of(fields.at("base64")))));
        }
        return make(type, fields.at("value"));
    }

private:
    static std::string text_of(const json::value& value) { return std::string(value.as_string()); }

    std::string_view keep(std::string text) { return texts_.emplace_back(std::move(text)); }

    static std::string decoded(const std::string& base64) {
        const auto compiled = Program::compile("base64.decode('" + base64 + "')", CompileOptions());
        LocalArena arena(1U << 20U);
        const auto outcome = compiled.program.value().evaluate(EmptyActivation(), arena);
        return std::string(outcome.value.as_text());
    }

    Value make(const std::string& type, const json::value& value) {
        if (type == "bool") {
            return Value::boolean(value.as_bool());
        }
        if (type == "int") {
            return Value::integer(std::stoll(text_of(value)));
        }
        if (type == "uint") {
            return Value::unsigned_integer(std::stoull(text_of(value)));
        }
        if (type == "double") {
            return Value::floating(std::strtod(text_of(value).c_str(), nullptr));
        }
        if (type == "string") {
            return Value::string(keep(text_of(value)));
        }
        if (type == "type") {
            return Value::type(type_named(text_of(value)).value());
        }
        if (type == "list") {
            auto& items = lists_.emplace_back();
            for (const auto& item : value.as_array()) {
                items.push_back(make(item));
            }
            return Value::list(items.data(), items.size());
        }
        if (type == "map") {
            auto& entries = maps_.emplace_back();
            for (const auto& entry : value.as_array()) {
                entries.push_back({make(entry.at(0)), make(entry.at(1))});
            }
            return Value::map(*make_map(arena_, entries.data(), entries.size()).data);
        }
        throw std::runtime_error("unknown type " + type);
    }

    std::deque<std::string> texts_;
    std::deque<std::vector<Value>> lists_;
    std::deque<std::vector<MapEntry>> maps_;
    GrowingArena arena_{1U << 20U};
};

class Bindings final : public Activation {
public:
    [[nodiscard]] std::optional<Value> find(std::string_view name) const override {
        const auto found = values.find(name);
        return found == values.end() ? std::nullopt : std::optional(found->second);
    }

    std::map<std::string, Value, std::less<>> values;
};

/// Stricter than ==: the kinds are the same too, and NaN is NaN.
bool is_same(const Value& left, const Value& right) {
    if (left.kind() != right.kind()) {
        return false;
    }
    if (left.is(Kind::Double)) {
        const bool both_nan =
            left.as_double() != left.as_double() && right.as_double() != right.as_double();
        return both_nan || std::bit_cast<std::uint64_t>(left.as_double()) ==
                               std::bit_cast<std::uint64_t>(right.as_double());
    }
    if (left.is(Kind::List)) {
        bool same = left.list_size() == right.list_size();
        for (std::size_t i = 0; same && i < left.list_size(); ++i) {
            same = is_same(left.item(i), right.item(i));
        }
        return same;
    }
    LocalArena arena(1U << 20U);
    State state(EvaluationLimits(), arena);
    bool same = false;
    return equal(state, left, right, same) && same;
}

/// Cases of section parse whose expected text still has escapes of the text format that it was
/// converted from, such as \\u0100 for the character: see cel/README.md.
constexpr std::array<std::string_view, 14> with_escapes_left{
    "string_literals/single_quoted_lower_u_escapes",
    "string_literals/triple_single_quoted_lower_u_escapes",
    "string_literals/double_quoted_upper_u_escapes",
    "string_literals/triple_single_quoted_upper_u_escapes",
    "string_literals/triple_double_quoted_upper_u_escapes",
    "string_literals/mixed_case_hex_single_quoted_escapes",
    "string_literals/mixed_case_hex_triple_double_quoted_escapes",
    "string_literals/unassigned_code_point_double_quoted_escapes",
    "string_literals/unassigned_code_point_triple_single_quoted_escapes",
    "string_literals/unassigned_code_point_triple_double_quoted_escapes",
    "string_literals/unassigned_code_point_single_quoted_unescaped",
    "string_literals/unassigned_code_point_double_quoted_unescaped",
    "string_literals/unassigned_code_point_triple_single_quoted_unescaped",
    "bytes_literals/triple_double_quoted_unescaped_punctuation"};

bool has_escapes_left(const json::object& test) {
    const auto name = std::string(test.at("section").as_string()) + "/" +
                      std::string(test.at("name").as_string());
    return test.at("file").as_string() == "parse" &&
           std::find(with_escapes_left.begin(), with_escapes_left.end(), name) !=
               with_escapes_left.end();
}

/// The text with \\?, \\uXXXX and \\UXXXXXXXX replaced by what they stand for.
std::string unescaped(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t digits = text.substr(0, 2) == "\\u"   ? 4
                                   : text.substr(0, 2) == "\\U" ? 8
                                                                : 0;
        if (digits > 0) {
            const std::string hex(text.substr(2, digits));
            append_utf8(out, static_cast<std::uint32_t>(std::stoul(hex, nullptr, 16)));
            text.remove_prefix(2 + digits);
            continue;
        }
        text.remove_prefix(text.substr(0, 2) == "\\?" ? 1 : 0);
        out += text.front();
        text.remove_prefix(1);
    }
    return out;
}

struct Verdict {
    bool passed = false;
    std::string got;
};

std::string words_of(const Value& value) {
    json::value out;
    const auto problem = to_json(value, EvaluationLimits(), out);
    return std::string(with_article(value.kind())) + ": " +
           (problem ? problem->message : write_json(out));
}

Verdict run(const json::object& test) {
    CompileOptions options;
    options.dotted_names = true;
    const std::string text(test.at("expr").as_string());
    const auto compiled = Program::compile(text, options);
    const bool fails = test.contains("error");
    if (!compiled.program || compiled.consumed != text.size()) {
        return {fails, "cannot be read: " + compiled.error.message};
    }
    Values values;
    Bindings bindings;
    if (const auto* const bound = test.if_contains("bindings")) {
        for (const auto& entry : bound->as_object()) {
            bindings.values[std::string(entry.key())] = values.make(entry.value());
        }
    }
    LocalArena arena(compiled.program->limits().memory_bytes);
    const auto outcome = compiled.program->evaluate(bindings, arena);
    if (outcome.error) {
        return {fails, "fails: " + outcome.error->message};
    }
    if (fails) {
        return {false, words_of(outcome.value)};
    }
    auto expected = values.make(test.at("value"));
    std::string mended;
    if (has_escapes_left(test)) {
        mended = unescaped(expected.as_text());
        expected = expected.is(Kind::String) ? Value::string(mended) : Value::bytes(mended);
    }
    return {is_same(outcome.value, expected), words_of(outcome.value)};
}

}  // namespace
}  // namespace oa::core::cel

int main(int argc, char** argv) {
    namespace json = boost::json;
    int passed = 0;
    int failed = 0;
    for (int i = 1; i < argc; ++i) {
        std::ostringstream text;
        text << std::ifstream(argv[i], std::ios::binary).rdbuf();
        const auto cases = oa::core::parse_json(text.str());
        for (const auto& item : cases.as_array()) {
            const auto& test = item.as_object();
            const auto verdict = oa::core::cel::run(test);
            ++(verdict.passed ? passed : failed);
            if (!verdict.passed) {
                const auto* const value = test.if_contains("value");
                std::cout << test.at("file").as_string() << '/' << test.at("section").as_string()
                          << '/' << test.at("name").as_string() << ": "
                          << test.at("expr").as_string() << "\n  expected "
                          << (value != nullptr ? json::serialize(*value) : "a failure")
                          << "\n  got " << verdict.got << '\n';
            }
        }
    }
    std::cout << passed << " passed, " << failed << " failed\n";
    return failed == 0 && passed > 0 ? 0 : 1;
}
