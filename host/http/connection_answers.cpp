// What exchanges and their streams do to a connection, from any thread.
#include <array>
#include <charconv>
#include <utility>

#include "host/http/connection.hpp"
#include "host/http/response_head.hpp"
#include "host/http/server_core.hpp"

namespace oa::host::http {
namespace {

constexpr std::size_t joined_max = 16384;  // bytes of a body that are worth a copy

std::chrono::steady_clock::time_point right_now() {
    return std::chrono::steady_clock::now();
}

}  // namespace

bool Connection::keeps_alive(const AnswerPlan& plan, const HttpResponse& response) const {
    return plan.keeps_alive && !response.close && !core_->stopping &&
           requests_ < core_->settings.requests_per_connection && (!input_ended_ || input_waits_);
}

void Connection::push_answer(const AnswerPlan& plan,
                             const HttpRequest& request,
                             HttpResponse response,
                             TimePoint now) {
    using Body = ResponseFrame::Body;
    const bool is_kept = keeps_alive(plan, response);
    const bool has_body = !has_no_body(response.status);
    std::string bytes = response_head(response,
                                      {.body = has_body ? Body::Length : Body::None,
                                       .length = response.body.size(),
                                       .keeps_alive = is_kept,
                                       .minor = plan.minor,
                                       .id = request.id},
                                      core_->settings.fields);
    if (has_body && !plan.is_head) {
        if (response.body.size() > joined_max) {
            push(std::move(bytes), now);
            bytes = std::move(response.body);
        } else {
            bytes += response.body;
        }
    }
    push(std::move(bytes), now);
    finish_answer(is_kept, now);
}

void Connection::finish_answer(bool is_kept, TimePoint now) {
    phase_ = Phase::Head;
    idle_at_ = now;
    ends_after_output_ = !is_kept;
    flush(now);
}

void Connection::respond(const AnswerPlan& plan,
                         const HttpRequest& request,
                         HttpResponse response) {
    std::vector<Call> gone_calls;  // may hold exchanges: they end without the lock
    bool needs_attention = false;
    const TimePoint now = right_now();
    const int status = response.status;
    const std::size_t size = response.body.size();
    core_->complete(request, response.fields);
    {
        const std::lock_guard lock(mutex_);
        if (!is_current(Phase::Handling, plan.serial)) {
            return;
        }
        gone_calls.swap(gone_calls_);
        push_answer(plan, request, std::move(response), now);
        needs_attention = needs_loop();
    }
    if (const ApplicationGate::Use application(core_->gate); application) {
        application->answered(request, status, size, now - plan.began);
    }
    if (needs_attention) {
        core_->attend(shared_from_this());
    }
}

bool Connection::begin_stream(const AnswerPlan& plan,
                              const HttpRequest& request,
                              HttpResponse head) {
    using Body = ResponseFrame::Body;
    bool needs_attention = false;
    core_->complete(request, head.fields);
    const TimePoint now = right_now();
    {
        const std::lock_guard lock(mutex_);
        if (!is_current(Phase::Handling, plan.serial)) {
            return false;
        }
        ++core_->counters.streams;
        phase_ = Phase::Streaming;
        stream_body_ = StreamBody::None;
        if (!plan.is_head && !has_no_body(head.status)) {
            stream_body_ = plan.minor == 1 ? StreamBody::Chunked : StreamBody::UntilClose;
        }
        stream_is_kept_ = keeps_alive(plan, head) && stream_body_ != StreamBody::UntilClose;
        const Body body = stream_body_ == StreamBody::Chunked ? Body::Chunked : Body::None;
        push(response_head(head,
                           {.body = body,
                            .keeps_alive = stream_is_kept_,
                            .minor = plan.minor,
                            .id = request.id},
                           core_->settings.fields),
             now);
        push_chunk(head.body, now);
        flush(now);
        if (input_ended_) {
            close();
        }
        needs_attention = needs_loop();
    }
    if (const ApplicationGate::Use application(core_->gate); application) {
        application->answered(request, head.status, head.body.size(), now - plan.began);
    }
    if (needs_attention) {
        core_->attend(shared_from_this());
    }
    return true;
}

void Connection::push_chunk(std::string_view bytes, TimePoint now) {
    if (bytes.empty() || stream_body_ == StreamBody::None) {
        return;
    }
    if (stream_body_ == StreamBody::UntilClose) {
        push(std::string(bytes), now);
        return;
    }
    std::array<char, 18> size{};
    const auto end = std::to_chars(size.data(), size.data() + size.size(), bytes.size(), 16);
    std::string chunk;
    chunk.reserve(bytes.size() + size.size() + 4);
    chunk.append(size.data(), end.ptr);
    chunk += "\r\n";
    chunk += bytes;
    chunk += "\r\n";
    push(std::move(chunk), now);
}

bool Connection::write_stream(std::uint64_t serial, std::string_view bytes) {
    bool needs_attention = false;
    bool is_there = false;
    {
        const std::lock_guard lock(mutex_);
        if (!is_current(Phase::Streaming, serial)) {
            return false;
        }
        const bool was_empty = output_.empty();
        const TimePoint now = right_now();
        push_chunk(bytes, now);
        if (was_empty) {
            flush(now);
        }
        if (output_.size() > core_->settings.backlog_max) {
            cut_off("it takes a stream too slowly");
        }
        needs_attention = needs_loop();
        is_there = phase_ != Phase::Closed;
    }
    if (needs_attention) {
        core_->attend(shared_from_this());
    }
    return is_there;
}

void Connection::end_stream(std::uint64_t serial) {
    std::vector<Call> gone_calls;
    {
        const std::lock_guard lock(mutex_);
        if (!is_current(Phase::Streaming, serial)) {
            return;
        }
        --core_->counters.streams;
        gone_calls.swap(gone_calls_);
        const TimePoint now = right_now();
        if (stream_body_ == StreamBody::Chunked) {
            push("0\r\n\r\n", now);
        }
        finish_answer(stream_is_kept_ && !core_->stopping, now);
        if (!needs_loop()) {
            return;
        }
    }
    core_->attend(shared_from_this());
}

void Connection::abandon_stream(std::uint64_t serial) {
    {
        const std::lock_guard lock(mutex_);
        if (!is_current(Phase::Streaming, serial)) {
            return;
        }
        break_off_stream(right_now());
    }
    core_->attend(shared_from_this());
}

void Connection::break_off_stream(TimePoint now) {
    --core_->counters.streams;
    tell_gone();
    finish_answer(false, now);
}

}  // namespace oa::host::http
