#include "host/http/server_loop.hpp"

#include <algorithm>
#include <csignal>
#include <utility>

#include <pthread.h>

namespace oa::host::http {
namespace {

std::uint64_t first_connection_id(const std::vector<Listener>& listeners) {
    return listeners.size() + 1;  // 0 is the poller's, and then each listener has one
}

}  // namespace

ServerLoop::ServerLoop(std::shared_ptr<ServerCore> core,
                       std::vector<Listener> listeners,
                       Poco::Net::Context::Ptr context)
    : core_(std::move(core)),
      listeners_(std::move(listeners)),
      next_id_(first_connection_id(listeners_)),
      context_(std::move(context)) {
    for (std::size_t i = 0; i < listeners_.size(); ++i) {
        core_->poller.add(listeners_[i].descriptor(), i + 1, {.read = true});
    }
}

void ServerLoop::use_context(Poco::Net::Context::Ptr context) {
    const std::lock_guard lock(mutex_);
    context_.swap(context);
}

void ServerLoop::stop(std::chrono::milliseconds grace) {
    {
        const std::lock_guard lock(mutex_);
        stop_at_ = std::min(stop_at_, std::chrono::steady_clock::now() + grace);
    }
    core_->stopping = true;
    core_->poller.wake();
}

void ServerLoop::run() {
    sigset_t pipe{};
    ::sigemptyset(&pipe);
    ::sigaddset(&pipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    core_->enter_loop();
    while (!is_over_) {
        turn();
    }
    core_->close_mailbox();
}

std::optional<std::chrono::milliseconds> ServerLoop::patience() const {
    if (core_->has_attended()) {
        return std::chrono::milliseconds(0);
    }
    TimePoint next = timers_.next().value_or(TimePoint::max());
    if (!accepting_) {
        next = std::min(next, accept_again_);
    }
    if (stop_ == Stop::Closing) {
        next = std::min(next, closing_until_);
    } else if (core_->stopping) {
        const std::lock_guard lock(mutex_);
        next = std::min(next, stop_at_);
    }
    if (next == TimePoint::max()) {
        return std::nullopt;
    }
    return std::max(std::chrono::milliseconds(0), std::chrono::ceil<std::chrono::milliseconds>(
                                                      next - std::chrono::steady_clock::now()));
}

void ServerLoop::turn() {
    const std::vector<Poller::Event>& events = core_->poller.wait(patience());
    const TimePoint now = std::chrono::steady_clock::now();
    for (const Poller::Event& event : events) {
        if (event.id <= listeners_.size()) {
            accept_some(listeners_[event.id - 1], now);
            continue;
        }
        const auto found = connections_.find(event.id);
        if (found != connections_.end()) {
            found->second.connection->on_ready(event, now);
            settle(event.id, now);
        }
    }
    attend_all(now);
    run_timers(now);
    if (!accepting_ && accept_again_ <= now) {
        watch_listeners();
    }
    if (core_->stopping) {
        go_on_stopping(now);
    }
}

void ServerLoop::attend_all(TimePoint now) {
    for (const auto& connection : core_->take_attended()) {
        if (connections_.contains(connection->id())) {
            connection->go_on(now);
            settle(connection->id(), now);
        }
    }
}

void ServerLoop::run_timers(TimePoint now) {
    while (const auto id = timers_.pop_due(now)) {
        const auto found = connections_.find(*id);
        if (found != connections_.end()) {
            found->second.connection->on_timer(now);
            settle(*id, now);
        }
    }
}

void ServerLoop::settle(std::uint64_t id, TimePoint now) {
    Entry& entry = connections_.at(id);
    if (entry.connection->is_closed()) {
        remove(id);
        return;
    }
    const Poller::Interest interest = entry.connection->interest();
    if (!(interest == entry.interest)) {
        entry.interest = interest;
        core_->poller.change(entry.connection->descriptor(), id, interest);
    }
    // An answer makes a connection idle without telling the loop, so one that waits for nothing is
    // looked at as often as an idle one may last: never later than it has to be.
    timers_.at_latest(id,
                      std::min(entry.connection->next_timer(), now + core_->settings.idle_time));
}

void ServerLoop::remove(std::uint64_t id) {
    const auto found = connections_.find(id);
    const std::shared_ptr<Connection> connection = std::move(found->second.connection);
    connections_.erase(found);
    timers_.erase(id);
    core_->poller.remove(connection->descriptor());
    connection->release();
    if (connection->kind() == Connection::Kind::Surplus) {
        --surplus_;
        return;
    }
    --core_->counters.connections;
    const auto peer = peers_.find(connection->peer());
    if (--peer->second == 0) {
        peers_.erase(peer);
    }
}

}  // namespace oa::host::http
