#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "module.hpp"
#include "oa/plugin.hpp"
#include "plugins/common/http/exchange.hpp"
#include "plugins/common/http/interrupter.hpp"
#include "plugins/common/http/message.hpp"
#include "plugins/common/http/url.hpp"

// The parameters that the functions of this module share. They throw oa::Error INVALID_PARAMS.

namespace oa::http {

/// Whether a text can be a method or the name of a header.
[[nodiscard]] bool is_token(std::string_view text);

/// "name=value&name=value"; lists repeat the name, null leaves it out. `pointer` names the
/// parameter.
[[nodiscard]] std::string encode_pairs(const Json& object, const std::string& pointer);

/// The values of one name: a text, number or boolean, a list of these, or none for null.
[[nodiscard]] std::vector<std::string> texts_of(const Json& value, const std::string& pointer);

/// Adds what encode_pairs() gives.
void append_query(Url& url, const std::string& pairs);

/// url with query.
[[nodiscard]] Url url_param(Call& call);
/// headers.
void add_headers(Call& call, Request& request);
[[nodiscard]] bool has_header(const Request& request, std::string_view name);
/// basic_auth or bearer_token.
void add_credentials(Call& call, Request& request);

/// verify, ca_file, client_*, connect_timeout, the redirects, max_bytes and proxy.
[[nodiscard]] ExchangeOptions options_param(const Module& module, Call& call);

/// The same for large bodies: idle_timeout as well.
[[nodiscard]] ExchangeOptions transfer_options(const Module& module, Call& call);

/// How long a request may take.
struct Limit {
    std::chrono::milliseconds time;
    std::string name;  // where it comes from
};
/// request_timeout, or what is left to the call if that is less. Without a fallback there is no
/// other limit.
[[nodiscard]] Limit limit_param(Call& call, std::optional<std::chrono::milliseconds> fallback);

/// Sends the request; ends at the limit and when the call is cancelled. What goes wrong is thrown
/// with the method and the address in the message.
[[nodiscard]] Exchange run_exchange(Call& call,
                                    Request request,
                                    ExchangeOptions options,
                                    const Limit& limit);

}  // namespace oa::http
