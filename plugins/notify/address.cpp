#include "address.hpp"

#include <algorithm>

#include "plugins/common/encoding.hpp"
#include "plugins/common/text.hpp"

namespace oa::notify {

namespace {

constexpr std::size_t mailbox_max = 254;
constexpr std::size_t plain_line_max = 60;  // with the name of the header below 78
constexpr std::size_t word_bytes = 42;      // base64 of it with "=?UTF-8?B?" is below 75

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == '\x7F';
}
bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string trimmed(std::string_view text) {
    const std::size_t start = text.find_first_not_of(" \t\"");
    const std::size_t end = text.find_last_not_of(" \t\"");
    return start == std::string_view::npos ? std::string()
                                           : std::string(text.substr(start, end - start + 1));
}

bool is_mailbox(std::string_view text) {
    const std::size_t at = text.rfind('@');
    return text.size() <= mailbox_max && at != std::string_view::npos && at > 0 &&
           at + 1 < text.size() && is_ascii(text) && text.find('@') == at &&
           text.find_first_of(" \t<>()[]\\,;:\"") == std::string_view::npos &&
           std::none_of(text.begin(), text.end(), is_control);
}

}  // namespace

std::string header_text(std::string_view text) {
    if (is_ascii(text) && text.size() <= plain_line_max &&
        text.find("=?") == std::string_view::npos) {
        return std::string(text);
    }
    std::string out;
    while (!text.empty()) {
        const std::string_view word = common::cut_text(text, word_bytes);
        out.append(out.empty() ? "" : "\r\n ")
            .append("=?UTF-8?B?")
            .append(common::base64_encode(word))
            .append("?=");
        text.remove_prefix(word.size());
    }
    return out;
}

std::string Address::header() const {
    if (name.empty()) {
        return mailbox;
    }
    const bool plain = is_ascii(name) && name.size() <= plain_line_max &&
                       std::all_of(name.begin(), name.end(), [](char c) {
                           return c == ' ' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                                  (c >= 'A' && c <= 'Z');
                       });
    if (plain) {
        return name + " <" + mailbox + ">";
    }
    std::string out;
    std::string_view rest = name;
    while (!rest.empty()) {
        const std::string_view word = common::cut_text(rest, word_bytes);
        out.append("=?UTF-8?B?").append(common::base64_encode(word)).append("?=\r\n ");
        rest.remove_prefix(word.size());
    }
    return out + "<" + mailbox + ">";
}

std::vector<Address> addresses_param(const Params& params, std::string_view name) {
    std::vector<Address> out;
    for (const std::string& text : params.texts(name)) {
        Address address;
        const std::size_t open = text.rfind('<');
        if (open != std::string::npos && text.ends_with('>')) {
            address.name = trimmed(std::string_view(text).substr(0, open));
            address.mailbox = text.substr(open + 1, text.size() - open - 2);
        } else {
            address.mailbox = trimmed(text);
        }
        if (!is_mailbox(address.mailbox) ||
            std::any_of(address.name.begin(), address.name.end(), is_control)) {
            throw params.wrong(name, "'" + common::as_utf8(common::cut_text(text, 100)) +
                                         "' is no e-mail address such as ada@example.com or Ada "
                                         "<ada@example.com>; several are a list");
        }
        out.push_back(std::move(address));
    }
    return out;
}

}  // namespace oa::notify
