#include "operands.hpp"

#include <algorithm>
#include <utility>

namespace oa::git {

namespace {

std::string quoted(std::string_view text) {
    return "'" + std::string(text) + "'";
}

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
}

bool has_control(std::string_view text) {
    return std::any_of(text.begin(), text.end(), is_control);
}

void require_no_option(const std::string& pointer, std::string_view text) {
    if (text.starts_with('-')) {
        throw invalid_params(pointer, quoted(text) + " begins with '-' and would be an option");
    }
}

}  // namespace

std::string text_param(Call& call, std::string_view name) {
    auto text = call.param<std::string>(name, "");
    if (text.find('\0') != std::string::npos) {
        throw invalid_params(pointer_to(name), std::string(name) + " holds a NUL byte");
    }
    return text;
}

std::string name_param(Call& call, std::string_view name) {
    std::string text = text_param(call, name);
    const std::string pointer = pointer_to(name);
    require_no_option(pointer, text);
    // The rules of git check-ref-format, and no '+', which would force a push.
    const bool usable =
        !has_control(text) && text.find_first_of(" ~^:?*[\\") == std::string::npos &&
        text.find("..") == std::string::npos && text.find("@{") == std::string::npos &&
        text.find("//") == std::string::npos && !text.starts_with('/') && !text.starts_with('+') &&
        !text.starts_with('.') && !text.ends_with('/') && !text.ends_with('.') &&
        !text.ends_with(".lock") && text != "@";
    if (!usable) {
        throw invalid_params(pointer, quoted(text) + " is no name that git allows");
    }
    return text;
}

std::string required_name(Call& call, std::string_view name) {
    std::string text = name_param(call, name);
    if (text.empty()) {
        throw invalid_params(pointer_to(name), std::string(name) + " is missing");
    }
    return text;
}

std::string revision_param(Call& call, std::string_view name) {
    std::string text = text_param(call, name);
    const std::string pointer = pointer_to(name);
    require_no_option(pointer, text);
    if (has_control(text) || text.starts_with('^') || text.find("..") != std::string::npos) {
        throw invalid_params(pointer, quoted(text) + " does not name one commit");
    }
    return text;
}

std::vector<std::string> paths_param(Call& call) {
    auto paths = call.param<std::vector<std::string>>("paths", {});
    for (std::size_t i = 0; i < paths.size(); ++i) {
        if (paths[i].empty() || paths[i].find('\0') != std::string::npos) {
            throw invalid_params(pointer_to("paths", i), "a path is empty or holds a NUL byte");
        }
    }
    return paths;
}

}  // namespace oa::git
