#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oa::host {

/// Names compare without case; order is kept.
class HttpFields {
public:
    struct Field {
        std::string name;
        std::string value;
    };

    void add(std::string name, std::string value);
    /// In place of all that are named so.
    void set(std::string_view name, std::string value);
    /// The first one that is named so.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
    [[nodiscard]] std::size_t count(std::string_view name) const;
    [[nodiscard]] const std::vector<Field>& all() const { return fields_; }

private:
    std::vector<Field> fields_;
};

/// A request whose framing is beyond doubt: one Host, CRLF line ends, at most one Content-Length or
/// `chunked`, no folded lines, no control characters in values.
struct HttpRequest {
    std::string method;    ///< as sent: "GET"
    std::string target;    ///< as sent, without scheme and authority: "/api/v1/runs?limit=10"
    std::string raw_path;  ///< of it, as sent
    /// The path's segments, percent-decoded, valid UTF-8: {"api", "v1", "runs"}. None is empty, "."
    /// or "..", or has a '/', a '\' or a control character: such a target is refused with 400. A
    /// slash at the end is an empty last segment, so "/" is {""}; the target "*" has none.
    std::vector<std::string> segments;
    /// Names and values, decoded, valid UTF-8 without NUL, in the order in which they were sent.
    std::vector<std::pair<std::string, std::string>> query;
    HttpFields fields;
    std::string body;             ///< whole; empty while the request is being admitted
    std::string peer;             ///< address of the other end, without port: "127.0.0.1", "::1"
    std::string scheme = "http";  ///< or https
    std::string id;               ///< of this request, in its log line and X-Request-Id

    /// The first one of that name.
    [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const;
    /// Of a cookie of that name.
    [[nodiscard]] std::optional<std::string_view> cookie(std::string_view name) const;
};

/// Content-Length, Date, Connection and X-Request-Id are the server's, and so are the header fields
/// that every answer has (HttpServerSettings::fields).
struct HttpResponse {
    int status = 200;
    HttpFields fields = {};
    std::string body = {};
    bool close = false;  ///< the connection, after this
};

/// "Not Found"; empty for a status that nobody has named.
[[nodiscard]] std::string_view reason_phrase(int status) noexcept;

}  // namespace oa::host
