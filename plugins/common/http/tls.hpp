#pragma once

#include <string>

#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/StreamSocket.h>

#include "plugins/common/http/url.hpp"

namespace oa::http {

/// Who this side is, for servers that ask. All in PEM: the text itself, or the path of a file.
struct ClientCertificate {
    std::string certificate;  // and those that lead to its authority; empty: none is shown
    std::string key;          // empty: it stands with the certificate
    std::string passphrase;   // of an encrypted key
};

struct TlsOptions {
    bool verify = true;
    std::string ca_file;  // PEM; empty: those of SSL_CERT_FILE, or that the system trusts
    ClientCertificate client = {};
};

/// Talks TLS (1.2 or later) over a connected socket and checks that the certificate is trusted and
/// made for url.host, which holds for localhost too. OpenSSL starts with the first call. Throws
/// Error with the reason of a refused certificate; Poco::Exception for what the network does.
[[nodiscard]] Poco::Net::SecureStreamSocket start_tls(const Poco::Net::StreamSocket& socket,
                                                      const Url& url,
                                                      const TlsOptions& options);

}  // namespace oa::http
