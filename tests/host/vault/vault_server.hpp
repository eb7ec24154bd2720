#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>

#include "tests/support/temporary_folder.hpp"

namespace oa::test {

/// What a client sent.
struct VaultRequest {
    std::string method;
    std::string target;
    std::map<std::string, std::string> headers;  ///< names in lower case
    std::string body;
};

/// A server on a free port of the loopback that speaks as Vault does: a KV store, version 2, at
/// secret/, and AppRole. It takes one connection after the other. Thread safe.
class VaultServer {
public:
    enum class Transport { Plain, Tls, TlsForAnotherName };
    /// Answers a request instead of the server; the connection is closed behind it.
    using Script = std::function<void(Poco::Net::StreamSocket&)>;

    explicit VaultServer(Transport transport = Transport::Plain);
    ~VaultServer();
    VaultServer(const VaultServer&) = delete;
    VaultServer& operator=(const VaultServer&) = delete;

    [[nodiscard]] std::string address() const;
    /// PEM file of the authority that signed the server's certificate.
    [[nodiscard]] std::string authority() const { return folder_.at("ca.pem"); }

    /// Another version of a secret, as JSON text; nothing: one that was deleted. `path` is encoded.
    void put(const std::string& path, const std::optional<std::string>& json);
    /// A token that may read everything.
    void accept(const std::string& token);
    void refuse(const std::string& token);
    /// What AppRole takes; each login gives a new token, "hvs.login-1" and so on.
    void set_role(const std::string& role_id, const std::string& secret_id, unsigned lease_seconds);
    /// The only namespace that there is.
    void set_namespace(const std::string& name);

    /// The next request is answered by this; several wait for their turn.
    void next(Script script);
    /// The next request is answered with these bytes.
    void next_bytes(const std::string& bytes);
    /// The next request is answered with a status, further header lines and a body.
    void next_status(int status, const std::string& body, const std::string& headers = "");

    [[nodiscard]] std::vector<VaultRequest> requests() const;

    /// A whole answer.
    [[nodiscard]] static std::string answer(int status,
                                            const std::string& body,
                                            const std::string& headers = "");

private:
    void make_certificates(const std::string& names) const;
    void listen();
    void serve(Poco::Net::StreamSocket& socket);
    [[nodiscard]] std::string respond(const VaultRequest& request);
    [[nodiscard]] std::string log_in(const VaultRequest& request);
    [[nodiscard]] std::string read_secret(const std::string& target) const;

    TemporaryFolder folder_;
    bool tls_ = false;
    mutable std::mutex mutex_;
    std::map<std::string, std::vector<std::optional<std::string>>> secrets_;
    std::map<std::string, bool> tokens_;
    std::string role_id_;
    std::string secret_id_;
    unsigned lease_seconds_ = 0;
    unsigned logins_ = 0;
    std::string namespace_;
    std::deque<Script> scripts_;
    std::vector<VaultRequest> requests_;
    Poco::Net::ServerSocket socket_;
    std::atomic<bool> is_over_ = false;
    std::thread thread_;  // last: it uses all of the above
};

}  // namespace oa::test
