#include "host/engine/execution_id.hpp"

#include <charconv>

namespace oa::host {

namespace {

/// Takes the number after the last slash off the end of a text; nothing where there is none.
std::optional<std::uint32_t> take_number(std::string_view& text) {
    const std::size_t slash = text.rfind('/');
    if (slash == std::string_view::npos || slash == 0) {
        return std::nullopt;
    }
    const std::string_view digits = text.substr(slash + 1);
    const char* const end = digits.data() + digits.size();
    std::uint32_t number = 0;
    const auto parsed = std::from_chars(digits.data(), end, number);
    if (parsed.ec != std::errc() || parsed.ptr != end) {
        return std::nullopt;
    }
    text = text.substr(0, slash);
    return number;
}

}  // namespace

std::string label_of_inner_run(std::string_view run_id, std::string_view inner_id) {
    if (!inner_id.starts_with(run_id) || inner_id.substr(run_id.size(), 1) != "/") {
        return {};
    }
    std::string_view rest = inner_id.substr(run_id.size() + 1);
    const auto attempt = take_number(rest);
    const auto number = take_number(rest);  // of the element, or of the execution
    if (!attempt || !number) {
        return {};
    }
    return take_number(rest) ? numbered(rest, number) : std::string(rest);
}

}  // namespace oa::host
