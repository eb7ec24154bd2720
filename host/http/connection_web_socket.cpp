// A connection that has become a WebSocket.
#include <utility>

#include "host/http/connection.hpp"
#include "host/http/response_head.hpp"
#include "host/http/server_core.hpp"

namespace oa::host::http {
namespace {

constexpr std::chrono::milliseconds close_time{2000};  // for the other side's close

}  // namespace

bool Connection::begin_web_socket(const AnswerPlan& plan,
                                  const HttpRequest& request,
                                  const HttpResponse& head,
                                  WebSocketListener listener) {
    const TimePoint now = std::chrono::steady_clock::now();
    {
        const std::lock_guard lock(mutex_);
        if (!is_current(Phase::Handling, plan.serial) || input_ended_) {
            return false;
        }
        ++core_->counters.web_sockets;
        phase_ = Phase::WebSocket;
        frames_ = std::make_unique<WebSocketFrames>(core_->settings.message_max);
        strand_ = std::make_shared<WebSocketStrand>(core_, std::move(listener),
                                                    [weak = weak_from_this(), core = core_] {
                                                        if (auto self = weak.lock()) {
                                                            core->attend(std::move(self));
                                                        }
                                                    });
        ping_at_ = now + core_->settings.ping_every;
        push(response_head(
                 head,
                 {.body = ResponseFrame::Body::None, .connection = "Upgrade", .id = request.id},
                 core_->settings.fields),
             now);
        flush(now);
    }
    if (const ApplicationGate::Use application(core_->gate); application) {
        application->answered(request, head.status, 0, now - plan.began);
    }
    core_->attend(shared_from_this());
    return true;
}

void Connection::receive_frames(std::string_view bytes, TimePoint now) {
    const std::lock_guard lock(mutex_);
    if (phase_ != Phase::WebSocket) {
        return;
    }
    std::string out;
    std::vector<std::string> texts;
    frames_->receive(bytes, out, texts);
    for (std::string& text : texts) {
        strand_->post(std::move(text));
    }
    push_frames(std::move(out), now);
    if (phase_ == Phase::WebSocket && frames_->is_over()) {
        leave_web_socket(now);
    }
}

// What waits is bounded, whoever has caused it: messages of ours, or pongs that nobody takes.
void Connection::push_frames(std::string bytes, TimePoint now) {
    const bool was_empty = output_.empty();
    push(std::move(bytes), now);
    if (was_empty) {
        flush(now);
    }
    if (output_.size() > core_->settings.backlog_max) {
        cut_off("it takes the messages of a WebSocket too slowly");
    }
}

// What is told to many comes in bursts: the loop sends at once what has gathered until it gets
// here, which takes it a moment, and saves a call of the system for each message.
bool Connection::gather_frames(std::string bytes, TimePoint now) {
    constexpr std::size_t gathered_max = std::size_t{64} << 10U;
    if (output_.size() > gathered_max) {
        push_frames(std::move(bytes), now);
        flush(now);
        return needs_loop();
    }
    const bool was_empty = output_.empty();
    push(std::move(bytes), now);
    return was_empty || needs_loop();
}

// The connection ends once all is sent.
void Connection::leave_web_socket(TimePoint now) {
    --core_->counters.web_sockets;
    frames_.reset();
    std::exchange(strand_, nullptr)->end();
    finish_answer(false, now);
}

void Connection::ping(TimePoint now) {
    const std::lock_guard lock(mutex_);
    if (phase_ != Phase::WebSocket) {
        return;
    }
    if (frames_->has_sent_close()) {
        cut_off("it does not close its WebSocket");
    } else if (frames_->awaits_pong()) {
        cut_off("it does not answer a ping");
    } else {
        std::string out;
        frames_->send_ping(out);
        ping_at_ = now + core_->settings.ping_every;
        push_frames(std::move(out), now);
    }
}

bool Connection::send_text(std::uint64_t serial, std::string_view text) {
    bool needs_attention = false;
    bool is_there = false;
    {
        const std::lock_guard lock(mutex_);
        if (!is_current(Phase::WebSocket, serial) || frames_->has_sent_close()) {
            return false;
        }
        std::string out;
        frames_->send_text(text, out);
        needs_attention = gather_frames(std::move(out), std::chrono::steady_clock::now());
        is_there = phase_ == Phase::WebSocket;
    }
    if (needs_attention) {
        core_->attend(shared_from_this());
    }
    return is_there;
}

void Connection::close_web_socket(std::uint64_t serial,
                                  std::uint16_t code,
                                  std::string_view reason) {
    {
        const std::lock_guard lock(mutex_);
        if (!is_current(Phase::WebSocket, serial) || frames_->has_sent_close()) {
            return;
        }
        push_close(code, reason, std::chrono::steady_clock::now());
    }
    core_->attend(shared_from_this());
}

void Connection::push_close(std::uint16_t code, std::string_view reason, TimePoint now) {
    std::string out;
    frames_->send_close(code, reason, out);
    close_until_ = now + close_time;
    push_frames(std::move(out), now);
}

}  // namespace oa::host::http
