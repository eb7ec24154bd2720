#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "host/engine/engine.hpp"
#include "host/engine/quiet_sink.hpp"
#include "tests/simulation/context.hpp"
#include "tests/simulation/functions.hpp"
#include "tests/simulation/plan.hpp"
#include "tests/simulation/store.hpp"
#include "tests/simulation/witness.hpp"

namespace oa::test {

/// The plan owns them, and outlives all worlds.
[[nodiscard]] inline std::shared_ptr<const core::Workflow> unowned(const core::Workflow& workflow) {
    return {std::shared_ptr<const void>(), &workflow};
}

/// Where runs go on when the journal has answered: at once, or a little later.
class Continuations final : public host::JobRunner {
public:
    explicit Continuations(Context& context) : context_(context), events_(context.timeline) {}

    void submit(std::shared_ptr<host::Job> job) override {
        if (at_once_ || chance(context_.random, 50)) {
            job->run();
        } else {
            events_.after(core::Milliseconds{0}, [job = std::move(job)] { job->run(); });
        }
    }
    void write_off(host::Job& /*job*/) override {}
    void stop() { events_.stop(); }
    /// Does what is left.
    void finish() {
        at_once_ = true;
        while (events_.fire_one()) {
        }
    }

private:
    Context& context_;
    TimersOf events_;
    bool at_once_ = false;
};

/// A host from its start to its end: the engine, and all that it works with.
class Life {
public:
    /// `crash` is called where the host dies of an append.
    Life(Context& context,
         const Plan& plan,
         Store& store,
         Witness& witness,
         Faults& faults,
         std::function<void()> crash);

    [[nodiscard]] bool is_dead() const { return dead_; }
    /// Nothing that is still done in it reaches anything outside any more.
    void die();
    /// Ends in good order, if the store answers at once. False: it does not.
    [[nodiscard]] bool stop();
    /// Lets go of what it had in memory. False: something holds on to itself.
    [[nodiscard]] bool dispose(const std::vector<std::string>& runs);
    /// Timers of the engine that have not fired.
    [[nodiscard]] std::size_t timers() const { return timers_.size(); }

    [[nodiscard]] host::RunServices services(const Store& store);

private:
    Context& context_;
    bool dead_ = false;

public:
    StoreAccess access;
    Functions functions;
    TimersOf events;             // of the world outside
    std::set<std::string> open;  // runs that it has been asked for, and whose end it has not told

private:
    TimersOf timers_;
    Continuations continuations_;
    host::QuietSink quiet_;

public:
    std::unique_ptr<host::Engine> engine;
};

}  // namespace oa::test
