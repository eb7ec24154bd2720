#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

namespace oa::test {

/// The clock on the wall of programs that are started with its environment, which can be set while
/// they run. It is right to begin with.
class MovedClock {
public:
    /// `file` is made, and takes how far the clock is off. Throws std::system_error.
    explicit MovedClock(std::string file);
    ~MovedClock();
    MovedClock(const MovedClock&) = delete;
    MovedClock& operator=(const MovedClock&) = delete;

    /// From now on it is off by so much.
    void set_offset(std::chrono::nanoseconds offset);
    /// From now on it goes on from this time.
    void set(std::chrono::system_clock::time_point time);
    [[nodiscard]] std::chrono::system_clock::time_point now() const;

    [[nodiscard]] const std::string& file() const { return file_; }

private:
    std::string file_;
    std::atomic<std::int64_t>* offset_ = nullptr;  // shared with those programs
};

}  // namespace oa::test
