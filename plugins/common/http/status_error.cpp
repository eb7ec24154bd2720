#include "plugins/common/http/status_error.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include <Poco/DateTime.h>
#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeParser.h>
#include <Poco/Timestamp.h>

#include "plugins/common/encoding.hpp"

namespace oa::http {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t excerpt_max = 200;

/// The first line of a text body, cut, for the message of an error.
std::string excerpt(const Response& response) {
    std::string_view text = response.body;
    const std::string type = media_type(response);
    const bool readable = type.starts_with("text/plain") || type.ends_with("json");
    if (!readable || !common::is_utf8(text)) {
        return {};
    }
    text = text.substr(0, text.find_first_of("\r\n"));
    if (text.empty()) {
        return {};
    }
    if (text.size() <= excerpt_max) {
        return ": " + std::string(text);
    }
    std::size_t end = excerpt_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
        --end;
    }
    return ": " + std::string(text.substr(0, end)) + "...";
}

/// Retry-After as a number of seconds or as a date; at most a day.
std::optional<milliseconds> retry_after(const Response& response) {
    const std::string& text = response.header("retry-after");
    if (text.empty()) {
        return std::nullopt;
    }
    constexpr std::int64_t day = 86'400;
    std::int64_t wait = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), wait);
    if (error == std::errc::result_out_of_range) {
        wait = day;
    } else if (error != std::errc{} || end != text.data() + text.size()) {
        int zone = 0;
        Poco::DateTime date;
        if (!Poco::DateTimeParser::tryParse(Poco::DateTimeFormat::HTTP_FORMAT, text, date, zone)) {
            return std::nullopt;
        }
        wait = (date.timestamp() - Poco::Timestamp()) / Poco::Timestamp::resolution() + 1;
    }
    return seconds(std::clamp<std::int64_t>(wait, 0, day));
}

struct Verdict {
    ErrorCode code;
    Retry retry;
};

Verdict verdict_of(int status) {
    switch (status) {
        case 401:
        case 407: return {ErrorCode::Unauthenticated, Retry::No};
        case 402:
        case 403:
        case 451: return {ErrorCode::Permission, Retry::No};
        case 404:
        case 410: return {ErrorCode::NotFound, Retry::No};
        case 408:
        case 504: return {ErrorCode::Deadline, Retry::Yes};
        case 409: return {ErrorCode::Conflict, Retry::No};
        case 412:
        case 428: return {ErrorCode::Precondition, Retry::No};
        case 413:
        case 507: return {ErrorCode::Exhausted, Retry::No};
        case 429: return {ErrorCode::Exhausted, Retry::Yes};
        case 425: return {ErrorCode::Unavailable, Retry::Yes};
        case 501:
        case 505: return {ErrorCode::Unimplemented, Retry::No};
        default: break;
    }
    return status >= 500 ? Verdict{ErrorCode::Unavailable, Retry::Yes}
                         : Verdict{ErrorCode::Precondition, Retry::No};
}

}  // namespace

std::string media_type(const Response& response) {
    const std::string type = lower_case(response.header("content-type"));
    const auto end = type.find_first_of("; \t");
    return type.substr(0, end);
}

Error error_of_status(const Response& response, const std::string& asked) {
    const Verdict verdict = verdict_of(response.status);
    std::string message = asked + " was answered with " + std::to_string(response.status);
    if (!response.reason.empty()) {
        message += " " + response.reason;
    }
    Error error = Error(verdict.code, message + excerpt(response))
                      .with_retry(verdict.retry)
                      .with_details({{"status", response.status}});
    if (const auto wait = retry_after(response);
        wait && wait->count() > 0 && verdict.retry == Retry::Yes) {
        return std::move(error).with_retry_after(*wait);
    }
    return error;
}

}  // namespace oa::http
