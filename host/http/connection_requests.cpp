// How the bytes that come in become exchanges. All of it is done by the loop.
#include <exception>
#include <utility>

#include "host/http/connection.hpp"
#include "host/http/exchange.hpp"
#include "host/http/server_core.hpp"

namespace oa::host::http {
namespace {

constexpr int requests_a_turn = 32;             // before other connections have theirs
constexpr std::size_t output_max = 64U << 10U;  // answers that wait before another one is begun

constexpr Refusal no_room{503, "too many requests are waiting"};
constexpr Refusal no_memory{503, "the bodies of all requests together are too large"};
constexpr Refusal surplus{503, "there are too many connections"};
constexpr Refusal failed{500, "the request could not be looked at"};
constexpr Refusal too_short{400, "the request ends before it is whole"};

}  // namespace

// Also notes whether something is left for when the answer before it has been given.
bool Connection::may_read_request() {
    const std::lock_guard lock(mutex_);
    const bool may = (phase_ == Phase::Head || phase_ == Phase::Body) && !ends_after_output_ &&
                     output_.size() < output_max;
    input_waits_ = !may && !input_.empty();
    return may;
}

void Connection::process_input(TimePoint now) {
    hand_over_input(now);
    if (kind_ == Kind::Surplus && may_read_request()) {
        refuse(surplus, now);
    }
    for (int i = 0; i < requests_a_turn; ++i) {
        if (!may_read_request()) {
            return;
        }
        if (is_fresh_ && !input_.empty()) {
            is_fresh_ = false;
            request_at_ = now;
        }
        switch (reader_.read(input_)) {
            case RequestReader::Step::More:
                if (has_room_for_body(now)) {
                    input_has_ended(now);
                }
                return;
            case RequestReader::Step::Head: admit(now); break;
            case RequestReader::Step::Whole:
                if (has_room_for_body(now)) {
                    start_exchange(now);
                }
                break;
            case RequestReader::Step::Refused:
                ++core_->counters.bad_requests;
                refuse(reader_.refusal(), now);
                return;
        }
    }
    core_->attend(shared_from_this());
}

// What came behind the head that has begun a WebSocket is frames.
void Connection::hand_over_input(TimePoint now) {
    {
        const std::lock_guard lock(mutex_);
        if (phase_ != Phase::WebSocket || input_.empty()) {
            return;
        }
    }
    receive_frames(input_.view(), now);
    input_.clear();
}

// A head or a body that is cut short is never taken for a whole one.
void Connection::input_has_ended(TimePoint now) {
    bool is_cut_short = false;
    {
        const std::lock_guard lock(mutex_);
        if (!input_ended_) {
            return;
        }
        is_cut_short = reader_.in_body() || !input_.empty();
        ends_after_output_ = !is_cut_short;
    }
    if (is_cut_short) {
        ++core_->counters.bad_requests;
        refuse(too_short, now);
    }
}

void Connection::identify(HttpRequest& request) {
    request.peer = peer_;
    request.scheme = transport_.is_secure() ? "https" : "http";
    request.id = core_->request_id(request.fields);
}

AnswerPlan Connection::plan(TimePoint now) const {
    return {.serial = 0,
            .is_head = reader_.request().method == "HEAD",
            .minor = reader_.minor(),
            .keeps_alive = reader_.keeps_alive(),
            .began = now};
}

void Connection::admit(TimePoint now) {
    HttpRequest& request = reader_.request();
    identify(request);
    HttpAdmission admission;
    try {
        const ApplicationGate::Use application(core_->gate);
        if (!application) {
            return;
        }
        admission = application->admit(request);
    } catch (const std::exception& error) {
        core_->log.say(ServerLog::Kind::HandlerFailed, LogLevel::Error,
                       "a request could not be looked at", error.what());
        admission.refusal = core_->refusal(failed.status, failed.detail, request);
    }
    if (admission.refusal) {
        const bool is_drained = reader_.drain(input_);
        send_refusal(*admission.refusal, is_drained, now);
        if (is_drained) {
            static_cast<void>(reader_.take());
            is_fresh_ = true;
        }
        return;
    }
    if (!reader_.accept(admission.body_max)) {
        refuse(reader_.refusal(), now);
        return;
    }
    context_ = std::move(admission.context);
    is_quick_ = admission.is_quick;
    await_body(now);
}

void Connection::await_body(TimePoint now) {
    body_at_ = now;
    const std::lock_guard lock(mutex_);
    phase_ = Phase::Body;
    if (reader_.expects_continue() && input_.empty()) {
        push("HTTP/1.1 100 Continue\r\n\r\n", now);
        flush(now);
    }
}

bool Connection::has_room_for_body(TimePoint now) {
    if (body_share_.grow_to(reader_.body_size())) {
        return true;
    }
    refuse(no_memory, now);
    return false;
}

void Connection::start_exchange(TimePoint now) {
    AnswerPlan answer = plan(now);
    {
        const std::lock_guard lock(mutex_);
        phase_ = Phase::Handling;
        answer.serial = ++serial_;
        ++requests_;
        if (input_ended_) {
            tell_gone();
        }
    }
    ++core_->counters.requests;
    is_fresh_ = true;
    auto exchange = std::make_shared<Exchange>(core_, shared_from_this(), answer, reader_.take(),
                                               body_share_, std::exchange(context_, {}));
    if (is_quick_) {
        Exchange::handle(std::move(exchange));
    } else if (!core_->workers.submit_request([exchange] { Exchange::handle(exchange); })) {
        exchange->refuse(no_room);
    }
}

void Connection::refuse(const Refusal& refusal, TimePoint now) {
    if (reader_.request().id.empty()) {
        identify(reader_.request());
    }
    send_refusal(core_->refusal(refusal.status, refusal.detail, reader_.request()), false, now);
}

void Connection::send_refusal(HttpResponse response, bool keeps_alive, TimePoint now) {
    AnswerPlan answer = plan(now);
    core_->complete(reader_.request(), response.fields);
    answer.keeps_alive = answer.keeps_alive && keeps_alive;
    {
        const std::lock_guard lock(mutex_);
        if (phase_ == Phase::Closed) {
            return;
        }
        push_answer(answer, reader_.request(), response, now);
    }
    if (const ApplicationGate::Use application(core_->gate); application) {
        application->answered(reader_.request(), response.status, response.body.size(),
                              std::chrono::steady_clock::now() - now);
    }
}

}  // namespace oa::host::http
