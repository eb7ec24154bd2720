#include "tests/plugins/ssh/cutting_proxy.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace oa::test {

namespace {

sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    return address;
}

int listen_on_loopback(int& port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(fd, generic, size) != 0 || ::listen(fd, 16) != 0 ||
        ::getsockname(fd, generic, &size) != 0) {
        throw std::runtime_error("cannot listen");
    }
    port = ntohs(address.sin_port);
    return fd;
}

/// How many bytes went; 0 when the connection is over.
std::uint64_t pass(int from, int to) {
    std::array<char, 16384> buffer{};
    const ssize_t count = ::recv(from, buffer.data(), buffer.size(), 0);
    for (ssize_t sent = 0; sent < count;) {
        const ssize_t now =
            ::send(to, buffer.data() + sent, static_cast<std::size_t>(count - sent), MSG_NOSIGNAL);
        if (now <= 0) {
            return 0;
        }
        sent += now;
    }
    return count > 0 ? static_cast<std::uint64_t>(count) : 0;
}

}  // namespace

CuttingProxy::CuttingProxy(int port, std::uint64_t bytes) : stop_(::eventfd(0, EFD_CLOEXEC)) {
    listener_ = listen_on_loopback(port_);
    thread_ = std::thread([this, port, bytes] { serve(port, bytes); });
}

CuttingProxy::~CuttingProxy() {
    const std::uint64_t one = 1;
    static_cast<void>(::write(stop_, &one, sizeof one) == sizeof one);
    thread_.join();
    ::close(listener_);
    ::close(stop_);
}

void CuttingProxy::serve(int target, std::uint64_t bytes) const {
    while (true) {
        std::array<pollfd, 2> waiting{{{listener_, POLLIN, 0}, {stop_, POLLIN, 0}}};
        ::poll(waiting.data(), waiting.size(), -1);
        if (waiting[1].revents != 0) {
            return;
        }
        const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const sockaddr_in address = loopback(target);
        bool alive =
            ::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
        while (alive && bytes > 0) {
            std::array<pollfd, 3> polled{
                {{client, POLLIN, 0}, {server, POLLIN, 0}, {stop_, POLLIN, 0}}};
            ::poll(polled.data(), polled.size(), -1);
            std::uint64_t passed = 0;
            for (const auto& [from, to] : {std::pair(0U, 1U), {1U, 0U}}) {
                if (polled.at(from).revents != 0) {
                    const std::uint64_t now = pass(polled.at(from).fd, polled.at(to).fd);
                    alive = alive && now > 0;
                    passed += now;
                }
            }
            alive = alive && polled[2].revents == 0;
            bytes -= std::min(bytes, passed);
        }
        ::close(client);
        ::close(server);
    }
}

SilentListener::SilentListener() : fd_(listen_on_loopback(port_)) {}

SilentListener::~SilentListener() {
    ::close(fd_);
}

}  // namespace oa::test
