#include "host/http/head_parser.hpp"

#include <limits>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

namespace oa::host::http {

std::optional<SplitHead> split_head(std::string_view head) {
    namespace beast = boost::beast;
    beast::http::request_parser<beast::http::empty_body> parser;
    // The limits of heads and bodies have been, or will be, looked after elsewhere.
    parser.header_limit(std::numeric_limits<std::uint32_t>::max());
    parser.body_limit(boost::none);
    beast::error_code error;
    const std::size_t used = parser.put(boost::asio::buffer(head.data(), head.size()), error);
    if (error || !parser.is_header_done() || used != head.size()) {
        return std::nullopt;
    }
    const auto& message = parser.get();
    SplitHead out;
    out.method = message.method_string();
    out.target = message.target();
    out.minor = static_cast<int>(message.version() % 10);
    for (const auto& field : message) {
        out.fields.add(std::string(field.name_string()), std::string(field.value()));
    }
    return out;
}

}  // namespace oa::host::http
