#pragma once

#include <openssl/ssl.h>

#include "plugins/common/http/tls.hpp"

namespace oa::http {

/// Makes the context show the certificate to servers that ask. Throws oa::Error INVALID_PARAMS with
/// the parameter's pointer for what is no certificate, no key, or not of one another.
void use_client_certificate(SSL_CTX* context, const ClientCertificate& client);

}  // namespace oa::http
