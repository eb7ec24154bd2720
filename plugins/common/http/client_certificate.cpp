#include "plugins/common/http/client_certificate.hpp"

#include <algorithm>
#include <memory>
#include <string>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "plugins/common/io.hpp"

namespace oa::http {

namespace {

constexpr std::size_t pem_max = std::size_t{1} * 1024 * 1024;

struct Deleter {
    void operator()(BIO* bio) const { ::BIO_free(bio); }
    void operator()(X509* certificate) const { ::X509_free(certificate); }
    void operator()(EVP_PKEY* key) const { ::EVP_PKEY_free(key); }
};
template <typename T>
using Owned = std::unique_ptr<T, Deleter>;

/// A text in PEM itself, or of the file.
std::string pem_of(const std::string& text) {
    return text.find("-----BEGIN") != std::string::npos ? text
                                                        : common::read_all(text, pem_max, [] {});
}

Owned<BIO> reader_of(const std::string& text) {
    return Owned<BIO>(::BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

/// OpenSSL would ask at the terminal without it.
int give_passphrase(char* out, int size, int /*writes*/, void* passphrase) {
    const auto& text = *static_cast<const std::string*>(passphrase);
    if (size < 0 || text.size() > static_cast<std::size_t>(size)) {
        return -1;
    }
    std::copy(text.begin(), text.end(), out);
    return static_cast<int>(text.size());
}

[[noreturn]] void refuse(const char* parameter, const std::string& what) {
    ERR_clear_error();
    throw invalid_params(pointer_to(parameter), std::string(parameter) + " " + what);
}

void use_certificates(SSL_CTX* context, const std::string& pem) {
    const Owned<BIO> reader = reader_of(pem);
    const Owned<X509> own(::PEM_read_bio_X509_AUX(reader.get(), nullptr, nullptr, nullptr));
    if (!own || ::SSL_CTX_use_certificate(context, own.get()) != 1) {
        refuse("client_certificate", "holds no certificate in PEM that can be used");
    }
    while (Owned<X509> next{::PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr)}) {
        if (::SSL_CTX_add0_chain_cert(context, next.get()) != 1) {
            refuse("client_certificate", "holds a further certificate that cannot be used");
        }
        static_cast<void>(next.release());
    }
    ERR_clear_error();  // of the end of the text
}

}  // namespace

void use_client_certificate(SSL_CTX* context, const ClientCertificate& client) {
    const std::string certificate = pem_of(client.certificate);
    use_certificates(context, certificate);
    const std::string key = client.key.empty() ? certificate : pem_of(client.key);
    std::string passphrase = client.passphrase;
    const Owned<EVP_PKEY> read(
        ::PEM_read_bio_PrivateKey(reader_of(key).get(), nullptr, give_passphrase, &passphrase));
    if (!read) {
        refuse("client_key", client.passphrase.empty()
                                 ? "holds no private key in PEM that opens without a "
                                   "client_key_passphrase"
                                 : "holds no private key in PEM that client_key_passphrase opens");
    }
    if (::SSL_CTX_use_PrivateKey(context, read.get()) != 1 ||
        ::SSL_CTX_check_private_key(context) != 1) {
        refuse("client_key", "does not belong to client_certificate");
    }
}

}  // namespace oa::http
