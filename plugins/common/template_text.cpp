#include "plugins/common/template_text.hpp"

#include <algorithm>

#include "oa/error.hpp"
#include "plugins/common/json_values.hpp"

namespace oa::common {

namespace {

bool is_quoted(std::string_view name) {
    return name.size() >= 2 && (name.front() == '"' || name.front() == '\'') &&
           name.back() == name.front();
}

void append_value(std::string& out, const Json& value) {
    if (value.is_string()) {
        out += value.as_string();
    } else if (!value.is_null()) {
        out += value.dump();
    }
}

}  // namespace

std::string template_text(std::string_view text,
                          const Json& values,
                          bool strict,
                          std::size_t size_max,
                          const std::function<void()>& check) {
    std::string out;
    std::size_t copied = 0;
    const auto fail = [&](std::size_t at, const std::string& why) {
        const auto line =
            1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
        throw invalid_params("/template", "line " + std::to_string(line) + ": " + why);
    };
    while (true) {
        check();
        const auto open = text.find("{{", copied);
        out += text.substr(copied, open - copied);
        if (open == std::string_view::npos) {
            break;
        }
        // A quoted text may hold the closing braces itself.
        const auto inner = text.find_first_not_of(" \t\r\n", open + 2);
        const bool quoted =
            inner != std::string_view::npos && (text[inner] == '"' || text[inner] == '\'');
        const auto end_quote = quoted ? text.find(text[inner], inner + 1) : open + 2;
        const auto close = text.find("}}", std::min(end_quote, text.size()));
        if (close == std::string_view::npos) {
            fail(open, "'{{' is never closed; {{ \"{{\" }} stands for the braces themselves");
        }
        const auto name = trimmed(text.substr(open + 2, close - open - 2));
        if (is_quoted(name)) {
            out += name.substr(1, name.size() - 2);
        } else if (name.empty()) {
            fail(open, "a placeholder is empty");
        } else if (const Json* value = find_path(values, name); value != nullptr) {
            append_value(out, *value);
        } else if (strict) {
            fail(open, "there is no value for '" + std::string(name.substr(0, 100)) +
                           "'; missing: empty leaves it out");
        }
        copied = close + 2;
        if (out.size() > size_max) {
            throw exhausted("the filled template is longer than " + std::to_string(size_max) +
                            " bytes");
        }
    }
    return out;
}

}  // namespace oa::common
