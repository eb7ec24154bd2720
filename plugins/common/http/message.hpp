#pragma once

#include <cstdint>
#include <istream>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/common/http/body.hpp"
#include "plugins/common/http/url.hpp"

namespace oa::http {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

/// What goes to the server. Names and values were checked: no line breaks.
struct Request {
    std::string method;  // upper case
    Url url;
    HeaderList headers;  // Host, Content-Length and Connection come on their own
    std::string body;
    bool has_body = false;
    std::shared_ptr<const BodySource> source;  // instead of body

    [[nodiscard]] std::uint64_t body_size() const { return source ? source->size() : body.size(); }
};

/// What came back, its body decoded from chunks, and unpacked.
struct Response {
    int status = 0;
    std::string reason;
    std::map<std::string, std::string>
        headers;          // names in lower case, repeated ones joined by ", "
    HeaderList received;  // the headers as they came
    std::string body;

    /// Empty where there is no such header. `name` in lower case.
    [[nodiscard]] const std::string& header(const std::string& name) const;
};

/// The request line and headers, ready to be sent before the body. `target` is the request's own
/// path and query, or what a proxy wants instead.
[[nodiscard]] std::string head_of(const Request& request, const std::string& target);

/// Reads one response, `1xx` answers skipped, and its body as `plan` says. A body that is too long
/// is an Error ErrorCode::Exhausted. Throws Error when the answer is no HTTP, or ends before it is
/// complete. `peer` is for messages.
[[nodiscard]] Response read_response(std::istream& input,
                                     std::string_view method,
                                     const BodyPlanner& plan,
                                     const std::string& peer);

/// Whether two header names are the same (case does not count).
[[nodiscard]] bool same_name(std::string_view left, std::string_view right);
[[nodiscard]] std::string lower_case(std::string_view text);

}  // namespace oa::http
