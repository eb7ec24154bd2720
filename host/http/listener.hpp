#pragma once

#include <cstdint>
#include <string>

#include <Poco/Net/ServerSocket.h>

#include "host/http/http_server.hpp"

namespace oa::host::http {

struct AcceptedSocket {
    int descriptor = -1;  ///< does not block; -1: there is none
    std::string peer;     ///< address, without port
    int error = 0;        ///< errno, where there is none and not for want of clients
};

/// A socket that listens.
class Listener {
public:
    /// Throws std::runtime_error, which names the address and says what is wrong with it.
    explicit Listener(const HttpServerSettings::Address& address);

    /// With the port that was free.
    [[nodiscard]] HttpServerSettings::Address address() const;
    [[nodiscard]] int descriptor() const;
    [[nodiscard]] AcceptedSocket accept() const;
    void close();

private:
    Poco::Net::ServerSocket socket_;
};

/// A descriptor that is kept so that, when there are none left, a client can still be taken on and
/// be told so.
class SpareDescriptor {
public:
    SpareDescriptor() { take(); }
    ~SpareDescriptor() { give(); }
    SpareDescriptor(const SpareDescriptor&) = delete;
    SpareDescriptor& operator=(const SpareDescriptor&) = delete;

    /// False when there was none.
    bool give() noexcept;
    void take() noexcept;

private:
    int descriptor_ = -1;
};

}  // namespace oa::host::http
