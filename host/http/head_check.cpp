#include "host/http/head_check.hpp"

#include <algorithm>

#include "host/http/ascii.hpp"

namespace oa::host::http {
namespace {

constexpr Refusal long_line{414, "the request line is too long"};
constexpr Refusal long_head{431, "the header fields are too long"};
constexpr Refusal many_fields{431, "there are too many header fields"};

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

Refusal check_version(std::string_view version) noexcept {
    constexpr std::string_view name = "HTTP/";
    if (version.size() != 8 || version.substr(0, 5) != name || !is_digit(version[5]) ||
        version[6] != '.' || !is_digit(version[7])) {
        return {400, "the request line does not end with HTTP/1.1"};
    }
    if (version != "HTTP/1.1" && version != "HTTP/1.0") {
        return {505, "only HTTP/1.1 and HTTP/1.0 are spoken here"};
    }
    return {};
}

Refusal check_request_line(std::string_view line) noexcept {
    const auto method_end = line.find(' ');
    if (method_end == std::string_view::npos || !is_token(line.substr(0, method_end))) {
        return {400, "the request line does not begin with a method and a space"};
    }
    line.remove_prefix(method_end + 1);
    const auto target_end = line.find(' ');
    if (target_end == std::string_view::npos || target_end == 0) {
        return {400, "the request line is not method, target and version, with a space between"};
    }
    const std::string_view target = line.substr(0, target_end);
    if (!std::all_of(target.begin(), target.end(), [](char c) { return c > ' ' && c < 0x7F; })) {
        return {400, "the target has characters that must be percent-encoded"};
    }
    return check_version(line.substr(target_end + 1));
}

}  // namespace

Refusal check_field_line(std::string_view line) noexcept {
    if (line.front() == ' ' || line.front() == '\t') {
        return {400, "a header field goes on in the next line"};
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
        return {400, "a header line is not a name, a colon right behind it and a value"};
    }
    const std::string_view value = line.substr(colon + 1);
    if (std::any_of(value.begin(), value.end(), is_control)) {
        return {400, "a header field has control characters"};
    }
    return {};
}

HeadCheck::Found HeadCheck::refuse(Refusal refusal) noexcept {
    refusal_ = refusal;
    return Found::Refused;
}

Refusal HeadCheck::check_line(std::string_view line) noexcept {
    if (fields_at_ == 0) {
        return line.size() > limits_.request_line_max ? long_line : check_request_line(line);
    }
    if (++fields_ > limits_.fields_max) {
        return many_fields;
    }
    return check_field_line(line);
}

// A line whose end is not there yet is refused once no end could help it.
Refusal HeadCheck::check_unfinished(std::string_view bytes) const noexcept {
    if (fields_at_ == 0) {
        if (!bytes.empty() && !is_token_character(bytes.front())) {
            return {400, "this is not HTTP"};
        }
        return bytes.size() > limits_.request_line_max + 1 ? long_line : Refusal{};
    }
    return bytes.size() - fields_at_ > limits_.head_bytes_max + 1 ? long_head : Refusal{};
}

HeadCheck::Found HeadCheck::look(std::string_view bytes) noexcept {
    for (;;) {
        const auto feed = bytes.find('\n', scanned_);
        if (feed == std::string_view::npos) {
            scanned_ = bytes.size();
            const Refusal refusal = check_unfinished(bytes);
            return refusal ? refuse(refusal) : Found::More;
        }
        if (feed == line_at_ || bytes[feed - 1] != '\r') {
            return refuse({400, "a line does not end with CR and LF"});
        }
        const std::string_view line = bytes.substr(line_at_, feed - 1 - line_at_);
        scanned_ = line_at_ = feed + 1;
        if (line.empty() && fields_at_ != 0) {
            return Found::Whole;
        }
        if (const Refusal refusal = check_line(line)) {
            return refuse(refusal);
        }
        if (fields_at_ == 0) {
            fields_at_ = line_at_;
        } else if (line_at_ - fields_at_ > limits_.head_bytes_max) {
            return refuse(long_head);
        }
    }
}

}  // namespace oa::host::http
