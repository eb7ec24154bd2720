#include "sockets.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <vector>

#include <Poco/Net/SocketAddress.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "plugins/common/fault.hpp"
#include "plugins/common/resolver.hpp"

namespace oa::ssh {

namespace {

using Poco::Net::IPAddress;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

std::string reason(int error) {
    return std::generic_category().message(error);
}

Error unreachable(const Target& target, const std::string& why) {
    return common::fault(ErrorCode::Unavailable, Retry::Yes, target.name() + ": " + why);
}

std::vector<IPAddress> of_family(std::vector<IPAddress> addresses, const Target& target) {
    if (target.family != Family::Any) {
        const auto wanted = target.family == Family::IPv4 ? IPAddress::IPv4 : IPAddress::IPv6;
        std::erase_if(addresses,
                      [&](const IPAddress& address) { return address.family() != wanted; });
    }
    if (addresses.empty()) {
        throw unreachable(target, "it has no address of the family that address_family asks for");
    }
    return addresses;
}

/// Small packets go at once; a peer that vanished is noticed when what was sent to it, keepalives
/// as well, is not acknowledged for three times their interval.
void set_options(int fd, const Target& target) {
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (target.keepalive.count() > 0) {
        const auto limit = static_cast<unsigned>(
            std::clamp<std::int64_t>(target.keepalive.count() * 3, 1000, 3'600'000));
        ::setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &limit, sizeof limit);
    }
}

/// 0, or the error of errno.
int connect_once(int fd,
                 const Poco::Net::SocketAddress& address,
                 TimePoint deadline,
                 const Stopper& stopper) {
    if (::connect(fd, address.addr(), address.length()) == 0) {
        return 0;
    }
    if (errno != EINPROGRESS) {
        return errno;
    }
    while (stopper.wait(fd, POLLOUT, deadline) == 0) {
        if (steady_clock::now() >= deadline) {
            return ETIMEDOUT;
        }
    }
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    return error;
}

}  // namespace

Descriptor::~Descriptor() {
    if (fd_ >= 0) {
        ::close(fd_);
    }
}

Descriptor connect_to(const Target& target,
                      const common::AddressGuard& guard,
                      TimePoint deadline,
                      const Stopper& stopper) {
    const auto found = common::resolve(target.host, deadline, [&stopper] { stopper.check(); });
    const auto addresses = guard.allowed_of(target.host, of_family(found, target));
    int error = 0;
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        const Poco::Net::SocketAddress address(addresses[i], target.port);
        Descriptor fd(::socket(address.af(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        if (!fd.is_open()) {
            error = errno;
            continue;
        }
        set_options(fd.get(), target);
        // An address that swallows everything leaves time for those after it.
        const auto now = steady_clock::now();
        const auto share = (deadline - now) / static_cast<int>(addresses.size() - i);
        error = connect_once(fd.get(), address, now + share, stopper);
        if (error == 0) {
            return fd;
        }
    }
    throw unreachable(target, error == ETIMEDOUT ? "connecting took longer than connect_timeout"
                                                 : "it cannot be reached: " + reason(error));
}

Descriptor connect_to_file(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
        throw invalid_params("/agent_socket", "the path of the agent's socket is too long");
    }
    std::memcpy(address.sun_path, path.data(), path.size());
    Descriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    // A local socket connects at once or not at all.
    if (!fd.is_open() ||
        ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        const int error = errno;
        const std::string message = "the agent " + path + ": " + reason(error);
        if (error == ENOENT) {
            throw not_found(message);
        }
        throw common::fault(ErrorCode::Unavailable, Retry::Yes, message);
    }
    return fd;
}

}  // namespace oa::ssh
