#include "core/schema/regex.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include <re2/re2.h>

namespace oa::core::schema {
namespace {

re2::RE2::Options options_for(std::size_t memory_max) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(static_cast<std::int64_t>(memory_max));
    return options;
}

using Name = std::pair<std::string_view, std::string_view>;

// RE2 knows the short names of general categories only.
constexpr std::array categories{
    Name{"Letter", "L"},
    Name{"Cased_Letter", "LC"},
    Name{"Uppercase_Letter", "Lu"},
    Name{"Lowercase_Letter", "Ll"},
    Name{"Titlecase_Letter", "Lt"},
    Name{"Modifier_Letter", "Lm"},
    Name{"Other_Letter", "Lo"},
    Name{"Mark", "M"},
    Name{"Combining_Mark", "M"},
    Name{"Nonspacing_Mark", "Mn"},
    Name{"Spacing_Mark", "Mc"},
    Name{"Enclosing_Mark", "Me"},
    Name{"Number", "N"},
    Name{"Decimal_Number", "Nd"},
    Name{"digit", "Nd"},
    Name{"Letter_Number", "Nl"},
    Name{"Other_Number", "No"},
    Name{"Punctuation", "P"},
    Name{"punct", "P"},
    Name{"Connector_Punctuation", "Pc"},
    Name{"Dash_Punctuation", "Pd"},
    Name{"Open_Punctuation", "Ps"},
    Name{"Close_Punctuation", "Pe"},
    Name{"Initial_Punctuation", "Pi"},
    Name{"Final_Punctuation", "Pf"},
    Name{"Other_Punctuation", "Po"},
    Name{"Symbol", "S"},
    Name{"Math_Symbol", "Sm"},
    Name{"Currency_Symbol", "Sc"},
    Name{"Modifier_Symbol", "Sk"},
    Name{"Other_Symbol", "So"},
    Name{"Separator", "Z"},
    Name{"Space_Separator", "Zs"},
    Name{"Line_Separator", "Zl"},
    Name{"Paragraph_Separator", "Zp"},
    Name{"Other", "C"},
    Name{"Control", "Cc"},
    Name{"cntrl", "Cc"},
    Name{"Format", "Cf"},
};

std::string_view short_property(std::string_view name) {
    const std::size_t equals = name.find('=');
    if (equals != std::string_view::npos) {
        name = name.substr(equals + 1);
    }
    const auto* const found = std::find_if(categories.begin(), categories.end(),
                                           [name](const Name& each) { return each.first == name; });
    return found == categories.end() ? name : found->second;
}

bool is_hex(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; });
}

constexpr std::string_view hex_digits = "0123456789abcdef";

/// Rewrites what stands behind a backslash, and tells how much of it was taken.
std::size_t append_escape(std::string& out, std::string_view rest) {
    if (rest.size() >= 5 && rest[0] == 'u' && is_hex(rest.substr(1, 4))) {
        out.append("\\x{").append(rest.substr(1, 4)).append("}");
        return 5;
    }
    if (rest.starts_with("u{")) {
        out += "\\x";
        return 1;
    }
    if (rest.size() >= 2 && rest[0] == 'c' &&
        std::isalpha(static_cast<unsigned char>(rest[1])) != 0) {
        const auto code = static_cast<unsigned char>(rest[1]) % 32U;
        out.append("\\x").append({hex_digits[code / 16U], hex_digits[code % 16U]});
        return 2;
    }
    const std::size_t end = rest.find('}');
    if ((rest.starts_with("p{") || rest.starts_with("P{")) && end != std::string_view::npos) {
        out.append("\\").append(rest.substr(0, 2));
        out.append(short_property(rest.substr(2, end - 2))).append("}");
        return end + 1;
    }
    out.append("\\").append(rest.substr(0, 1));
    return std::min<std::size_t>(1, rest.size());
}

}  // namespace

struct Regex::Engine {
    Engine(const std::string& pattern, std::size_t memory_max)
        : expression(pattern, options_for(memory_max)) {}

    re2::RE2 expression;
    std::size_t size = 0;
};

Regex::Regex(std::string_view pattern, std::size_t memory_max)
    : pattern_(pattern), engine_(std::make_unique<Engine>(to_re2(pattern), memory_max)) {
    if (!engine_->expression.ok()) {
        problem_ = engine_->expression.error();
        return;
    }
    engine_->size = static_cast<std::size_t>(std::max(engine_->expression.ProgramSize(), 1));
}

Regex::~Regex() = default;

bool Regex::found_in(std::string_view text) const {
    return re2::RE2::PartialMatch({text.data(), text.size()}, engine_->expression);
}

std::size_t Regex::steps(std::string_view text) const noexcept {
    constexpr std::size_t instructions_per_step = 100;
    return 1 + text.size() * engine_->size / instructions_per_step;
}

std::string to_re2(std::string_view pattern) {
    std::string out;
    out.reserve(pattern.size());
    bool in_class = false;
    for (std::size_t i = 0; i < pattern.size();) {
        const char c = pattern[i];
        if (c == '\\') {
            i += 1 + append_escape(out, pattern.substr(i + 1));
            continue;
        }
        const std::string_view rest = pattern.substr(i);
        const bool named = !in_class && rest.starts_with("(?<") && rest.size() > 3 &&
                           rest[3] != '=' && rest[3] != '!';
        if (named) {
            out += "(?P<";
            i += 3;
            continue;
        }
        in_class = c == '[' || (in_class && c != ']');
        out += c;
        ++i;
    }
    return out;
}

}  // namespace oa::core::schema
