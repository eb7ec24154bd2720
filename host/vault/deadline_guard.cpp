#include "host/vault/deadline_guard.hpp"

#include <sys/socket.h>

namespace oa::host::vault {

DeadlineGuard::DeadlineGuard(int socket, TimePoint deadline)
    : socket_(socket), deadline_(deadline), watcher_([this] { watch(); }) {}

DeadlineGuard::~DeadlineGuard() {
    {
        const std::scoped_lock lock(mutex_);
        done_ = true;
    }
    changed_.notify_all();
    watcher_.join();
}

bool DeadlineGuard::has_passed() const noexcept {
    // The clock may be past the deadline before the watching thread has noticed.
    return passed_.load() || std::chrono::steady_clock::now() >= deadline_;
}

void DeadlineGuard::watch() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_until(lock, deadline_, [this] { return done_; })) {
        passed_.store(true);
        ::shutdown(socket_, SHUT_RDWR);
    }
}

}  // namespace oa::host::vault
