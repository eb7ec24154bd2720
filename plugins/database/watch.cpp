#include "watch.hpp"

namespace oa::database {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds ask_again(50);
constexpr milliseconds patience(600);  // a call has a second to end after it was cancelled

}  // namespace

Watch::Watch(Connection& connection) : connection_(&connection), thread_([this] { run(); }) {}

Watch::~Watch() {
    {
        const std::scoped_lock lock(mutex_);
        done_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void Watch::cancel() noexcept {
    {
        const std::scoped_lock lock(mutex_);
        if (reason_ == Reason::None) {
            reason_ = Reason::Cancelled;
        }
    }
    changed_.notify_all();
}

void Watch::arm(std::optional<milliseconds> limit) {
    {
        const std::scoped_lock lock(mutex_);
        deadline_.reset();
        if (limit) {
            deadline_ = steady_clock::now() + *limit;
        }
    }
    changed_.notify_all();
}

Watch::Reason Watch::reason() const {
    const std::scoped_lock lock(mutex_);
    return reason_;
}

void Watch::run() {
    std::unique_lock lock(mutex_);
    while (!done_ && reason_ == Reason::None) {
        if (!deadline_) {
            changed_.wait(lock);
        } else if (steady_clock::now() >= *deadline_) {
            reason_ = Reason::Deadline;
        } else {
            const auto until = *deadline_;
            changed_.wait_until(lock, until);
        }
    }
    interrupt(lock);
}

void Watch::interrupt(std::unique_lock<std::mutex>& lock) {
    const auto sever_at = steady_clock::now() + patience;
    bool severed = false;
    while (!done_) {
        lock.unlock();  // neither of them needs it, and reason() is asked meanwhile
        if (steady_clock::now() < sever_at) {
            connection_->cancel();
        } else if (!severed) {
            severed = true;
            connection_->sever();
        }
        lock.lock();
        changed_.wait_for(lock, ask_again, [this] { return done_; });
    }
}

}  // namespace oa::database
