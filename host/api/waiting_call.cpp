#include "host/api/waiting_call.hpp"

#include <atomic>
#include <mutex>
#include <optional>
#include <utility>

namespace oa::host {

namespace {

class Waiting : public std::enable_shared_from_this<Waiting> {
public:
    Waiting(WaitingCall wanted, std::string run)
        : wanted_(std::move(wanted)), run_(std::move(run)) {}

    void begin(std::optional<std::chrono::milliseconds> patience) {
        number_ = wanted_.runs.ends().wait(run_, [self = shared_from_this()] { self->answer(); });
        if (has_ended()) {
            stop_listening();
            answer();
            return;
        }
        wanted_.call->exchange().on_gone([weak = weak_from_this()] {
            if (const auto self = weak.lock()) {
                self->is_answered_ = true;  // there is nobody to be answered
                self->stop_listening();
                self->drop_timer();
            }
        });
        if (patience) {
            keep(wanted_.timers.set(wanted_.clock.now() + *patience, [weak = weak_from_this()] {
                if (const auto self = weak.lock()) {
                    self->stop_listening();
                    self->answer();
                }
            }));
        }
    }

private:
    // The answer may be faster.
    void keep(const Timers::Token& timer) {
        {
            const std::lock_guard lock(mutex_);
            timer_ = timer;
        }
        if (is_answered_) {
            drop_timer();
        }
    }
    void drop_timer() {
        std::optional<Timers::Token> timer;
        {
            const std::lock_guard lock(mutex_);
            timer = std::exchange(timer_, std::nullopt);
        }
        if (timer) {
            wanted_.timers.drop(*timer);
        }
    }
    // Who tells of the end has let go of it before.
    void stop_listening() { wanted_.runs.ends().drop(run_, number_); }

    bool has_ended() {
        try {
            return wanted_.runs.get(run_).ended.has_value();
        } catch (const std::exception&) {
            return true;  // answer() says what is wrong
        }
    }

    void answer() {
        if (is_answered_.exchange(true)) {
            return;
        }
        drop_timer();
        try {
            wanted_.answer(wanted_.runs.get(run_));
        } catch (const std::exception& error) {
            wanted_.call->refuse(unreadable_run(run_, error));
        }
    }

    WaitingCall wanted_;
    std::string run_;
    std::uint64_t number_ = 0;
    std::atomic<bool> is_answered_{false};
    std::mutex mutex_;
    std::optional<Timers::Token> timer_;
};

}  // namespace

void WaitingCall::wait_for(const std::string& run,
                           std::optional<std::chrono::milliseconds> patience) const {
    std::make_shared<Waiting>(*this, run)->begin(patience);
}

ApiProblem unreadable_run(const std::string& run, const std::exception& error) {
    return {503, "store_unavailable",
            "the run " + run + " has been accepted, and cannot be read: " + error.what()};
}

}  // namespace oa::host
