#include "host/client/interruption.hpp"

#include <sys/socket.h>

namespace oa::host::client {

void Interruption::raise() {
    const std::lock_guard lock(mutex_);
    is_raised_ = true;
    if (socket_ >= 0) {
        ::shutdown(socket_, SHUT_RDWR);
    }
    changed_.notify_all();
}

bool Interruption::is_raised() const {
    const std::lock_guard lock(mutex_);
    return is_raised_;
}

bool Interruption::wait_for(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, time, [this] { return is_raised_; });
}

SocketWatch::SocketWatch(Interruption& interruption, int descriptor) : interruption_(interruption) {
    const std::lock_guard lock(interruption_.mutex_);
    interruption_.socket_ = descriptor;
    if (interruption_.is_raised_) {
        ::shutdown(descriptor, SHUT_RDWR);
    }
}

SocketWatch::~SocketWatch() {
    const std::lock_guard lock(interruption_.mutex_);
    interruption_.socket_ = -1;
}

}  // namespace oa::host::client
