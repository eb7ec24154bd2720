#include "tests/simulation/functions.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <boost/json.hpp>

namespace oa::test {

namespace {

namespace json = boost::json;
using core::Milliseconds;

std::uint64_t mix(std::uint64_t value) {
    value ^= value >> 33U;
    value *= 0xFF51AFD7ED558CCDULL;
    value ^= value >> 33U;
    value *= 0xC4CEB9FE1A85EC53ULL;
    return value ^ (value >> 33U);
}

std::uint64_t mix(std::uint64_t value, std::string_view text) {
    for (const char byte : text) {
        value = (value ^ static_cast<unsigned char>(byte)) * 0x100000001B3ULL;
    }
    return mix(value);
}

/// Of a run within a run. The other numbers in its name depend on the order in which things
/// happened.
std::uint32_t attempt_of_run(std::string_view run_id) {
    const std::size_t slash = run_id.rfind('/');
    return slash == std::string_view::npos
               ? 1
               : static_cast<std::uint32_t>(run_id.back() - '0');  // there are never ten
}

bool is_again(std::string_view run_id) {
    return run_id.substr(0, run_id.find('/')).ends_with("-again");
}

}  // namespace

class Functions::Call final : public core::CallControl {
public:
    Call(Functions& functions,
         std::shared_ptr<const core::Invocation> call_invocation,
         core::CallObserver& call_observer)
        : invocation(std::move(call_invocation)),
          observer(call_observer),
          thing(mix(mix(functions.plan_.seed, invocation->task), *invocation->params) +
                invocation->element.value_or(77)),
          draw(mix(mix(thing + 1) + invocation->attempt)),
          functions_(functions) {}

    void cancel() override {
        if (cancelled || functions_.stopped_ || !heeds_cancel()) {
            return;
        }
        cancelled = true;
        if (begun && job) {
            functions_.events_.drop(timer);
            timer = functions_.events_.after(Milliseconds{1}, [this] { functions_.end(*this); });
        }
    }
    void abandon() override {}

