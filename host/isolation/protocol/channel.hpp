#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/isolation/protocol/messages.hpp"

namespace oa::host::isolation {

/// Owns a file descriptor.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int number) noexcept : number_(number) {}
    ~Descriptor();
    Descriptor(Descriptor&& other) noexcept;
    Descriptor& operator=(Descriptor&& other) noexcept;
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    [[nodiscard]] int get() const noexcept { return number_; }
    [[nodiscard]] explicit operator bool() const noexcept { return number_ >= 0; }
    [[nodiscard]] int release() noexcept;

private:
    int number_ = -1;
};

struct ReceivedFrame {
    Frame frame;
    std::vector<Descriptor> descriptors;
};

/// Frames over one end of a Unix stream socket. send() may be called from any thread; receive()
/// from one at a time.
class Channel {
public:
    explicit Channel(Descriptor socket);
    ~Channel();
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    /// Sends whole encoded frames, the descriptors with their first byte; they stay the caller's.
    /// Waits while the peer does not read, at most until `deadline`. False when the peer is gone or
    /// too slow: then the channel is of no use any more.
    [[nodiscard]] bool send(std::string_view frames,
                            const std::vector<int>& descriptors = {},
                            std::optional<std::chrono::steady_clock::time_point> deadline = {});

    enum class Received { Frame, Timeout, Closed };
    /// Waits for the next frame, at most until `deadline`. Reads ahead, so that several small
    /// frames cost one system call. Throws ProtocolError on a frame that is too long, comes with
    /// too many descriptors or ends in the middle.
    [[nodiscard]] Received receive(
        ReceivedFrame& out, std::optional<std::chrono::steady_clock::time_point> deadline = {});
    /// Once receive() has told Closed: whether the peer went without reading all that was sent.
    [[nodiscard]] bool peer_left_unread() const;
    /// Whether receive() would return at once with something read ahead.
    [[nodiscard]] bool has_buffered_frame() const;

    [[nodiscard]] int descriptor() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// A connected pair of Unix stream sockets, close-on-exec.
struct SocketPair {
    Descriptor ours;
    Descriptor theirs;
};
[[nodiscard]] SocketPair make_socket_pair();

}  // namespace oa::host::isolation
