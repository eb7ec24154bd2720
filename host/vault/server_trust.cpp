#include "host/vault/server_trust.hpp"

#include <stdexcept>
#include <string>

#include <Poco/Net/Context.h>
#include <Poco/Net/IPAddress.h>
#include <Poco/Net/SSLException.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

namespace oa::host::vault {
namespace {

using Poco::Net::Context;

constexpr const char* system_authorities = "/etc/ssl/certs/ca-certificates.crt";

/// Does what OpenSSL does by itself, and keeps the verdict, which Poco does not tell.
int check_certificate(X509_STORE_CTX* store, void* verdict) {
    const int ok = X509_verify_cert(store);
    *static_cast<int*>(verdict) = X509_STORE_CTX_get_error(store);
    return ok;
}

void trust_authorities(SSL_CTX* context, const std::filesystem::path& ca_file) {
    const std::string file = ca_file.empty() ? system_authorities : ca_file.string();
    if (SSL_CTX_load_verify_file(context, file.c_str()) != 1) {
        ERR_clear_error();
        throw std::runtime_error(
            ca_file.empty() ? "no list of trusted certificate authorities was found: install "
                              "ca-certificates, or set vault.ca_file"
                            : "vault.ca_file " + file +
                                  " cannot be read, or holds no PEM "
                                  "certificate");
    }
}

bool is_ip_address(const std::string& host) {
    Poco::Net::IPAddress address;
    return Poco::Net::IPAddress::tryParse(host, address);
}

void expect_name(SSL_CTX* context, const std::string& host) {
    X509_VERIFY_PARAM* const expected = SSL_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    const int done = is_ip_address(host)
                         ? X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str())
                         : X509_VERIFY_PARAM_set1_host(expected, host.data(), host.size());
    if (done != 1) {
        throw std::runtime_error("'" + host + "' is no host name");
    }
}

Context::Ptr make_context(const std::string& host,
                          const std::filesystem::path& ca_file,
                          int& verdict) {
    Context::Params params;
    params.verificationMode = Context::VERIFY_STRICT;
    Context::Ptr context = new Context(Context::TLS_CLIENT_USE, params);
    context->requireMinimumProtocol(Context::PROTO_TLSV1_2);
    // Poco's own check of the name skips localhost; OpenSSL checks it in the handshake instead.
    context->enableExtendedCertificateVerification(false);
    SSL_CTX* const raw = context->sslContext();
    SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
    SSL_CTX_set_options(raw, SSL_OP_CLEANSE_PLAINTEXT);
    SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_cert_verify_callback(raw, check_certificate, &verdict);
    trust_authorities(raw, ca_file);
    expect_name(raw, host);
    return context;
}

std::string reason_of(int verdict, const std::string& host) {
    if (verdict == X509_V_ERR_HOSTNAME_MISMATCH || verdict == X509_V_ERR_IP_ADDRESS_MISMATCH) {
        return "it is not made for '" + host + "'";
    }
    return X509_verify_cert_error_string(verdict);
}

}  // namespace

Poco::Net::SecureStreamSocket start_tls(const Poco::Net::StreamSocket& socket,
                                        const VaultAddress& address,
                                        const std::filesystem::path& ca_file) {
    int verdict = X509_V_OK;
    const Context::Ptr context = make_context(address.host, ca_file, verdict);
    // The server name extension is for names only.
    const std::string name = is_ip_address(address.host) ? std::string() : address.host;
    try {
        auto secure = Poco::Net::SecureStreamSocket::attach(socket, name, context);
        // The handshake is over, and the verdict ends with this function.
        SSL_CTX_set_cert_verify_callback(context->sslContext(), nullptr, nullptr);
        return secure;
    } catch (const Poco::Net::SSLException&) {
        ERR_clear_error();
        if (verdict != X509_V_OK) {
            throw std::runtime_error("the certificate of " + address.authority() +
                                     " is refused: " + reason_of(verdict, address.host) +
                                     "; check vault.address and vault.ca_file");
        }
        throw;
    }
}

}  // namespace oa::host::vault
