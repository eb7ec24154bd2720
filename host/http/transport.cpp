#include "host/http/transport.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <exception>
#include <functional>

#include <Poco/Net/StreamSocketImpl.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace oa::host::http {
namespace {

using Poco::Net::SecureStreamSocket;

Poco::Net::StreamSocket make_socket(int descriptor, const Poco::Net::Context::Ptr& context) {
    Poco::Net::StreamSocket plain(new Poco::Net::StreamSocketImpl(descriptor));
    plain.setBlocking(false);
    return context ? SecureStreamSocket::attach(plain, context) : plain;
}

/// What a call of the socket with TLS came to. Poco throws where the connection is broken.
IoResult secure_result(const std::function<int()>& call) {
    try {
        const int moved = call();
        if (moved > 0) {
            return {IoStatus::Done, static_cast<std::size_t>(moved)};
        }
        if (moved == SecureStreamSocket::ERR_SSL_WANT_READ) {
            return {IoStatus::WantRead, 0};
        }
        return {
            moved == SecureStreamSocket::ERR_SSL_WANT_WRITE ? IoStatus::WantWrite : IoStatus::End,
            0};
    } catch (const std::exception&) {
        ERR_clear_error();
        return {IoStatus::Broken, 0};
    }
}

IoStatus status_of(int error, IoStatus would_block) {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR ? would_block
                                                                     : IoStatus::Broken;
}

}  // namespace

Transport::Transport(int descriptor, const Poco::Net::Context::Ptr& context)
    : context_(context), socket_(make_socket(descriptor, context)), descriptor_(descriptor) {}

IoStatus Transport::shake_hands() {
    if (!is_secure()) {
        return IoStatus::Done;
    }
    SecureStreamSocket socket(socket_);
    const IoStatus status = secure_result([&] { return socket.completeHandshake(); }).status;
    return status == IoStatus::End ? IoStatus::Broken : status;
}

IoResult Transport::read(std::span<char> into) {
    if (is_secure()) {
        return secure_result(
            [&] { return socket_.receiveBytes(into.data(), static_cast<int>(into.size())); });
    }
    const ssize_t got = ::recv(descriptor_, into.data(), into.size(), 0);
    if (got > 0) {
        return {IoStatus::Done, static_cast<std::size_t>(got)};
    }
    return {got == 0 ? IoStatus::End : status_of(errno, IoStatus::WantRead), 0};
}

IoResult Transport::write_plain(std::span<const std::string_view> pieces) const {
    std::array<iovec, 16> vectors{};
    const std::size_t count = std::min(pieces.size(), vectors.size());
    for (std::size_t i = 0; i < count; ++i) {
        // The system takes the same type for reading and writing.
        vectors[i] = {const_cast<char*>(pieces[i].data()),  // NOLINT(*-const-cast)
                      pieces[i].size()};
    }
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = count;
    const ssize_t sent = ::sendmsg(descriptor_, &message, MSG_NOSIGNAL);
    if (sent >= 0) {
        return {IoStatus::Done, static_cast<std::size_t>(sent)};
    }
    return {status_of(errno, IoStatus::WantWrite), 0};
}

IoResult Transport::write_secure(std::span<const std::string_view> pieces) {
    constexpr std::size_t record_max = 16384;
    const std::string_view piece = pieces.front().substr(0, record_max);
    IoResult result = secure_result(
        [&] { return socket_.sendBytes(piece.data(), static_cast<int>(piece.size())); });
    if (result.status == IoStatus::End) {
        result.status = IoStatus::Broken;
    }
    return result;
}

IoResult Transport::write(std::span<const std::string_view> pieces) {
    return is_secure() ? write_secure(pieces) : write_plain(pieces);
}

bool Transport::holds_bytes() const {
    // For TLS Poco tells what OpenSSL has decrypted; asking it costs no call of the system.
    return is_secure() && SecureStreamSocket(socket_).available() > 0;
}

void Transport::end_sending() noexcept {
    if (is_secure()) {
        static_cast<void>(secure_result([this] {
            socket_.shutdown();
            return 1;
        }));
    }
    ::shutdown(descriptor_, SHUT_WR);
}

void Transport::drop_unsent() const noexcept {
    const linger at_once{1, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

void Transport::close() noexcept {
    try {
        socket_.close();
    } catch (const std::exception&) {
        ERR_clear_error();  // the connection was broken, and is closed all the same
    }
}

bool Transport::may_write_here() const noexcept {
    if (!is_secure()) {
        return true;
    }
    sigset_t blocked{};
    return ::pthread_sigmask(SIG_BLOCK, nullptr, &blocked) == 0 &&
           ::sigismember(&blocked, SIGPIPE) == 1;
}

}  // namespace oa::host::http
