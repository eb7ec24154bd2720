#include "plugins/common/json_values.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>
#include <vector>

namespace oa::common {
namespace {

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

/// With keys in order.
Json canonical(const Json& value) {
    if (value.is_array()) {
        Json out = Json::array();
        for (const Json& element : value.as_array()) {
            out.push_back(canonical(element));
        }
        return out;
    }
    if (!value.is_object()) {
        return value;
    }
    std::vector<const Json::Member*> members;
    for (const Json::Member& member : value.as_object()) {
        members.push_back(&member);
    }
    std::sort(members.begin(), members.end(),
              [](const auto* a, const auto* b) { return a->key < b->key; });
    Json out = Json::object();
    for (const Json::Member* member : members) {
        out[member->key] = canonical(member->value);
    }
    return out;
}

}  // namespace

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

std::string_view trimmed(std::string_view text) noexcept {
    constexpr std::string_view blanks = " \t\r\n";
    const std::size_t first = std::min(text.find_first_not_of(blanks), text.size());
    return text.substr(first, text.find_last_not_of(blanks) + 1 - first);
}

void merge_into(Json& target, const Json& source, bool deep) {
    for (const Json::Member& member : source.as_object()) {
        Json& own = target[member.key];
        if (deep && own.is_object() && member.value.is_object()) {
            merge_into(own, member.value, deep);
        } else {
            own = member.value;
        }
    }
}

std::string canonical_text(const Json& value) {
    return canonical(value).dump();
}

}  // namespace oa::common
