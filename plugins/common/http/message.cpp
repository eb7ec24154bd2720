#include "plugins/common/http/message.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <sstream>
#include <system_error>

#include <Poco/Exception.h>
#include <Poco/InflatingStream.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/MessageHeader.h>

#include "plugins/common/fault.hpp"

namespace oa::http {

namespace {

constexpr std::size_t piece_size = std::size_t{16} * 1024;
constexpr std::size_t line_max = std::size_t{8} * 1024;
constexpr int header_count_max = 1000;
constexpr int informational_max = 20;

Error malformed(const std::string& peer, const std::string& what) {
    return common::fault(ErrorCode::Unavailable, Retry::Unknown,
                         peer + ": the answer is not valid HTTP: " + what);
}

Error incomplete(const std::string& peer) {
    return common::fault(ErrorCode::Unavailable, Retry::Yes,
                         peer + ": the connection closed before the answer was complete");
}

/// One line without its end.
std::string read_line(std::istream& input, const std::string& peer) {
    std::string text;
    while (true) {
        const int c = input.get();
        if (c == std::char_traits<char>::eof()) {
            throw incomplete(peer);
        }
        if (c == '\n') {
            break;
        }
        text += static_cast<char>(c);
        if (text.size() > line_max) {
            throw malformed(peer, "a line is too long");
        }
    }
    if (text.ends_with('\r')) {
        text.pop_back();
    }
    return text;
}

/// Reads the body of one response under its framing, and counts.
class BodyReader {
public:
    BodyReader(std::istream& input, std::size_t body_max, const std::string& peer)
        : input_(input), body_max_(body_max), peer_(peer) {}

    std::string chunked() {
        while (const auto size = chunk_size()) {
            take_exactly(size);
            if (!read_line(input_, peer_).empty()) {
                throw malformed(peer_, "a chunk is longer than its size");
            }
        }
        while (!read_line(input_, peer_).empty()) {
            // Trailers carry nothing that the output shows.
        }
        return std::move(body_);
    }

    std::string sized(std::uint64_t size) {
        take_exactly(size);
        return std::move(body_);
    }

    std::string until_close() {
        while (take_piece(piece_size) > 0) {
        }
        return std::move(body_);
    }

private:
    std::size_t take_piece(std::size_t size) {
        std::array<char, piece_size> piece{};
        input_.read(piece.data(), static_cast<std::streamsize>(std::min(size, piece.size())));
        const auto count = static_cast<std::size_t>(input_.gcount());
        if (count > body_max_ - body_.size()) {
            throw too_long();
        }
        body_.append(piece.data(), count);
        return count;
    }

    void take_exactly(std::uint64_t size) {
        if (size > body_max_ - body_.size()) {
            throw too_long();
        }
        auto rest = static_cast<std::size_t>(size);
        while (rest > 0) {
            const auto count = take_piece(rest);
            if (count == 0) {
                throw incomplete(peer_);
            }
            rest -= count;
        }
    }

    std::uint64_t chunk_size() {
        const std::string text = read_line(input_, peer_);
        std::uint64_t size = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size, 16);
        const std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
        if (error != std::errc{} || (!rest.empty() && rest[0] != ';' && rest[0] != ' ')) {
            throw malformed(peer_, "a chunk has no readable size");
        }
        return size;
    }

    [[nodiscard]] Error too_long() const {
        return common::fault(ErrorCode::Exhausted, Retry::No,
                             peer_ + ": the body is longer than the limit of " +
                                 std::to_string(body_max_) + " bytes (max_bytes)");
    }

    std::istream& input_;
    std::size_t body_max_;
    const std::string& peer_;
    std::string body_;
};

std::string decompress(const std::string& packed, std::size_t body_max, const std::string& peer) {
    const auto broken = [&peer] {
        return common::fault(ErrorCode::Unavailable, Retry::Unknown,
                             peer + ": the body is not valid or not complete gzip");
    };
    // A gzip stream ends with the length of what it holds, modulo 2^32.
    if (packed.size() < 18) {
        throw broken();
    }
    std::istringstream input(packed);
    Poco::InflatingInputStream inflating(input, Poco::InflatingStreamBuf::STREAM_GZIP);
    std::string body;
    std::array<char, piece_size> piece{};
    while (inflating.read(piece.data(), piece.size()) || inflating.gcount() > 0) {
        const auto count = static_cast<std::size_t>(inflating.gcount());
        if (count > body_max - body.size()) {
            throw common::fault(ErrorCode::Exhausted, Retry::No,
                                peer + ": the body is longer than the limit of " +
                                    std::to_string(body_max) + " bytes (max_bytes) once unpacked");
        }
        body.append(piece.data(), count);
    }
    std::uint32_t length = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        length = (length << 8U) | static_cast<unsigned char>(packed[packed.size() - 1 - i]);
    }
    if (inflating.bad() || length != static_cast<std::uint32_t>(body.size())) {
        throw broken();
    }
    return body;
}

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

std::string head_of(const Request& request) {
    Poco::Net::HTTPRequest head(request.method, request.url.target,
                                Poco::Net::HTTPMessage::HTTP_1_1);
    head.set("Host", request.url.host_header());
    head.set("User-Agent", "open-automator/1.0");
    head.set("Accept", "*/*");
    head.set("Accept-Encoding", "gzip");
    for (const auto& [name, value] : request.headers) {
        head.set(name, value);
    }
    if (request.has_body) {
        head.set("Content-Length", std::to_string(request.body.size()));
    }
    head.set("Connection", "close");
    std::ostringstream out;
    head.write(out);
    return out.str();
}

Response read_response(std::istream& input,
                       std::string_view method,
                       std::size_t body_max,
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
    if (has_no_body(response.status, method)) {
        return response;
    }
    BodyReader reader(input, body_max, peer);
    const std::string encoding = lower_case(response.header("transfer-encoding"));
    if (encoding.ends_with("chunked")) {
        response.body = reader.chunked();
    } else if (const auto size = content_length(response, peer); size && encoding.empty()) {
        response.body = reader.sized(*size);
    } else {
        response.body = reader.until_close();
    }
    const std::string coding = lower_case(response.header("content-encoding"));
    if ((coding == "gzip" || coding == "x-gzip") && !response.body.empty()) {
        response.body = decompress(response.body, body_max, peer);
    }
    return response;
}

}  // namespace oa::http
