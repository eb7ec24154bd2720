#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <Poco/Net/StreamSocket.h>

#include "host/vault/deadline_guard.hpp"
#include "host/vault/vault_address.hpp"

namespace oa::host::vault {

/// How a server is reached.
struct ConnectPlan {
    VaultAddress address;
    std::filesystem::path ca_file;   ///< PEM; empty: the authorities that the system trusts
    bool this_machine_only = false;  ///< whatever the name leads to
    TimePoint connect_deadline;      ///< of looking up and connecting
    TimePoint deadline;              ///< of everything
};

/// One TCP or TLS connection, for one request and one thread. What goes wrong is thrown as
/// std::runtime_error with "host:port" and the cause.
class ServerConnection {
public:
    /// Throws NotReached when no address of the host takes the connection.
    explicit ServerConnection(const ConnectPlan& plan);
    ~ServerConnection();
    ServerConnection(const ServerConnection&) = delete;
    ServerConnection& operator=(const ServerConnection&) = delete;

    void send(std::string_view data);
    /// At least one byte, at most `size`; 0 at the end.
    [[nodiscard]] std::size_t receive(char* into, std::size_t size);
    [[nodiscard]] const std::string& peer() const noexcept { return peer_; }

private:
    void connect(const ConnectPlan& plan);
    void secure(const ConnectPlan& plan);
    void throw_if_late() const;
    [[noreturn]] void broke_off(const char* what, const std::string& cause) const;

    std::string peer_;
    Poco::Net::StreamSocket socket_;
    std::unique_ptr<DeadlineGuard> guard_;
};

}  // namespace oa::host::vault
