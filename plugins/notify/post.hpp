#pragma once

#include <string>
#include <string_view>

#include "module.hpp"
#include "params.hpp"
#include "plugins/common/http/exchange.hpp"

namespace oa::notify {

/// A request to a service. Its address may hold the secret of the service, so that messages name
/// `what` and the host alone.
struct Post {
    std::string what;  ///< such as "the message to Slack"
    std::string url;
    std::string url_parameter;  ///< where the address comes from
    std::string method = "POST";
    http::HeaderList headers = {};
    std::string body = {};
    std::string content_type = "application/json";
};

/// Sends it, by request_timeout, verify and ca_file of the parameters. Redirects are not followed:
/// a message goes where it was addressed to. Any status is an answer. Throws oa::Error.
[[nodiscard]] http::Response send(const Delivery& delivery, const Params& params, Post post);
/// The same; throws for a status of 300 and more.
[[nodiscard]] http::Response send_or_fail(const Delivery& delivery,
                                          const Params& params,
                                          Post post);

/// The answer as JSON; null when it is none.
[[nodiscard]] Json json_of(const http::Response& response);

/// HMAC-SHA256 in hexadecimal digits.
[[nodiscard]] std::string hmac_sha256(const std::string& key, std::string_view data);

}  // namespace oa::notify
