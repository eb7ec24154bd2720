#include "json_pointer.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <system_error>

namespace oa::http {

namespace {

std::string unescaped(std::string_view step) {
    std::string out;
    for (std::size_t i = 0; i < step.size(); ++i) {
        if (step[i] == '~' && i + 1 < step.size()) {
            out += step[++i] == '1' ? '/' : '~';
        } else {
            out += step[i];
        }
    }
    return out;
}

const Json* element_at(const Json& list, std::string_view step) {
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
    const bool number = error == std::errc() && end == step.data() + step.size() &&
                        (step.size() == 1 || step.front() != '0');
    return number && index < list.size() ? &list.at(index) : nullptr;
}

}  // namespace

bool is_json_pointer(std::string_view pointer) {
    for (std::size_t i = 0; i < pointer.size(); ++i) {
        if (pointer[i] == '~' &&
            (i + 1 == pointer.size() || (pointer[i + 1] != '0' && pointer[i + 1] != '1'))) {
            return false;
        }
    }
    return pointer.empty() || pointer.front() == '/';
}

const Json* find_at(const Json& value, std::string_view pointer) {
    const Json* current = &value;
    while (!pointer.empty() && current != nullptr) {
        pointer.remove_prefix(1);
        const std::size_t end = std::min(pointer.find('/'), pointer.size());
        const std::string_view step = pointer.substr(0, end);
        current = current->is_array() ? element_at(*current, step) : current->find(unescaped(step));
        pointer.remove_prefix(end);
    }
    return current;
}

}  // namespace oa::http
