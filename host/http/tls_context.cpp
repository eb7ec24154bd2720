#include "host/http/tls_context.hpp"

#include <stdexcept>
#include <string>

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace oa::host::http {
namespace {

using Poco::Net::Context;

[[noreturn]] void fail(const std::string& what) {
    ERR_clear_error();
    throw std::runtime_error(what);
}

/// Without it OpenSSL asks the terminal for the password of a key that has one.
int no_password(char*, int, int, void*) {
    return 0;
}

void use_certificate(SSL_CTX* context, const TlsSettings& settings) {
    SSL_CTX_set_default_passwd_cb(context, no_password);
    if (SSL_CTX_use_certificate_chain_file(context, settings.certificate.c_str()) != 1) {
        fail("the certificate " + settings.certificate.string() +
             " cannot be read, or is no PEM file with a certificate and its chain");
    }
    if (SSL_CTX_use_PrivateKey_file(context, settings.key.c_str(), SSL_FILETYPE_PEM) != 1) {
        fail("the key " + settings.key.string() +
             " cannot be read, has a password, is no PEM "
             "file with a private key, or is not that of " +
             settings.certificate.string());
    }
}

}  // namespace

Context::Ptr make_tls_context(const TlsSettings& settings) {
    Context::Params params;
    params.verificationMode = Context::VERIFY_NONE;  // of clients
    Context::Ptr context = new Context(Context::TLS_SERVER_USE, params);
    context->requireMinimumProtocol(Context::PROTO_TLSV1_2);
    SSL_CTX* const raw = context->sslContext();
    SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
    SSL_CTX_set_options(
        raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    // Output is written from where it happens to be, as far as the socket takes it; connections
    // that wait hold no buffers.
    SSL_CTX_set_mode(raw, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                              SSL_MODE_RELEASE_BUFFERS);
    use_certificate(raw, settings);
    return context;
}

}  // namespace oa::host::http
