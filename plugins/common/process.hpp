#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "plugins/common/output_capture.hpp"

namespace oa::common {

using TimePoint = std::chrono::steady_clock::time_point;

/// A descriptor that closes with this object.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() { reset(); }
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    [[nodiscard]] int get() const { return fd_; }
    [[nodiscard]] bool is_open() const { return fd_ >= 0; }
    void reset() noexcept;

private:
    int fd_ = -1;
};

/// What to start, complete: nothing of it is looked up any more.
struct ProcessPlan {
    std::string program;                   ///< path of the file
    std::vector<std::string> arguments;    ///< with the name of the program first
    std::vector<std::string> environment;  ///< NAME=value
    std::string folder;                    ///< working folder; empty: the host's
    Descriptor input;                      ///< standard input
};

struct ProcessEnd {
    enum class Cause : std::uint8_t { Itself, Deadline, Cancelled };

    Cause cause = Cause::Itself;
    int exit_code = 0;
    int signal = 0;  ///< that ended it; 0: it ended by itself
};

/// Starts a program as the leader of a session and process group of its own and waits for its end.
/// At the deadline, or when `wake_fd` becomes readable, the whole group is ended: by SIGTERM, and
/// half a second later by SIGKILL. What it leaves running in the background is not waited for.
/// Throws oa::Error when it cannot be started.
[[nodiscard]] ProcessEnd run_process(ProcessPlan plan,
                                     OutputCapture& output,
                                     OutputCapture& errors,
                                     std::optional<TimePoint> deadline,
                                     int wake_fd);

/// "SIGKILL"
[[nodiscard]] std::string signal_name(int signal);

}  // namespace oa::common
