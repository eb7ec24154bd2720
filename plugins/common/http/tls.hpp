#pragma once

#include <string>

#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/StreamSocket.h>

#include "plugins/common/http/url.hpp"

namespace oa::http {

struct TlsOptions {
    bool verify = true;
    std::string ca_file;  // PEM; empty: those of SSL_CERT_FILE, or that the system trusts
};

/// Talks TLS (1.2 or later) over a connected socket and checks that the certificate is trusted and
/// made for url.host, which holds for localhost too. OpenSSL starts with the first call. Throws
/// Error with the reason of a refused certificate; Poco::Exception for what the network does.
[[nodiscard]] Poco::Net::SecureStreamSocket start_tls(const Poco::Net::StreamSocket& socket,
                                                      const Url& url,
                                                      const TlsOptions& options);

}  // namespace oa::http
