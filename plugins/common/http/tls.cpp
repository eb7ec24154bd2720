#include "plugins/common/http/tls.hpp"

#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include <Poco/Net/Context.h>
#include <Poco/Net/IPAddress.h>
#include <Poco/Net/SSLException.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugins/common/fault.hpp"
#include "plugins/common/http/client_certificate.hpp"

namespace oa::http {

namespace {

using Poco::Net::Context;

struct StoreDeleter {
    void operator()(X509_STORE* store) const { X509_STORE_free(store); }
};
using StorePtr = std::unique_ptr<X509_STORE, StoreDeleter>;

/// What a certificate store was read from, to notice a file that was replaced.
struct FileState {
    ino_t inode;
    off_t size;
    time_t modified;
    friend bool operator==(const FileState&, const FileState&) = default;
};

struct CachedStore {
    FileState state;
    StorePtr store;
};

/// The variable is the one that OpenSSL itself and curl go by.
std::string system_authorities() {
    if (const char* const named = std::getenv("SSL_CERT_FILE"); named != nullptr && *named != 0) {
        return named;
    }
    for (const char* path :
         {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
          "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"}) {
        if (::access(path, R_OK) == 0) {
            return path;
        }
    }
    throw common::fault(
        ErrorCode::Precondition, Retry::No,
        "no list of trusted certificate authorities was found: install ca-certificates or "
        "name a ca_file");
}

/// Reading the system's list takes some 10 ms, so each file is read once and again after a change.
class StoreCache {
public:
    /// Gives the context its own reference to the store of `path`.
    void give(const std::string& path, SSL_CTX* context) {
        struct stat info {};
        if (::stat(path.c_str(), &info) != 0) {
            throw common::fault(ErrorCode::NotFound, Retry::No,
                                "the ca_file '" + path + "' cannot be read");
        }
        const FileState state{info.st_ino, info.st_size, info.st_mtime};
        const std::scoped_lock lock(mutex_);
        auto found = stores_.find(path);
        if (found == stores_.end() || found->second.state != state) {
            found = stores_.insert_or_assign(path, CachedStore{state, load(path)}).first;
        }
        SSL_CTX_set1_cert_store(context, found->second.store.get());
    }

private:
    static StorePtr load(const std::string& path) {
        StorePtr store(X509_STORE_new());
        if (!store || X509_STORE_load_file(store.get(), path.c_str()) != 1) {
            ERR_clear_error();
            throw common::fault(
                ErrorCode::Precondition, Retry::No,
                "the ca_file '" + path + "' holds no PEM certificate that can be read");
        }
        return store;
    }

    std::mutex mutex_;
    std::map<std::string, CachedStore> stores_;
};

StoreCache& store_cache() {
    static StoreCache cache;
    return cache;
}

/// Where the verify callback leaves its verdict: a slot of the SSL_CTX.
int verdict_slot() {
    static const int slot = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return slot;
}

int remember_verdict(int ok, X509_STORE_CTX* store) {
    if (ok == 1) {
        return ok;
    }
    const auto* ssl = static_cast<const SSL*>(
        X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    if (ssl != nullptr) {
        auto* verdict =
            static_cast<int*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), verdict_slot()));
        if (verdict != nullptr) {
            *verdict = X509_STORE_CTX_get_error(store);
        }
    }
    return ok;
}

void expect_name(SSL_CTX* context, const std::string& host) {
    X509_VERIFY_PARAM* expected = SSL_CTX_get0_param(context);
    Poco::Net::IPAddress address;
    const bool is_address = Poco::Net::IPAddress::tryParse(host, address);
    X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    const int done = is_address ? X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str())
                                : X509_VERIFY_PARAM_set1_host(expected, host.data(), host.size());
    if (done != 1) {
        throw common::fault(ErrorCode::InvalidParams, Retry::No,
                            "'" + host + "' is not a host name");
    }
}

Context::Ptr make_context(const Url& url, const TlsOptions& options, int& verdict) {
    Context::Params params;
    params.verificationMode = options.verify ? Context::VERIFY_STRICT : Context::VERIFY_NONE;
    Context::Ptr context = new Context(Context::TLS_CLIENT_USE, params);
    context->requireMinimumProtocol(Context::PROTO_TLSV1_2);
    // Poco's own check of the name skips localhost and looks names up to compare addresses; OpenSSL
    // checks the name below instead, during the handshake.
    context->enableExtendedCertificateVerification(false);
    SSL_CTX* raw = context->sslContext();
    SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
    SSL_CTX_set_verify(raw, options.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, remember_verdict);
    if (options.verify) {
        SSL_CTX_set_ex_data(raw, verdict_slot(), &verdict);
        store_cache().give(options.ca_file.empty() ? system_authorities() : options.ca_file, raw);
        expect_name(raw, url.host);
    }
    if (!options.client.certificate.empty()) {
        use_client_certificate(raw, options.client);
    }
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
                                        const Url& url,
                                        const TlsOptions& options) {
    int verdict = X509_V_OK;
    const Context::Ptr context = make_context(url, options, verdict);
    // The server name extension is for names only.
    Poco::Net::IPAddress address;
    const bool is_address = Poco::Net::IPAddress::tryParse(url.host, address);
    try {
        auto secure = Poco::Net::SecureStreamSocket::attach(
            socket, is_address ? std::string() : url.host, context);
        SSL_CTX_set_ex_data(context->sslContext(), verdict_slot(), nullptr);
        return secure;
    } catch (const Poco::Net::SSLException& error) {
        ERR_clear_error();
        if (verdict != X509_V_OK) {
            throw common::fault(ErrorCode::Unauthenticated, Retry::No,
                                "the certificate of " + url.authority() +
                                    " is refused: " + reason_of(verdict, url.host));
        }
        throw;
    }
}

}  // namespace oa::http
