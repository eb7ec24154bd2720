#include "core/workflow/yaml_value.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <system_error>

#include "core/workflow/source_text.hpp"

namespace oa::core {
namespace {

namespace json = boost::json;

template <std::size_t Count>
bool is_one_of(std::string_view text, const std::array<std::string_view, Count>& words) {
    return std::find(words.begin(), words.end(), text) != words.end();
}

constexpr std::array<std::string_view, 5> null_words = {"", "~", "null", "Null", "NULL"};
constexpr std::array<std::string_view, 3> true_words = {"true", "True", "TRUE"};
constexpr std::array<std::string_view, 3> false_words = {"false", "False", "FALSE"};
constexpr std::array<std::string_view, 6> older_true_words = {"yes", "Yes", "YES",
                                                              "on",  "On",  "ON"};
constexpr std::array<std::string_view, 6> older_false_words = {"no",  "No",  "NO",
                                                               "off", "Off", "OFF"};
constexpr std::array<std::string_view, 12> not_finite_words = {".inf",  ".Inf",  ".INF",  "+.inf",
                                                               "+.Inf", "+.INF", "-.inf", "-.Inf",
                                                               "-.INF", ".nan",  ".NaN",  ".NAN"};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_true(std::string_view text, YamlDialect dialect) {
    return is_one_of(text, true_words) ||
           (dialect == YamlDialect::Oa3 && is_one_of(text, older_true_words));
}

bool is_false(std::string_view text, YamlDialect dialect) {
    return is_one_of(text, false_words) ||
           (dialect == YamlDialect::Oa3 && is_one_of(text, older_false_words));
}

/// 8, 10 or 16 for the text of an integer; 0 for another text.
int integer_base(std::string_view text) {
    const std::string_view prefix = text.substr(0, 2);
    if (prefix == "0o" || prefix == "0x") {
        const std::string_view digits = prefix == "0o" ? "01234567" : "0123456789abcdefABCDEF";
        const bool all =
            text.size() > 2 && text.find_first_not_of(digits, 2) == std::string_view::npos;
        return all ? (prefix == "0o" ? 8 : 16) : 0;
    }
    if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
        text.remove_prefix(1);
    }
    return !text.empty() && std::all_of(text.begin(), text.end(), is_digit) ? 10 : 0;
}

/// [-+]? ( \. digits | digits ( \. digits? )? ) ( [eE] [-+]? digits )?
bool is_number(std::string_view text) {
    const auto skip_digits = [&text] {
        const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
        text.remove_prefix(end);
        return end;
    };
    const auto skip = [&text](std::string_view any) {
        const bool there = !text.empty() && any.find(text.front()) != std::string_view::npos;
        text.remove_prefix(there ? 1 : 0);
        return there;
    };
    skip("-+");
    const std::size_t whole_digits = skip_digits();
    if (skip(".")) {
        if (skip_digits() + whole_digits == 0) {
            return false;
        }
    } else if (whole_digits == 0) {
        return false;
    }
    if (skip("eE")) {
        skip("-+");
        if (skip_digits() == 0) {
            return false;
        }
    }
    return text.empty();
}

ScalarValue none(std::string message, std::string hint) {
    return {std::nullopt, std::move(message), std::move(hint)};
}

ScalarValue integer_value(std::string_view text) {
    const int base = integer_base(text);
    std::string_view digits = base == 10 ? text : text.substr(2);
    if (!digits.empty() && digits.front() == '+') {
        digits.remove_prefix(1);
    }
    const char* const end = digits.data() + digits.size();
    std::int64_t number = 0;
    if (std::from_chars(digits.data(), end, number, base).ec == std::errc()) {
        return {json::value(number), {}, {}};
    }
    std::uint64_t large = 0;
    if (digits.front() != '-' &&
        std::from_chars(digits.data(), end, large, base).ec == std::errc()) {
        return {json::value(large), {}, {}};
    }
    return none("the whole number " + excerpt(text) + " does not fit into 64 bits",
                "put it into quotes to have it as a text");
}

ScalarValue number_value(std::string_view text) {
    if (text.front() == '+') {
        text.remove_prefix(1);
    }
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    // Out of range is also what is too small; that is zero for all purposes.
    if (error == std::errc::result_out_of_range) {
        const std::size_t exponent = text.find_first_of("eE");
        const bool tiny = exponent != std::string_view::npos && text[exponent + 1] == '-';
        if (tiny) {
            return {json::value(0.0), {}, {}};
        }
        return none("the number " + excerpt(text) + " is too large",
                    "put it into quotes to have it as a text");
    }
    return {json::value(number), {}, {}};
}

}  // namespace

ScalarKind plain_scalar_kind(std::string_view text, YamlDialect dialect) {
    if (is_one_of(text, null_words)) {
        return ScalarKind::Null;
    }
    if (is_true(text, dialect) || is_false(text, dialect)) {
        return ScalarKind::Boolean;
    }
    if (!is_digit(text.front()) && text.front() != '-' && text.front() != '+' &&
        text.front() != '.') {
        return ScalarKind::Text;
    }
    if (integer_base(text) != 0) {
        return ScalarKind::Integer;
    }
    if (is_number(text)) {
        return ScalarKind::Number;
    }
    return is_one_of(text, not_finite_words) ? ScalarKind::NotFinite : ScalarKind::Text;
}

ScalarValue scalar_value(const YamlNode& node, YamlDialect dialect) {
    const std::string_view text = node.scalar;
    const ScalarKind kind =
        node.style == YamlNode::Style::Plain ? plain_scalar_kind(text, dialect) : ScalarKind::Text;
    switch (kind) {
        case ScalarKind::Text: break;
        case ScalarKind::Null: return {json::value(nullptr), {}, {}};
        case ScalarKind::Boolean: return {json::value(is_true(text, dialect)), {}, {}};
        case ScalarKind::Integer: return integer_value(text);
        case ScalarKind::Number: return number_value(text);
        case ScalarKind::NotFinite:
            return none("'" + std::string(text) + "' is no number that JSON knows",
                        "put it into quotes to have it as a text");
    }
    return {json::value(json::string(text)), {}, {}};
}

}  // namespace oa::core
