#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "plugins/common/address_guard.hpp"
#include "plugins/common/http/interrupter.hpp"
#include "plugins/common/http/message.hpp"
#include "plugins/common/http/proxy.hpp"
#include "plugins/common/http/tls.hpp"
#include "plugins/common/http/url.hpp"

namespace oa::http {

struct ExchangeOptions {
    TlsOptions tls = {};
    std::chrono::milliseconds connect_timeout{10'000};
    bool follow_redirects = true;
    int redirects_max = 5;
    std::size_t body_max = 0;                     // bytes
    BodyPlanner body = {};                        // instead of body_max
    const common::AddressGuard* guard = nullptr;  // null: any address may be connected to
    ProxyChoice proxies = {};
    std::optional<std::chrono::milliseconds> idle = {};  // longest silence
};

struct Exchange {
    Response response;
    Url url;  // that gave the response
    int redirects = 0;
};

/// Sends a request and reads the response, following redirects, whose own bodies are not read.
/// Credentials (see is_credential; a client certificate, too) do not go to another origin, and a
/// body never goes from https to http. Throws oa::Error.
[[nodiscard]] Exchange send_request(Request request,
                                    ExchangeOptions options,
                                    Interrupter& interrupter);

/// Whether a header may hold a secret, by its name: Authorization, Cookie, and names with "token",
/// "secret", "password", "auth" or "key" in them.
[[nodiscard]] bool is_credential(std::string_view header);

/// Whether sending the method twice is the same as once (RFC 9110, 9.2.2).
[[nodiscard]] bool is_idempotent(std::string_view method);

}  // namespace oa::http
