#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace oa::host::http {

/// Waits until descriptors are ready (epoll). All but wake() is for one thread.
class Poller {
public:
    /// What is waited for. Whether the other end has broken off is told in any case.
    struct Interest {
        bool read = false;
        bool write = false;
        bool half_close = false;  ///< the other end will send no more

        bool operator==(const Interest&) const = default;
    };
    struct Event {
        std::uint64_t id = 0;
        bool readable = false;
        bool writable = false;
        bool half_closed = false;
        bool broken = false;
    };

    /// Throws std::system_error.
    Poller();
    ~Poller();
    Poller(const Poller&) = delete;
    Poller& operator=(const Poller&) = delete;

    /// `id` is not 0. Throws std::system_error.
    void add(int descriptor, std::uint64_t id, Interest interest) const;
    void change(int descriptor, std::uint64_t id, Interest interest) const noexcept;
    /// Before the descriptor is closed.
    void remove(int descriptor) const noexcept;

    /// What is ready; nothing when the time is over, or after wake(). Valid until the next call.
    [[nodiscard]] const std::vector<Event>& wait(std::optional<std::chrono::milliseconds> time);
    /// Ends the wait that is going on, or the next one. By any thread.
    void wake() const noexcept;

private:
    int epoll_ = -1;
    int wake_ = -1;
    std::vector<Event> events_;
};

}  // namespace oa::host::http
