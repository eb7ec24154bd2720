#include "host/http/request_target.hpp"

#include <algorithm>
#include <utility>

#include "core/expression/cel/utf8.hpp"
#include "host/http/ascii.hpp"

namespace oa::host::http {
namespace {

enum class Plus { IsPlus, IsSpace };

/// Nothing for what is no percent-encoding, no UTF-8, or has a NUL.
std::optional<std::string> decoded(std::string_view text, Plus plus) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return std::nullopt;
            }
            c = static_cast<char>(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus == Plus::IsSpace) {
            c = ' ';
        }
        if (c == '\0') {
            return std::nullopt;
        }
        out += c;
    }
    if (!core::cel::is_utf8(out)) {
        return std::nullopt;
    }
    return out;
}

bool is_good_segment(std::string_view segment) {
    return segment != "." && segment != ".." &&
           std::none_of(segment.begin(), segment.end(),
                        [](char c) { return c == '/' || c == '\\' || is_control(c) || c == '\t'; });
}

Refusal read_path(std::string_view path, std::vector<std::string>& segments) {
    path.remove_prefix(1);
    for (;;) {
        const auto end = path.find('/');
        auto segment = decoded(path.substr(0, end), Plus::IsPlus);
        const bool is_last = end == std::string_view::npos;
        if (!segment || !is_good_segment(*segment) || (segment->empty() && !is_last)) {
            return {400,
                    "the path has a part that is empty, '.', '..', no percent-encoded UTF-8, or "
                    "has a slash, a backslash or a control character"};
        }
        segments.push_back(std::move(*segment));
        if (is_last) {
            return {};
        }
        path.remove_prefix(end + 1);
    }
}

/// "/path?query" of "http://authority/path?query"; nothing for another scheme.
std::optional<std::string> without_authority(std::string_view sent,
                                             std::string_view method,
                                             std::string& authority) {
    const auto colon = sent.find("://");
    if (colon == std::string_view::npos ||
        (!same_word(sent.substr(0, colon), "http") && !same_word(sent.substr(0, colon), "https"))) {
        return std::nullopt;
    }
    sent.remove_prefix(colon + 3);
    const auto end = std::min(sent.find_first_of("/?"), sent.size());
    authority = sent.substr(0, end);
    sent.remove_prefix(end);
    if (!is_authority(authority)) {
        return std::nullopt;
    }
    if (sent.empty() && method == "OPTIONS") {
        return "*";
    }
    return sent.empty() || sent.front() == '?' ? "/" + std::string(sent) : std::string(sent);
}

}  // namespace

bool is_authority(std::string_view text) noexcept {
    // Of the characters of a URI, those that end an authority or split it otherwise are left out.
    static constexpr std::string_view marks = "-._~!$&'()*+;=:[]%";
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               marks.find(c) != std::string_view::npos;
    });
}

std::optional<NamedTexts> decoded_pairs(std::string_view text) {
    NamedTexts pairs;
    while (!text.empty()) {
        const std::string_view pair = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(pair.size() + 1, text.size()));
        if (pair.empty()) {
            continue;
        }
        const auto equals = std::min(pair.find('='), pair.size());
        auto name = decoded(pair.substr(0, equals), Plus::IsSpace);
        auto value = decoded(pair.substr(std::min(equals + 1, pair.size())), Plus::IsSpace);
        if (!name || !value) {
            return std::nullopt;
        }
        pairs.emplace_back(std::move(*name), std::move(*value));
    }
    return pairs;
}

Refusal read_target(std::string_view sent, HttpRequest& request, std::string& authority) {
    request.target = sent;
    if (sent.front() != '/' && sent != "*") {
        auto rest = without_authority(sent, request.method, authority);
        if (!rest) {
            return {400, "the target is neither a path nor an http address"};
        }
        request.target = std::move(*rest);
    }
    if (request.target == "*") {
        request.raw_path = "*";
        return request.method == "OPTIONS" ? Refusal{}
                                           : Refusal{400, "the target * is for OPTIONS"};
    }
    if (request.target.find('#') != std::string::npos) {
        return {400, "the target has a fragment"};
    }
    const auto question = request.target.find('?');
    request.raw_path = request.target.substr(0, question);
    if (const Refusal refusal = read_path(request.raw_path, request.segments)) {
        return refusal;
    }
    if (question == std::string::npos) {
        return {};
    }
    auto query = decoded_pairs(std::string_view(request.target).substr(question + 1));
    if (!query) {
        return {400, "the query is no percent-encoded UTF-8, or has a NUL"};
    }
    request.query = *std::move(query);
    return {};
}

}  // namespace oa::host::http
