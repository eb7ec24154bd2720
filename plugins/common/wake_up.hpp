#pragma once

namespace oa::common {

/// A descriptor that becomes readable, and stays so, once somebody calls signal(): it stands in a
/// poll() beside what the thread waits for, so that a cancellation is seen at once.
class WakeUp {
public:
    /// Throws oa::Error where the process has no descriptor left.
    WakeUp();
    ~WakeUp();
    WakeUp(const WakeUp&) = delete;
    WakeUp& operator=(const WakeUp&) = delete;

    /// [thread: any]
    void signal() const noexcept;
    [[nodiscard]] int fd() const noexcept { return fd_; }

private:
    int fd_ = -1;
};

}  // namespace oa::common
