// The end of a server, step by step.
#include <algorithm>

#include "host/http/server_loop.hpp"

namespace oa::host::http {
namespace {

constexpr std::chrono::milliseconds closing_time{1000};  // for last words and closing handshakes

}  // namespace

void ServerLoop::stop_all(Connection::StopStep step, TimePoint now) {
    std::vector<std::uint64_t> ids;
    ids.reserve(connections_.size());
    for (const auto& [id, entry] : connections_) {
        ids.push_back(id);
    }
    for (const std::uint64_t id : ids) {
        connections_.at(id).connection->stop(step, now);
        settle(id, now);
    }
}

bool ServerLoop::is_busy() const {
    return std::any_of(connections_.begin(), connections_.end(),
                       [](const auto& entry) { return entry.second.connection->is_busy(); });
}

// Those whom the system has accepted in our name are still served.
void ServerLoop::start_stopping(TimePoint now) {
    for (Listener& listener : listeners_) {
        accept_some(listener, now);
        core_->poller.remove(listener.descriptor());
        listener.close();
    }
    accepting_ = true;  // nothing will be watched again
    stop_ = Stop::Grace;
    stop_all(Connection::StopStep::Idle, now);
}

void ServerLoop::go_on_stopping(TimePoint now) {
    if (stop_ == Stop::No) {
        start_stopping(now);
    }
    TimePoint grace_ends;
    {
        const std::lock_guard lock(mutex_);
        grace_ends = stop_at_;
    }
    if (stop_ == Stop::Grace && (grace_ends <= now || !is_busy())) {
        stop_ = Stop::Closing;
        closing_until_ = now + closing_time;
        stop_all(Connection::StopStep::Endless, now);
    }
    if (stop_ == Stop::Closing && (connections_.empty() || closing_until_ <= now)) {
        stop_all(Connection::StopStep::All, now);
        is_over_ = true;
    }
}

}  // namespace oa::host::http
