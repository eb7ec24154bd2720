#include "host/http/response_head.hpp"

#include <algorithm>
#include <array>
#include <ctime>

#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/Timestamp.h>

#include "host/http/ascii.hpp"

namespace oa::host::http {
namespace {

constexpr std::array<std::string_view, 5> own_fields{"Content-Length", "Transfer-Encoding", "Date",
                                                     "Connection", "X-Request-Id"};

bool is_own(std::string_view name) {
    return std::any_of(own_fields.begin(), own_fields.end(),
                       [&](std::string_view own) { return same_word(own, name); });
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
}

void append_frame(std::string& out, const ResponseFrame& frame) {
    if (frame.body == ResponseFrame::Body::Length) {
        append_field(out, "Content-Length", std::to_string(frame.length));
    } else if (frame.body == ResponseFrame::Body::Chunked) {
        append_field(out, "Transfer-Encoding", "chunked");
    }
    if (!frame.connection.empty()) {
        append_field(out, "Connection", frame.connection);
    } else if (!frame.keeps_alive) {
        append_field(out, "Connection", "close");
    } else if (frame.minor == 0) {
        append_field(out, "Connection", "keep-alive");
    }
    if (!frame.id.empty()) {
        append_field(out, "X-Request-Id", frame.id);
    }
}

}  // namespace

bool has_no_body(int status) noexcept {
    return status < 200 || status == 204 || status == 304;
}

std::optional<std::string_view> bad_field(const HttpFields& fields) {
    for (const HttpFields::Field& field : fields.all()) {
        if (!is_token(field.name) ||
            std::any_of(field.value.begin(), field.value.end(), is_control)) {
            return field.name;
        }
    }
    return std::nullopt;
}

const std::string& http_date() {
    thread_local std::time_t second = 0;
    thread_local std::string text;
    const Poco::Timestamp now;
    if (now.epochTime() != second) {
        second = now.epochTime();
        text = Poco::DateTimeFormatter::format(now, Poco::DateTimeFormat::HTTP_FORMAT);
    }
    return text;
}

std::string response_head(const HttpResponse& response,
                          const ResponseFrame& frame,
                          const HttpFields& always) {
    std::string out;
    out.reserve(512);
    out += "HTTP/1.1 ";
    out += std::to_string(response.status);
    out += ' ';
    out += reason_phrase(response.status);
    out += "\r\n";
    append_field(out, "Date", http_date());
    for (const HttpFields::Field& field : response.fields.all()) {
        if (!is_own(field.name)) {
            append_field(out, field.name, field.value);
        }
    }
    for (const HttpFields::Field& field : always.all()) {
        if (!response.fields.find(field.name)) {
            append_field(out, field.name, field.value);
        }
    }
    append_frame(out, frame);
    out += "\r\n";
    return out;
}

}  // namespace oa::host::http
