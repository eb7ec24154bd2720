#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include <Poco/Net/Context.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/StreamSocket.h>

namespace oa::host::http {

enum class IoStatus {
    Done,
    WantRead,   ///< again when the socket can be read
    WantWrite,  ///< again when it can be written
    End,        ///< the other end sends no more
    Broken,
};

struct IoResult {
    IoStatus status = IoStatus::Done;
    std::size_t bytes = 0;  ///< that were moved
};

/// A connected socket that never blocks, with or without TLS. Not thread safe.
class Transport {
public:
    /// Owns the descriptor, which does not block. Without a context: no TLS.
    Transport(int descriptor, const Poco::Net::Context::Ptr& context);

    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
    [[nodiscard]] bool is_secure() const noexcept { return !context_.isNull(); }
    /// Done once the handshake is over; at once without TLS.
    [[nodiscard]] IoStatus shake_hands();
    [[nodiscard]] IoResult read(std::span<char> into);
    /// As much of `pieces`, one after the other, as the socket takes. After less than all the next
    /// call begins with what is left.
    [[nodiscard]] IoResult write(std::span<const std::string_view> pieces);
    /// Bytes that read() gives although the socket has none.
    [[nodiscard]] bool holds_bytes() const;
    /// Tells the other end that no more will come.
    void end_sending() noexcept;
    /// The next close() drops what the system still has to send, and says so to the other end.
    void drop_unsent() const noexcept;
    void close() noexcept;

    /// Whether this thread may write: with TLS it must have SIGPIPE blocked, which OpenSSL raises.
    [[nodiscard]] bool may_write_here() const noexcept;

private:
    [[nodiscard]] IoResult write_plain(std::span<const std::string_view> pieces) const;
    [[nodiscard]] IoResult write_secure(std::span<const std::string_view> pieces);

    // Outlives the socket: what Poco counts is then last let go of by code that the thread
    // sanitizer sees. Null without TLS.
    Poco::Net::Context::Ptr context_;
    Poco::Net::StreamSocket socket_;
    int descriptor_;
};

}  // namespace oa::host::http
