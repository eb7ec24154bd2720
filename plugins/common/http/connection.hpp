#pragma once

#include <chrono>
#include <cstdint>
#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <Poco/Exception.h>
#include <Poco/Net/StreamSocket.h>

#include "plugins/common/address_guard.hpp"
#include "plugins/common/http/interrupter.hpp"
#include "plugins/common/http/proxy.hpp"
#include "plugins/common/http/tls.hpp"
#include "plugins/common/http/url.hpp"

namespace oa::http {

/// How a connection goes its way.
struct Route {
    const Proxy* proxy = nullptr;                   // null: straight to the server
    std::optional<std::chrono::milliseconds> idle;  // longest silence while it sends or receives
};

/// One TCP or TLS connection, used for one request or one dialogue. What goes wrong is thrown as
/// Error with "host:port" and the cause in one line.
class Connection {
public:
    /// Looks the host up, tries each of its addresses that `guard` allows until `connect_deadline`,
    /// and starts TLS for https. By a proxy it is the proxy's host that is looked up and guarded,
    /// and the server's where it is written as an address: who a name means is then up to the
    /// proxy.
    Connection(const Url& url,
               const TlsOptions& tls,
               TimePoint connect_deadline,
               Interrupter& interrupter,
               const common::AddressGuard* guard = nullptr,
               const Route& route = {});
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void send(std::string_view data);
    /// The connected socket, for protocols other than HTTP; in TLS where the address is https.
    [[nodiscard]] const Poco::Net::StreamSocket& socket() const { return socket_; }
    /// What the server sends. Its functions throw Error when the connection breaks; an end of file
    /// is an orderly close.
    [[nodiscard]] std::istream& input() { return *input_; }

private:
    class Buffer;

    void connect(const Url& url, TimePoint connect_deadline, const common::AddressGuard* guard);
    void set_timeouts();
    void start_reading();
    /// One line for what the socket throws.
    [[nodiscard]] std::string cause(const Poco::Exception& error) const;
    /// Asks the proxy to pass everything on to the server (CONNECT).
    void open_tunnel(const Url& url, const Proxy& proxy);
    void connect_to(const Poco::Net::SocketAddress& address, TimePoint connect_deadline);

    std::string peer_;  // host:port
    Interrupter& interrupter_;
    std::optional<std::chrono::milliseconds> idle_;
    Poco::Net::StreamSocket socket_;
    std::unique_ptr<Buffer> buffer_;
    std::unique_ptr<std::istream> input_;
};

}  // namespace oa::http
