#include "plugins/common/http/interrupter.hpp"

#include <sys/socket.h>

#include "plugins/common/fault.hpp"

namespace oa::http {

Interrupter::Interrupter(TimePoint deadline) : deadline_(deadline), watcher_([this] { watch(); }) {}

Interrupter::~Interrupter() {
    {
        const std::scoped_lock lock(mutex_);
        done_ = true;
    }
    changed_.notify_all();
    watcher_.join();
}

Interrupter::Reason Interrupter::reason() const {
    const std::scoped_lock lock(mutex_);
    return reason_;
}

void Interrupter::attach(int fd) {
    const std::scoped_lock lock(mutex_);
    fd_ = fd;
    if (reason_ != Reason::None) {
        ::shutdown(fd_, SHUT_RDWR);
    }
}

void Interrupter::detach() noexcept {
    const std::scoped_lock lock(mutex_);
    fd_ = -1;
}

void Interrupter::interrupt(Reason reason) noexcept {
    const std::scoped_lock lock(mutex_);
    if (reason_ != Reason::None) {
        return;
    }
    reason_ = reason;
    if (fd_ >= 0) {
        ::shutdown(fd_, SHUT_RDWR);
    }
}

void Interrupter::watch() {
    std::unique_lock lock(mutex_);
    while (!done_) {
        if (changed_.wait_until(lock, deadline_) == std::cv_status::timeout) {
            break;
        }
    }
    const bool late = !done_;
    lock.unlock();
    if (late) {
        interrupt(Reason::Deadline);
    }
}

void throw_if_interrupted(const Interrupter& interrupter) {
    const auto reason = interrupter.reason();
    if (reason == Interrupter::Reason::Cancelled) {
        throw common::fault(ErrorCode::Cancelled, Retry::No, "the request was cancelled");
    }
    // The clock may be past the deadline before the watching thread has noticed.
    if (reason == Interrupter::Reason::Deadline ||
        std::chrono::steady_clock::now() >= interrupter.deadline()) {
        throw common::fault(ErrorCode::Deadline, Retry::Unknown,
                            "the request took longer than its limit");
    }
}

}  // namespace oa::http
