#include "host/http/listener.hpp"

#include <array>
#include <cerrno>
#include <stdexcept>
#include <utility>

#include <Poco/Exception.h>
#include <Poco/Net/IPAddress.h>
#include <Poco/Net/SocketAddress.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace oa::host::http {
namespace {

constexpr int waiting_max = 1024;  // connections that the system holds until they are accepted

std::string shown(const HttpServerSettings::Address& address) {
    const bool is_six = address.host.find(':') != std::string::npos;
    return (is_six ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

/// Poco's text of an address costs more than the rest of accepting a client.
std::string text_of(const sockaddr_storage& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const void* const bytes =
        address.ss_family == AF_INET6
            ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in6&>(address).sin6_addr)
            : static_cast<const void*>(&reinterpret_cast<const sockaddr_in&>(address).sin_addr);
    return ::inet_ntop(address.ss_family, bytes, text.data(), text.size()) == nullptr
               ? std::string()
               : std::string(text.data());
}

}  // namespace

Listener::Listener(const HttpServerSettings::Address& address) {
    Poco::Net::IPAddress host;
    if (!Poco::Net::IPAddress::tryParse(address.host, host)) {
        throw std::runtime_error("cannot listen on " + shown(address) +
                                 ": the host is no IP address, such as 127.0.0.1 or ::1");
    }
    try {
        const Poco::Net::SocketAddress at(host, address.port);
        if (host.family() == Poco::Net::AddressFamily::IPv6) {
            socket_.bind6(at, true, false, true);
        } else {
            socket_.bind(at, true, false);
        }
        socket_.listen(waiting_max);
        socket_.setBlocking(false);
    } catch (const Poco::Exception& error) {
        throw std::runtime_error("cannot listen on " + shown(address) + ": " +
                                 (error.message().empty() ? error.displayText() : error.message()));
    }
    ::fcntl(descriptor(), F_SETFD, FD_CLOEXEC);
}

HttpServerSettings::Address Listener::address() const {
    const Poco::Net::SocketAddress at = socket_.address();
    return {at.host().toString(), at.port()};
}

int Listener::descriptor() const {
    return socket_.impl()->sockfd();
}

AcceptedSocket Listener::accept() const {
    sockaddr_storage from{};
    socklen_t size = sizeof(from);
    const int accepted = ::accept4(descriptor(), reinterpret_cast<sockaddr*>(&from), &size,
                                   SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted < 0) {
        const bool is_over = errno == EAGAIN || errno == EWOULDBLOCK;
        return {-1, {}, is_over ? 0 : errno};
    }
    const int yes = 1;
    ::setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    return {accepted, text_of(from), 0};
}

void Listener::close() {
    socket_.close();
}

bool SpareDescriptor::give() noexcept {
    const int descriptor = std::exchange(descriptor_, -1);
    return descriptor >= 0 && ::close(descriptor) == 0;
}

void SpareDescriptor::take() noexcept {
    if (descriptor_ < 0) {
        descriptor_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    }
}

}  // namespace oa::host::http
