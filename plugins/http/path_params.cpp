#include "path_params.hpp"

#include <charconv>
#include <system_error>
#include <utility>

namespace oa::http {

std::string checked_path(std::string path, const std::string& pointer) {
    if (path.empty() || path.find('\0') != std::string::npos) {
        throw invalid_params(pointer, pointer.substr(1) + " is empty or holds a zero byte");
    }
    return path;
}

std::string path_param(Call& call, std::string_view name) {
    return checked_path(call.param<std::string>(name), pointer_to(name));
}

std::optional<mode_t> mode_param(Call& call, std::string_view name) {
    const auto text = call.find_param<std::string>(name);
    if (!text) {
        return std::nullopt;
    }
    mode_t mode = 0;
    const char* const end = text->data() + text->size();
    const auto [after, error] = std::from_chars(text->data(), end, mode, 8);
    if (text->size() < 3 || error != std::errc() || after != end || mode > 07777) {
        throw invalid_params(pointer_to(name),
                             std::string(name) + " is not an octal text such as \"0644\"");
    }
    return mode;
}

}  // namespace oa::http