    [[nodiscard]] Witness::Which which() const {
        return {invocation->idempotency_key, invocation->attempt};
    }
    [[nodiscard]] Milliseconds takes() const {
        return cancelled ? Milliseconds{0}
                         : Milliseconds{(draw >> 8U) % functions_.plan_.behaviour.takes_max_ms};
    }
    [[nodiscard]] bool logs() const {
        return (draw >> 40U) % 100 < functions_.plan_.behaviour.logs_percent;
    }
    /// The same in every attempt at a run that fails for so few; in later ones for fewer.
    [[nodiscard]] bool fails() const {
        const Behaviour& behaviour = functions_.plan_.behaviour;
        const std::string& run = invocation->run_id;
        return (draw >> 16U) % 100 < (is_again(run)
                                          ? behaviour.fails_again_percent
                                          : behaviour.fails_percent / attempt_of_run(run));
    }
    [[nodiscard]] core::Outcome outcome() const {
        core::Outcome outcome;
        if (cancelled) {
            outcome.failure = core::Failure{.code = "cancelled", .message = "told to stop"};
        } else if (fails()) {
            core::Failure failure{.code = "unavailable", .message = "no luck"};
            failure.retryable = (draw >> 32U) % 100 < 70;
            failure.retry_after_ms = (draw >> 36U) % 10 == 0 ? 1'500 : 0;
            outcome.failure = std::move(failure);
            if ((draw >> 44U) % 4 == 0) {
                outcome.output = "half of it";
            }
        } else {
            json::array list;
            for (std::uint64_t left = thing % 4; left > 0; --left) {
                list.push_back((thing >> (8U * left)) % 10);
            }
            outcome.output = json::object{{"v", thing % 1'000}, {"list", std::move(list)}};
        }
        return outcome;
    }

    const std::shared_ptr<const core::Invocation> invocation;
    core::CallObserver& observer;
    const std::uint64_t thing;  // what it does, in whatever attempt
    const std::uint64_t draw;   // how it does that in this one
    std::shared_ptr<host::Job> job;
    host::Timers::Token timer;  // of its beginning, then of its end
    bool begun = false;
    bool cancelled = false;

private:
    [[nodiscard]] bool heeds_cancel() const {
        return (draw >> 48U) % 100 >= functions_.plan_.behaviour.ignores_cancel_percent;
    }

    Functions& functions_;
};

std::shared_ptr<core::CallControl> Functions::prepare(
    std::shared_ptr<const core::Invocation> invocation, core::CallObserver& observer) {
    prepared_.push_back(std::make_shared<Call>(*this, std::move(invocation), observer));
    return prepared_.back();
}

core::Outcome Functions::invoke(core::CallControl& call) {
    return static_cast<Call&>(call).outcome();
}

void Functions::announce(std::string run_id, std::string task, const core::AttemptRef& attempt) {
    announced_ = {std::move(run_id), std::move(task), attempt};
}

std::shared_ptr<Functions::Call> Functions::take_announced() {
    const auto found = std::find_if(prepared_.begin(), prepared_.end(), [&](const auto& call) {
        const core::Invocation& made = *call->invocation;
        return made.run_id == announced_.run_id && made.task == announced_.task &&
               made.attempt == announced_.attempt.attempt &&
               made.element == announced_.attempt.element;
    });
    if (found == prepared_.end()) {
        return nullptr;
    }
    std::shared_ptr<Call> call = std::move(*found);
    prepared_.erase(found);
    return call;
}

void Functions::submit(std::shared_ptr<host::Job> job) {
    if (stopped_) {
        return;
    }
    const std::shared_ptr<Call> call = take_announced();
    if (!call) {
        context_.breach("a call is made that nobody was told of");
        return;
    }
    submitted_[job.get()] = call;
    call->job = std::move(job);
    const Milliseconds wait{below(context_.random, plan_.behaviour.waits_max_ms + 1)};
    call->timer = events_.after(wait, [this, call = call.get()] { begin(*call); });
}

void Functions::write_off(host::Job& job) {
    const auto found = submitted_.find(&job);
    if (found != submitted_.end() && !found->second->begun) {
        events_.drop(found->second->timer);
        found->second->job.reset();  // which holds the call
        submitted_.erase(found);
    }
}

void Functions::begin(Call& call) {
    call.begun = true;
    ++context_.figures.calls;
    check_begin(call);
    const core::Invocation& invocation = *call.invocation;
    Witness::Call& seen = witness_.at(call.which());
    seen.run_id = invocation.run_id;
    seen.task = invocation.task;
    seen.params = *invocation.params;
    seen.last_life = context_.life;
    seen.last_begin = witness_.next();
    seen.first_begin = seen.begins == 0 ? seen.last_begin : seen.first_begin;
    ++seen.begins;
    if (call.logs()) {
        call.observer.log(invocation, core::TaskLogLevel::Info, "it begins", "");
    }
    call.timer = events_.after(call.takes(), [this, call = &call] { end(*call); });
}

// Only what is on record begins; the same attempt once more only where a host has died, and it may.
void Functions::check_begin(const Call& call) {
    const core::Invocation& invocation = *call.invocation;
    const Witness::Which which = call.which();
    const std::string name = which.first + " #" + std::to_string(which.second);
    context_.trace("begin " + name + " " + *invocation.params);
    const RunAudit* audit = store_.audit(invocation.run_id);
    if (audit == nullptr || !audit->in_flight(which)) {
        context_.breach("a call begins that is not on record, or has ended there: " + name);
        return;
    }
    const Witness::Call* seen = witness_.find(which);
    if (seen == nullptr) {
        return;
    }
    ++context_.figures.calls_again;
    if (seen->last_life == context_.life) {
        context_.breach("a host makes a call twice: " + name);
    }
    if (audit->forbids_again(which)) {
        context_.breach("a call is made again although it is not idempotent: " + name);
    }
    if (seen->params != *invocation.params) {
        context_.breach("a call is made again with other parameters: " + name + " had " +
                        seen->params + ", has " + *invocation.params);
    }
}

void Functions::end(Call& call) {
    const auto place = submitted_.find(call.job.get());
    const std::shared_ptr<Call> kept = std::move(place->second);
    submitted_.erase(place);
    const Witness::Which which = call.which();
    Witness::Call& seen = witness_.at(which);
    const bool succeeded = !call.cancelled && !call.fails();
    context_.trace("end " + which.first + " #" + std::to_string(which.second) +
                   (call.cancelled ? " cancelled"
                    : succeeded    ? ""
                                   : " failed"));
    seen.ended = true;
    seen.succeeded = seen.succeeded || succeeded;
    seen.last_end = witness_.next();
    std::exchange(call.job, nullptr)->run();
}

void Functions::forget(const std::string& run_id) {
    prepared_.remove_if([&](const auto& call) { return call->invocation->run_id == run_id; });
}

void Functions::stop() {
    stopped_ = true;
    events_.forget();
    for (auto& [job, call] : submitted_) {
        call->job.reset();  // it holds the run, which holds the call
    }
    submitted_.clear();
    prepared_.clear();
}

}  // namespace oa::test
