#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

namespace oa::http {

using TimePoint = std::chrono::steady_clock::time_point;

/// Ends a request from outside: at its deadline, or when the call is cancelled. It shuts the socket
/// down, so every blocking read or write of it returns at once, however slowly bytes drip in.
class Interrupter {
public:
    enum class Reason : std::uint8_t { None, Cancelled, Deadline };

    explicit Interrupter(TimePoint deadline);
    ~Interrupter();
    Interrupter(const Interrupter&) = delete;
    Interrupter& operator=(const Interrupter&) = delete;

    /// [thread: any] Does not block on anything but this object.
    void cancel() noexcept { interrupt(Reason::Cancelled); }
    [[nodiscard]] Reason reason() const;
    [[nodiscard]] TimePoint deadline() const { return deadline_; }

    /// Names the socket to shut down; one at a time. detach() must come before the socket closes.
    void attach(int fd);
    void detach() noexcept;

private:
    void interrupt(Reason reason) noexcept;
    void watch();

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    TimePoint deadline_;
    Reason reason_ = Reason::None;
    int fd_ = -1;
    bool done_ = false;
    std::thread watcher_;  // last: it uses all of the above
};

/// Throws the Error of a request that was cancelled or came to its deadline.
void throw_if_interrupted(const Interrupter& interrupter);

}  // namespace oa::http
