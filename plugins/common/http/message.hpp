#pragma once

#include <cstddef>
#include <istream>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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
};

/// What came back, its body decoded from chunks and gzip.
struct Response {
    int status = 0;
    std::string reason;
    std::map<std::string, std::string>
        headers;  // names in lower case, repeated ones joined by ", "
    std::string body;

    /// Empty where there is no such header. `name` in lower case.
    [[nodiscard]] const std::string& header(const std::string& name) const;
};

/// The request line and headers, ready to be sent before the body.
[[nodiscard]] std::string head_of(const Request& request);

/// Reads one response, `1xx` answers skipped. Holds at most `body_max` bytes of body, before and
/// after decompression; a longer one is a Error ErrorCode::Exhausted. Throws Error when the answer
/// is no HTTP, or ends before it is complete. `peer` is for messages.
[[nodiscard]] Response read_response(std::istream& input,
                                     std::string_view method,
                                     std::size_t body_max,
                                     const std::string& peer);

/// Whether two header names are the same (case does not count).
[[nodiscard]] bool same_name(std::string_view left, std::string_view right);
[[nodiscard]] std::string lower_case(std::string_view text);

}  // namespace oa::http
