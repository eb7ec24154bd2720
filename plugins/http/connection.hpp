#pragma once

#include <cstdint>
#include <istream>
#include <memory>
#include <string>
#include <string_view>

#include <Poco/Net/StreamSocket.h>

#include "interrupter.hpp"
#include "tls.hpp"
#include "url.hpp"

namespace oa::http {

/// One TCP or TLS connection, used for one request. What goes wrong is thrown as Error with
/// "host:port" and the cause in one line.
class Connection {
public:
    /// Looks the host up, tries each of its addresses until `connect_deadline`, and starts TLS for
    /// https.
    Connection(const Url& url,
               const TlsOptions& tls,
               TimePoint connect_deadline,
               Interrupter& interrupter);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void send(std::string_view data);
    /// What the server sends. Its functions throw Error when the connection breaks; an end of file
    /// is an orderly close.
    [[nodiscard]] std::istream& input() { return *input_; }

private:
    class Buffer;

    void connect(const Url& url, TimePoint connect_deadline);
    void connect_to(const Poco::Net::SocketAddress& address, TimePoint connect_deadline);

    std::string peer_;  // host:port
    Interrupter& interrupter_;
    Poco::Net::StreamSocket socket_;
    std::unique_ptr<Buffer> buffer_;
    std::unique_ptr<std::istream> input_;
};

}  // namespace oa::http
