#include "host/http/connection.hpp"

#include <algorithm>
#include <array>

#include "host/http/server_core.hpp"

namespace oa::host::http {
namespace {

constexpr std::size_t read_max = 64U << 10U;     // bytes at a time
constexpr int secure_reads_a_turn = 16;          // each gives one record
constexpr std::size_t input_max = 64U << 10U;    // bytes that wait for an answer before them
constexpr std::size_t lingered_max = 4U << 20U;  // bytes that are read and dropped
constexpr std::chrono::milliseconds linger_time{2000};

}  // namespace

Connection::Connection(std::shared_ptr<ServerCore> core,
                       Transport transport,
                       std::string peer,
                       std::uint64_t id,
                       Kind kind,
                       TimePoint now)
    : core_(std::move(core)),
      id_(id),
      peer_(std::move(peer)),
      kind_(kind),
      reader_({core_->settings.request_line_max, core_->settings.fields_max,
               core_->settings.head_bytes_max}),
      body_share_(core_->body_budget),
      request_at_(now),
      transport_(std::move(transport)),
      phase_(transport_.is_secure() ? Phase::Handshake : Phase::Head),
      idle_at_(now),
      moved_at_(now) {}

void Connection::on_ready(const Poller::Event& event, TimePoint now) {
    if (event.broken) {
        const std::lock_guard lock(mutex_);
        close();
        return;
    }
    if (!shake_hands()) {
        return;
    }
    {
        const std::lock_guard lock(mutex_);
        read_wants_write_ = false;
        flush(now);
    }
    if (event.readable || event.writable) {
        read_input(now);
    } else if (event.half_closed) {
        end_of_input();
    }
    go_on(now);
}

void Connection::go_on(TimePoint now) {
    bool has_bytes = false;
    {
        const std::lock_guard lock(mutex_);
        if (phase_ == Phase::Handshake || phase_ == Phase::Closed) {
            return;
        }
        flush(now);
        has_bytes = transport_.holds_bytes() && wants_input();
    }
    if (has_bytes) {
        read_input(now);
    }
    process_input(now);
    settle(now);
}

bool Connection::shake_hands() {
    const std::lock_guard lock(mutex_);
    if (phase_ != Phase::Handshake) {
        return phase_ != Phase::Closed;
    }
    const IoStatus status = transport_.shake_hands();
    if (status == IoStatus::Done) {
        phase_ = Phase::Head;
        return true;
    }
    if (status == IoStatus::Broken) {
        core_->log.say(ServerLog::Kind::Handshake, LogLevel::Debug, "a TLS handshake has failed",
                       peer_);
        close();
    }
    read_wants_write_ = status == IoStatus::WantWrite;
    return false;
}

IoResult Connection::read_some(std::span<char> into, bool& has_more) {
    const std::lock_guard lock(mutex_);
    if (phase_ == Phase::Closed || !wants_input()) {
        return {IoStatus::WantRead, 0};
    }
    const IoResult result = transport_.read(into);
    read_wants_write_ = result.status == IoStatus::WantWrite;
    has_more = transport_.holds_bytes();
    if (result.status == IoStatus::Broken) {
        close();
    }
    return result;
}

void Connection::read_input(TimePoint now) {
    thread_local std::array<char, read_max> bytes;
    for (int i = 0; i < secure_reads_a_turn; ++i) {
        bool has_more = false;
        const IoResult result = read_some(bytes, has_more);
        if (result.status == IoStatus::End) {
            end_of_input();
        }
        if (result.status != IoStatus::Done) {
            return;
        }
        take_bytes({bytes.data(), result.bytes}, now);
        if (!has_more) {
            return;
        }
    }
    core_->attend(shared_from_this());
}

void Connection::take_bytes(std::string_view bytes, TimePoint now) {
    {
        const std::lock_guard lock(mutex_);
        if (phase_ == Phase::Lingering) {
            lingered_ += bytes.size();
            if (lingered_ > lingered_max) {
                close();
            }
            return;
        }
        if (phase_ != Phase::WebSocket) {
            input_.append(bytes);
            return;
        }
    }
    receive_frames(bytes, now);
}

// What is still in input_ may be whole requests: process_input() looks.
void Connection::end_of_input() {
    const std::lock_guard lock(mutex_);
    input_ended_ = true;
    if (phase_ == Phase::Handling) {
        tell_gone();
    } else if (phase_ != Phase::Head && phase_ != Phase::Body) {
        close();
    }
}

bool Connection::wants_input() const {
    if (input_ended_ || input_.size() >= input_max) {
        return false;
    }
    return phase_ != Phase::WebSocket || !strand_->is_full();
}

void Connection::settle(TimePoint now) {
    const std::lock_guard lock(mutex_);
    if (ends_after_output_ && output_.empty() && phase_ == Phase::Head) {
        start_lingering(now);
    }
}

void Connection::start_lingering(TimePoint now) {
    if (input_ended_) {
        close();
        return;
    }
    // Closing while the client still sends would take away from it what it has not yet read.
    transport_.end_sending();
    phase_ = Phase::Lingering;
    linger_until_ = now + linger_time;
    input_.clear();
}

Poller::Interest Connection::interest() {
    const std::lock_guard lock(mutex_);
    write_is_watched_ = !output_.empty() || read_wants_write_;
    return {.read = wants_input(), .write = write_is_watched_, .half_close = !input_ended_};
}

Connection::TimePoint Connection::next_timer() {
    const std::lock_guard lock(mutex_);
    return deadline();
}

Connection::TimePoint Connection::deadline() const {
    const HttpServerSettings& settings = core_->settings;
    if (!output_.empty() && phase_ != Phase::WebSocket) {
        return moved_at_ + settings.send_time;
    }
    switch (phase_) {
        case Phase::Handshake: return request_at_ + settings.head_time;
        case Phase::Head:
            return is_fresh_ ? std::max(idle_at_, moved_at_) + settings.idle_time
                             : request_at_ + settings.head_time;
        case Phase::Body:
            return body_at_ + settings.body_grace +
                   std::chrono::milliseconds(1000 * reader_.body_size() /
                                             std::max<std::size_t>(settings.body_rate_min, 1));
        case Phase::WebSocket: {
            const TimePoint due = frames_->has_sent_close() ? close_until_ : ping_at_;
            return output_.empty() ? due : std::min(due, moved_at_ + settings.send_time);
        }
        case Phase::Lingering: return linger_until_;
        case Phase::Handling:
        case Phase::Streaming:
        case Phase::Closed: break;
    }
    return TimePoint::max();
}

void Connection::on_timer(TimePoint now) {
    bool is_slow_reader = false;
    {
        const std::lock_guard lock(mutex_);
        if (deadline() > now) {
            return;
        }
        is_slow_reader = !output_.empty() && moved_at_ + core_->settings.send_time <= now;
        if (is_slow_reader) {
            cut_off("it takes no bytes");
        }
    }
    if (!is_slow_reader) {
        time_is_over(now);
    }
    settle(now);
}

// The phases that are not left alone here are left by the loop only.
void Connection::time_is_over(TimePoint now) {
    std::unique_lock lock(mutex_);
    const Phase phase = phase_;
    if (phase == Phase::Lingering) {
        close();
    } else if (phase == Phase::Head && is_fresh_ && input_.empty()) {
        start_lingering(now);
    } else if (phase == Phase::Handshake || (phase == Phase::Head && input_.empty())) {
        cut_off("it sends no request");
    } else if (phase == Phase::WebSocket) {
        lock.unlock();
        ping(now);
    } else if (phase == Phase::Head || phase == Phase::Body) {
        lock.unlock();
        ++core_->counters.cut_off;
        refuse({408, phase == Phase::Head ? "the head of the request took too long"
                                          : "the body of the request came too slowly"},
               now);
    }
}

bool Connection::is_closed() {
    const std::lock_guard lock(mutex_);
    return phase_ == Phase::Closed;
}

void Connection::release() {
    const std::lock_guard lock(mutex_);
    transport_.close();
}

bool Connection::is_busy() {
    const std::lock_guard lock(mutex_);
    switch (phase_) {
        case Phase::Head: return !output_.empty() || !input_.empty();
        case Phase::Body:
        case Phase::Handling: return true;
        case Phase::Handshake:
        case Phase::Streaming:
        case Phase::WebSocket:
        case Phase::Lingering:
        case Phase::Closed: break;
    }
    return false;
}

void Connection::stop(StopStep step, TimePoint now) {
    if (step == StopStep::Idle) {
        read_input(now);  // what has come by now is still answered
        go_on(now);
    }
    const std::lock_guard lock(mutex_);
    const bool has_time = step == StopStep::Idle;
    switch (phase_) {
        case Phase::Handshake: close(); break;
        case Phase::Head:
            if (output_.empty() && (input_.empty() || !has_time)) {
                close();
            } else if (step == StopStep::All) {
                drop();
            }
            break;
        case Phase::Body:
        case Phase::Handling:
            if (!has_time) {
                drop();
            }
            break;
        case Phase::Streaming:
            if (step == StopStep::Endless) {
                break_off_stream(now);
            }
            break;
        case Phase::WebSocket:
            if (step == StopStep::Endless) {
                push_close(1001, "the server stops", now);
            } else if (step == StopStep::All) {
                drop();
            }
            break;
        case Phase::Lingering:
            if (step == StopStep::All) {
                close();
            }
            break;
        case Phase::Closed: break;
    }
}

}  // namespace oa::host::http
