#pragma once

#include <optional>
#include <string>
#include <type_traits>

#include <libssh2.h>

#include "oa/error.hpp"
#include "plugins/common/address_guard.hpp"
#include "sockets.hpp"
#include "stopper.hpp"
#include "target.hpp"

namespace oa::ssh {

/// Whether an error of libssh2 means that there is no connection any more.
[[nodiscard]] bool is_lost_connection(int error);

/// A connection to an SSH server: encrypted, the server known, the user logged in. Nothing in it
/// blocks but drive(), which ends when the call has to. One thread.
class Session {
public:
    /// Connects and logs in. Throws Error.
    Session(const Target& target, const common::AddressGuard& guard, const Stopper& stopper);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    [[nodiscard]] LIBSSH2_SESSION* raw() const { return session_; }
    [[nodiscard]] const Target& target() const { return target_; }
    [[nodiscard]] const Stopper& stopper() const { return stopper_; }
    /// "SHA256:..." of the server's key.
    [[nodiscard]] const std::string& fingerprint() const { return fingerprint_; }

    /// Asks a function of libssh2 again and again until it has done its work, and gives what it
    /// returned: a number, or a pointer.
    template <typename Fn>
    auto drive(const Fn& fn) {
        while (true) {
            const auto result = fn();
            if constexpr (std::is_pointer_v<decltype(result)>) {
                if (result != nullptr ||
                    ::libssh2_session_last_errno(session_) != LIBSSH2_ERROR_EAGAIN) {
                    return result;
                }
            } else {
                if (result != LIBSSH2_ERROR_EAGAIN) {
                    return result;
                }
            }
            wait();
        }
    }
    /// Waits until the connection is ready for what libssh2 wants to do next.
    void wait();
    /// Whether libssh2 has begun to send something and could not go on; then nothing else may be
    /// sent before.
    [[nodiscard]] bool is_sending() const;

    /// Ends the connection without waiting for anything: from now on all that libssh2 does comes to
    /// an end at once, and what it holds can be freed.
    void hang_up();

    /// Whether the connection has broken off, whatever libssh2 calls it.
    [[nodiscard]] bool is_lost() const { return lost_; }
    /// What went wrong last in libssh2, as an Error. `doing` is "the key exchange".
    [[nodiscard]] Error failure(const std::string& doing) const;

private:
    void prefer_methods(const std::string& host_key_types);
    void check_host_key();
    void keep_alive();
    void watch_connection();
    /// What libssh2 reads and writes with; its signatures.
    static ssize_t receive(
        libssh2_socket_t socket, void* buffer, std::size_t length, int flags, void** session);
    static ssize_t send(
        libssh2_socket_t socket, const void* buffer, std::size_t length, int flags, void** session);

    Target target_;
    const Stopper& stopper_;
    Descriptor socket_;
    LIBSSH2_SESSION* session_ = nullptr;
    bool lost_ = false;  // whether libssh2 has been told that there is no connection any more
    std::optional<TimePoint> connect_deadline_;  // until it is logged in
    TimePoint next_keepalive_;
    std::string fingerprint_;
};

}  // namespace oa::ssh
