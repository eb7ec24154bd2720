// What goes out, and how a connection ends.
#include <utility>

#include "host/http/connection.hpp"
#include "host/http/server_core.hpp"

namespace oa::host::http {

void Connection::push(std::string bytes, TimePoint now) {
    if (output_.empty()) {
        moved_at_ = now;
    }
    output_.push(std::move(bytes));
}

void Connection::flush(TimePoint now) {
    if (output_.empty() || phase_ == Phase::Closed || !transport_.may_write_here()) {
        return;
    }
    const IoResult result = output_.flush(transport_);
    if (result.bytes > 0) {
        moved_at_ = now;
    }
    if (result.status == IoStatus::Broken) {
        close();
        return;
    }
    tell_watches();
}

bool Connection::needs_loop() const {
    return phase_ == Phase::Closed || ends_after_output_ || input_waits_ ||
           (!output_.empty() && !write_is_watched_);
}

void Connection::close() {
    switch (phase_) {
        case Phase::Closed: return;
        case Phase::Streaming: --core_->counters.streams; break;
        case Phase::WebSocket: --core_->counters.web_sockets; break;
        case Phase::Handshake:
        case Phase::Head:
        case Phase::Body:
        case Phase::Handling:
        case Phase::Lingering: break;
    }
    phase_ = Phase::Closed;
    output_.clear();
    tell_watches();
    tell_gone();
    frames_.reset();
    if (const auto strand = std::exchange(strand_, nullptr)) {
        strand->end();
    }
}

void Connection::cut_off(std::string_view why) {
    ++core_->counters.cut_off;
    core_->log.say(ServerLog::Kind::CutOff, LogLevel::Debug, "a client was cut off",
                   peer_ + ": " + std::string(why));
    drop();
}

void Connection::drop() {
    transport_.drop_unsent();
    close();
}

void Connection::tell_watches() {
    for (auto watch = watches_.begin(); watch != watches_.end();) {
        if (output_.size() < watch->low || phase_ == Phase::Closed) {
            core_->workers.submit_call(std::move(watch->call));
            watch = watches_.erase(watch);
        } else {
            ++watch;
        }
    }
}

void Connection::tell_gone() {
    for (Call& call : std::exchange(gone_calls_, {})) {
        core_->workers.submit_call(std::move(call));
    }
}

std::size_t Connection::backlog(std::uint64_t serial) {
    const std::lock_guard lock(mutex_);
    return serial_ == serial ? output_.size() : 0;
}

void Connection::when_below(std::uint64_t serial, std::size_t low, Call call) {
    {
        const std::lock_guard lock(mutex_);
        if (serial_ == serial && phase_ != Phase::Closed && output_.size() >= low) {
            watches_.push_back({low, std::move(call)});
            return;
        }
    }
    core_->workers.submit_call(std::move(call));
}

void Connection::on_gone(std::uint64_t serial, Call call) {
    {
        const std::lock_guard lock(mutex_);
        const bool is_here = phase_ != Phase::Closed && serial_ == serial && !input_ended_;
        if (is_here) {
            if (phase_ == Phase::Handling || phase_ == Phase::Streaming) {
                gone_calls_.push_back(std::move(call));
            }
            return;
        }
    }
    core_->workers.submit_call(std::move(call));
}

}  // namespace oa::host::http
