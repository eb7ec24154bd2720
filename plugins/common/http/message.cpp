#include "plugins/common/http/message.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <sstream>
#include <system_error>

#include <Poco/Exception.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/MessageHeader.h>

#include "plugins/common/fault.hpp"
#include "plugins/common/http/body_reader.hpp"

namespace oa::http {

namespace {

constexpr int header_count_max = 1000;
constexpr int informational_max = 20;

/// "HTTP/1.1 404 Not Found"
void read_status_line(std::istream& input, Response& response, const std::string& peer) {
    if (input.peek() == std::char_traits<char>::eof()) {
        throw common::fault(ErrorCode::Unavailable, Retry::Yes,
                            peer + ": the server closed the connection without an answer");
    }
    const std::string line = read_line(input, peer);
    const std::size_t status_at = std::string_view("HTTP/1.1 ").size();
    int status = 0;
    if (line.starts_with("HTTP/1.") && line.size() >= status_at + 3) {
        const char* const begin = line.data() + status_at;
        const auto read = std::from_chars(begin, begin + 3, status);
        const bool ends = line.size() == status_at + 3 || line[status_at + 3] == ' ';
        if (read.ptr != begin + 3 || !ends) {
            status = 0;
        }
    }
    if (status < 100) {
        throw malformed(peer, "the status line is wrong");
    }
    response.status = status;
    response.reason = line.substr(std::min(line.size(), status_at + 4));
}

/// The headers up to the blank line after them, bounded by Poco in names, values and count.
void read_headers(std::istream& input, Response& response, const std::string& peer) {
    Poco::Net::MessageHeader header;
    try {
        header.setFieldLimit(header_count_max);
        header.read(input);
    } catch (const Poco::Exception& error) {
        throw malformed(peer, error.message());
    }
    if (!read_line(input, peer).empty()) {
        throw malformed(peer, "a header has no value");
    }
    for (const auto& [name, value] : header) {
        response.received.emplace_back(name, value);
        const auto [at, added] = response.headers.try_emplace(lower_case(name), value);
        if (!added) {
            at->second += ", " + value;
        }
    }
}

std::optional<std::uint64_t> content_length(const Response& response, const std::string& peer) {
    const std::string& text = response.header("content-length");
    if (text.empty()) {
        return std::nullopt;
    }
    std::uint64_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (error != std::errc{} || end != text.data() + text.size()) {
        throw malformed(peer, "the Content-Length is not a number");
    }
    return size;
}

bool has_no_body(int status, std::string_view method) {
    return method == "HEAD" || status == 204 || status == 304;
}

void read_body(std::istream& input,
               Response& response,
               const BodyPlan& plan,
               const std::string& peer) {
    BodyReader reader(input, plan, response, peer);
    const std::string encoding = lower_case(response.header("transfer-encoding"));
    if (encoding.ends_with("chunked")) {
        reader.chunked();
    } else if (const auto size = content_length(response, peer); size && encoding.empty()) {
        reader.sized(*size);
    } else {
        reader.until_close();
    }
    reader.finish();
}

}  // namespace

std::string lower_case(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return out;
}

bool same_name(std::string_view left, std::string_view right) {
    return lower_case(left) == lower_case(right);
}

const std::string& Response::header(const std::string& name) const {
    static const std::string none;
    const auto found = headers.find(name);
    return found == headers.end() ? none : found->second;
}

std::string head_of(const Request& request, const std::string& target) {
    Poco::Net::HTTPRequest head(request.method, target, Poco::Net::HTTPMessage::HTTP_1_1);
    head.set("Host", request.url.host_header());
    head.set("User-Agent", "open-automator/1.0");
    head.set("Accept", "*/*");
    head.set("Accept-Encoding", "gzip, deflate");
    for (const auto& [name, value] : request.headers) {
        head.set(name, value);
    }
    if (request.has_body) {
        head.set("Content-Length", std::to_string(request.body_size()));
    }
    head.set("Connection", "close");
    std::ostringstream out;
    head.write(out);
    return out.str();
}

Response read_response(std::istream& input,
                       std::string_view method,
                       const BodyPlanner& plan,
                       const std::string& peer) {
    Response response;
    for (int skipped = 0; response.status < 200; ++skipped) {
        if (skipped > informational_max) {
            throw malformed(peer, "it has too many interim answers");
        }
        response = Response();
        read_status_line(input, response, peer);
        read_headers(input, response, peer);
    }
    const auto planned = plan(response);
    if (planned && !has_no_body(response.status, method)) {
        read_body(input, response, *planned, peer);
    }
    return response;
}

}  // namespace oa::http
