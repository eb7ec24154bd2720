#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace oa::host::client {

/// Ends what a thread waits for, be it time or a socket. All functions may be called from any
/// thread, though not in a signal handler.
class Interruption {
public:
    void raise();
    [[nodiscard]] bool is_raised() const;
    /// True at once when it is raised, or has been.
    [[nodiscard]] bool wait_for(std::chrono::milliseconds time);

private:
    friend class SocketWatch;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool is_raised_ = false;
    int socket_ = -1;  // that a thread reads, or -1
};

/// While it lives, raising the interruption ends the connection of a socket, so that whoever reads
/// from it hears of its end. One at a time for an interruption.
class SocketWatch {
public:
    /// The descriptor stays open for as long as this lives. [owner: the caller]
    SocketWatch(Interruption& interruption, int descriptor);
    ~SocketWatch();
    SocketWatch(const SocketWatch&) = delete;
    SocketWatch& operator=(const SocketWatch&) = delete;

private:
    Interruption& interruption_;
};

}  // namespace oa::host::client
