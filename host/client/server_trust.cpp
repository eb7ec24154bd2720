#include "host/client/server_trust.hpp"

#include <stdexcept>

#include <Poco/Net/IPAddress.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace oa::host::client {

using Poco::Net::Context;

Context::Ptr make_tls_context(const std::string& host, const std::filesystem::path& ca_file) {
    constexpr const char* system_authorities = "/etc/ssl/certs/ca-certificates.crt";
    Context::Params params;
    params.verificationMode = Context::VERIFY_STRICT;
    Context::Ptr context = new Context(Context::TLS_CLIENT_USE, params);
    // Poco's own check of the name skips localhost; OpenSSL checks it in the handshake instead.
    context->enableExtendedCertificateVerification(false);
    SSL_CTX* const raw = context->sslContext();
    SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
    SSL_CTX_set_options(raw, SSL_OP_CLEANSE_PLAINTEXT);
    SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nullptr);
    const std::string authorities = ca_file.empty() ? system_authorities : ca_file.string();
    if (SSL_CTX_load_verify_file(raw, authorities.c_str()) != 1) {
        ERR_clear_error();
        throw std::runtime_error(ca_file.empty()
                                     ? "no list of trusted certificate authorities was found: "
                                       "install ca-certificates, or give --ca FILE"
                                     : "--ca " + authorities +
                                           " cannot be read, or holds no PEM certificate");
    }
    Poco::Net::IPAddress address;
    X509_VERIFY_PARAM* const expected = SSL_CTX_get0_param(raw);
    X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    const int done = Poco::Net::IPAddress::tryParse(host, address)
                         ? X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str())
                         : X509_VERIFY_PARAM_set1_host(expected, host.data(), host.size());
    if (done != 1) {
        throw std::runtime_error("'" + host + "' is no host name");
    }
    return context;
}

}  // namespace oa::host::client
