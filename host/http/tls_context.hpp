#pragma once

#include <Poco/Net/Context.h>

#include "host/http/http_server.hpp"

namespace oa::host::http {

/// TLS 1.2 and newer, for a server, with that certificate. Throws std::runtime_error, which names
/// the file and says what is wrong with it.
[[nodiscard]] Poco::Net::Context::Ptr make_tls_context(const TlsSettings& settings);

}  // namespace oa::host::http
