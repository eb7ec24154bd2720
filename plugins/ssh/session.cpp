#include "session.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string_view>

#include <poll.h>
#include <sys/socket.h>

#include "known_hosts.hpp"
#include "login.hpp"
#include "plugins/common/fault.hpp"

namespace oa::ssh {

namespace {

using std::chrono::steady_clock;

/// What is still safe, the fastest first; libssh2 would offer older ones as well.
constexpr const char* key_exchanges =
    "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,"
    "ecdh-sha2-nistp521,diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,"
    "diffie-hellman-group14-sha256,diffie-hellman-group-exchange-sha256";
constexpr const char* ciphers = "aes128-ctr,aes256-ctr,aes192-ctr";
constexpr const char* checksums = "hmac-sha2-256,hmac-sha2-512,hmac-sha1";

bool may_go_on(int error) {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

/// libssh2 takes EAGAIN alone for "later"; an interrupted call is that as well.
int as_libssh2_knows(int error) {
    return may_go_on(error) ? EAGAIN : error;
}

}  // namespace

bool is_lost_connection(int error) {
    switch (error) {
        case LIBSSH2_ERROR_SOCKET_NONE:
        case LIBSSH2_ERROR_BANNER_RECV:
        case LIBSSH2_ERROR_BANNER_SEND:
        case LIBSSH2_ERROR_SOCKET_SEND:
        case LIBSSH2_ERROR_SOCKET_RECV:
        case LIBSSH2_ERROR_SOCKET_DISCONNECT:
        case LIBSSH2_ERROR_SOCKET_TIMEOUT:
        case LIBSSH2_ERROR_TIMEOUT:
        case LIBSSH2_ERROR_CHANNEL_CLOSED:
        case LIBSSH2_ERROR_BAD_SOCKET: return true;
        default: return false;
    }
}

Session::Session(const Target& target, const common::AddressGuard& guard, const Stopper& stopper)
    : target_(target),
      stopper_(stopper),
      connect_deadline_(steady_clock::now() + target.connect_timeout),
      next_keepalive_(steady_clock::now() + target.keepalive) {
    socket_ = connect_to(target_, guard, *connect_deadline_, stopper_);
    session_ = ::libssh2_session_init_ex(nullptr, nullptr, nullptr, this);
    if (session_ == nullptr) {
        throw exhausted("no memory for an SSH connection");
    }
    try {
        watch_connection();
        ::libssh2_session_set_blocking(session_, 0);
        prefer_methods(known_key_types(session_, target_));
        if (drive([this] { return ::libssh2_session_handshake(session_, socket_.get()); }) != 0) {
            throw failure("the key exchange");
        }
        check_host_key();
        log_in(*this);
        connect_deadline_.reset();
        if (target_.keepalive.count() > 0) {
            const auto seconds = std::chrono::ceil<std::chrono::seconds>(target_.keepalive);
            ::libssh2_keepalive_config(session_, 1, static_cast<unsigned>(seconds.count()));
        }
    } catch (...) {
        ::shutdown(socket_.get(), SHUT_RDWR);
        ::libssh2_session_free(session_);
        throw;
    }
}

Session::~Session() {
    hang_up();
    while (::libssh2_session_free(session_) == LIBSSH2_ERROR_EAGAIN) {
    }
}

void Session::hang_up() {
    // A farewell, if it can be sent at once.
    ::libssh2_session_disconnect_ex(session_, SSH_DISCONNECT_BY_APPLICATION, "done", "");
    ::shutdown(socket_.get(), SHUT_RDWR);
}

void Session::watch_connection() {
    // libssh2 1.10 tells of a connection that breaks off during the key exchange as of methods
    // that both sides do not share; only what it reads with knows better.
    ::libssh2_session_callback_set(session_, LIBSSH2_CALLBACK_RECV,
                                   reinterpret_cast<void*>(&Session::receive));
    ::libssh2_session_callback_set(session_, LIBSSH2_CALLBACK_SEND,
                                   reinterpret_cast<void*>(&Session::send));
}

ssize_t Session::receive(
    libssh2_socket_t socket, void* buffer, std::size_t length, int flags, void** session) {
    const ssize_t count = ::recv(socket, buffer, length, flags);
    const int error = count < 0 ? errno : 0;
    if (count == 0 || (count < 0 && !may_go_on(error))) {
        static_cast<Session*>(*session)->lost_ = true;
    }
    return count < 0 ? -as_libssh2_knows(error) : count;
}

ssize_t Session::send(
    libssh2_socket_t socket, const void* buffer, std::size_t length, int flags, void** session) {
    auto& self = *static_cast<Session*>(*session);
    const ssize_t count = ::send(socket, buffer, length, flags | MSG_NOSIGNAL);
    const int error = count < 0 ? errno : 0;
    if (count < 0 && !may_go_on(error)) {
        if (self.connect_deadline_) {
            // A server that has had enough says so and goes. Its last words are still there for
            // reading, which libssh2 does next.
            return static_cast<ssize_t>(length);
        }
        self.lost_ = true;
    }
    return count < 0 ? -as_libssh2_knows(error) : count;
}

void Session::prefer_methods(const std::string& host_key_types) {
    ::libssh2_session_method_pref(session_, LIBSSH2_METHOD_HOSTKEY, host_key_types.c_str());
    ::libssh2_session_method_pref(session_, LIBSSH2_METHOD_KEX, key_exchanges);
    for (const int method : {LIBSSH2_METHOD_CRYPT_CS, LIBSSH2_METHOD_CRYPT_SC}) {
        ::libssh2_session_method_pref(session_, method, ciphers);
    }
    for (const int method : {LIBSSH2_METHOD_MAC_CS, LIBSSH2_METHOD_MAC_SC}) {
        ::libssh2_session_method_pref(session_, method, checksums);
    }
}

void Session::check_host_key() {
    std::size_t size = 0;
    int type = 0;
    const char* key = ::libssh2_session_hostkey(session_, &size, &type);
    if (key == nullptr) {
        throw failure("the key exchange");
    }
    fingerprint_ = fingerprint_of({key, size});
    require_known(session_, target_, {key, size}, type);
}

bool Session::is_sending() const {
    return (::libssh2_session_block_directions(session_) & LIBSSH2_SESSION_BLOCK_OUTBOUND) != 0;
}

void Session::wait() {
    const int directions = ::libssh2_session_block_directions(session_);
    const bool out = (directions & LIBSSH2_SESSION_BLOCK_OUTBOUND) != 0;
    const bool in = (directions & LIBSSH2_SESSION_BLOCK_INBOUND) != 0 || !out;
    const auto events = static_cast<short>((out ? POLLOUT : 0) | (in ? POLLIN : 0));
    std::optional<TimePoint> until = connect_deadline_;
    if (!until && target_.keepalive.count() > 0 && !out) {
        until = next_keepalive_;
    }
    const short ready = stopper_.wait(socket_.get(), events, until);
    if (connect_deadline_ && steady_clock::now() >= *connect_deadline_) {
        throw common::fault(
            ErrorCode::Unavailable, Retry::Yes,
            target_.name() + ": connecting and logging in took longer than connect_timeout");
    }
    if (ready == 0 && until && !connect_deadline_) {
        keep_alive();
    }
}

void Session::keep_alive() {
    int next = 0;
    // What goes wrong here will go wrong in what follows.
    ::libssh2_keepalive_send(session_, &next);
    next_keepalive_ = steady_clock::now() + target_.keepalive;
}

Error Session::failure(const std::string& doing) const {
    char* text = nullptr;
    const int error = ::libssh2_session_last_error(session_, &text, nullptr, 0);
    const std::string message = target_.name() + ": " + doing + " failed: " +
                                (text == nullptr || *text == '\0' ? "no reason given" : text);
    if (lost_ || is_lost_connection(error)) {
        return common::fault(ErrorCode::Unavailable, Retry::Yes,
                             message + " (the connection broke off)");
    }
    switch (error) {
        case LIBSSH2_ERROR_KEX_FAILURE:
        case LIBSSH2_ERROR_METHOD_NONE:
        case LIBSSH2_ERROR_KEY_EXCHANGE_FAILURE:
        case LIBSSH2_ERROR_HOSTKEY_INIT:
            return common::fault(
                ErrorCode::Precondition, Retry::No,
                message +
                    "; both sides know no common method, or the server's is not safe any more");
        case LIBSSH2_ERROR_ALLOC: return exhausted(message);
        case LIBSSH2_ERROR_CHANNEL_FAILURE:
        case LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED:
        case LIBSSH2_ERROR_REQUEST_DENIED: return permission_denied(message);
        default: return common::fault(ErrorCode::Precondition, Retry::No, message);
    }
}

}  // namespace oa::ssh
