#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>

#include "connection.hpp"

namespace oa::database {

/// Ends what a connection does from outside: when the call is cancelled, or a statement takes too
/// long. It asks the database first, again and again since a statement may be about to start, and
/// cuts the connection when that does not help.
class Watch {
public:
    enum class Reason : std::uint8_t { None, Cancelled, Deadline };

    explicit Watch(Connection& connection);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    /// [thread: any] Quick.
    void cancel() noexcept;
    /// From now on a statement has this long; nothing: no limit.
    void arm(std::optional<std::chrono::milliseconds> limit);
    [[nodiscard]] Reason reason() const;

private:
    void run();
    void interrupt(std::unique_lock<std::mutex>& lock);

    Connection* connection_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<std::chrono::steady_clock::time_point> deadline_;
    Reason reason_ = Reason::None;
    bool done_ = false;
    std::thread thread_;  // last: it uses all of the above
};

}  // namespace oa::database
