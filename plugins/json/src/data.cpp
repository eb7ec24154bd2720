#include "data.hpp"

#include <algorithm>
#include <charconv>

namespace oa::json {
namespace {

Json read_text(const Json& value, std::string_view name) {
    if (!value.is_string()) {
        return value;
    }
    try {
        return Json::parse(value.as_string());
    } catch (const JsonError& error) {
        throw invalid_params(pointer_to(name),
                             std::string(name) + " is a text that is not JSON: " + error.what());
    }
}

const Json* find_list(const Json& map) {
    for (const char* key : {"items", "rows", "json", "data", "content"}) {
        const Json* member = map.find(key);
        if (member != nullptr && (member->is_array() || member->is_string())) {
            return member;
        }
    }
    return nullptr;
}

std::string_view skip_digits(std::string_view text) {
    return text.substr(std::min(text.find_first_not_of("0123456789"), text.size()));
}

/// JSON's grammar of numbers.
bool is_number_text(std::string_view text) {
    if (text.starts_with('-')) {
        text.remove_prefix(1);
    }
    std::string_view rest = skip_digits(text);
    const std::size_t digits = text.size() - rest.size();
    if (digits == 0 || (digits > 1 && text.starts_with('0'))) {
        return false;
    }
    if (rest.starts_with('.')) {
        const std::string_view after = skip_digits(rest.substr(1));
        if (after.size() + 1 == rest.size()) {
            return false;
        }
        rest = after;
    }
    if (rest.starts_with('e') || rest.starts_with('E')) {
        rest.remove_prefix(1);
        if (rest.starts_with('+') || rest.starts_with('-')) {
            rest.remove_prefix(1);
        }
        return !rest.empty() && skip_digits(rest).empty();
    }
    return rest.empty();
}

/// Holds every integer of 64 bits and every double on the platforms that there are.
long double widest(const Json& number) noexcept {
    switch (number.type()) {
        case JsonType::Int: return static_cast<long double>(number.as_int());
        case JsonType::Uint: return static_cast<long double>(number.as_uint());
        default: return static_cast<long double>(number.as_double());
    }
}

const Json* find_element(const Json& array, std::string_view index_text) noexcept {
    std::size_t index = 0;
    const char* const end = index_text.data() + index_text.size();
    const auto read = std::from_chars(index_text.data(), end, index);
    const bool is_index = read.ec == std::errc() && read.ptr == end;
    return is_index && index < array.size() ? &array.as_array()[index] : nullptr;
}

}  // namespace

Json data_param(Call& call) {
    for (const char* name : {"data", "input"}) {
        const Json* value = call.find_param(name);
        if (value != nullptr && !value->is_null()) {
            return read_text(*value, name);
        }
    }
    throw invalid_params("/data",
                         "there are no data: give data, or let a task with an output come before");
}

Json list_param(Call& call) {
    const bool given = call.find_param<Json>("data").has_value();
    const char* const name = given ? "data" : "input";
    Json value = data_param(call);
    if (!given && value.is_object()) {
        if (const Json* list = find_list(value)) {
            value = read_text(*list, name);
        }
    }
    if (!value.is_array()) {
        throw invalid_params(pointer_to(name),
                             std::string(name) + " has to be a list, not " + value.describe());
    }
    return value;
}

const Json* find_path(const Json& value, std::string_view path) noexcept {
    const Json* at = &value;
    while (!path.empty()) {
        if (const Json* whole = at->find(path)) {
            return whole;
        }
        const std::size_t dot = std::min(path.find('.'), path.size());
        const std::string_view step = path.substr(0, dot);
        at = at->is_array() ? find_element(*at, step) : at->find(step);
        if (at == nullptr) {
            return nullptr;
        }
        path.remove_prefix(std::min(dot + 1, path.size()));
    }
    return at;
}

std::optional<Json> number_of(const Json& value) {
    if (value.is_number()) {
        return value;
    }
    if (!value.is_string() || !is_number_text(value.as_string())) {
        return std::nullopt;
    }
    try {
        return Json::parse(value.as_string());
    } catch (const JsonError&) {  // 1e999
        return std::nullopt;
    }
}

std::weak_ordering compare_numbers(const Json& left, const Json& right) noexcept {
    const long double a = widest(left);
    const long double b = widest(right);
    if (a < b) {
        return std::weak_ordering::less;
    }
    return a > b ? std::weak_ordering::greater : std::weak_ordering::equivalent;
}

std::string lower_case(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return out;
}

std::string text_of(const Json& value) {
    return value.is_string() ? value.as_string() : value.dump();
}

}  // namespace oa::json
