#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>

#include "core/port/event_sink.hpp"
#include "core/port/task_invoker.hpp"
#include "host/engine/job_runner.hpp"
#include "tests/simulation/context.hpp"
#include "tests/simulation/plan.hpp"
#include "tests/simulation/store.hpp"
#include "tests/simulation/witness.hpp"

namespace oa::test {

/// The functions of one host, and the threads that they run on. What a call does follows from the
/// seed, the task, the attempt, the element and its parameters alone, so that the same attempt does
/// the same in whatever host it runs. Each call is held against the records that there are.
class Functions final : public core::TaskInvoker, public host::JobRunner {
public:
    Functions(Context& context, const Plan& plan, const Store& store, Witness& witness)
        : context_(context),
          plan_(plan),
          store_(store),
          witness_(witness),
          events_(context.timeline) {}

    std::shared_ptr<core::CallControl> prepare(std::shared_ptr<const core::Invocation> invocation,
                                               core::CallObserver& observer) override;
    core::Outcome invoke(core::CallControl& call) override;
    /// Of the call that was announced just before.
    void submit(std::shared_ptr<host::Job> job) override;
    void write_off(host::Job& job) override;

    /// The next job is one of this run, task and attempt: as the sink hears it.
    void announce(std::string run_id, std::string task, const core::AttemptRef& attempt);
    /// A run was refused: its calls are not made.
    void forget(const std::string& run_id);
    /// The host has died, and all its threads with it: nothing is called any more.
    void stop();

private:
    class Call;
    struct Announced {
        std::string run_id;
        std::string task;
        core::AttemptRef attempt;
    };

    void begin(Call& call);
    void end(Call& call);
    void check_begin(const Call& call);
    [[nodiscard]] std::shared_ptr<Call> take_announced();

    Context& context_;
    const Plan& plan_;
    const Store& store_;
    Witness& witness_;
    TimersOf events_;
    std::list<std::shared_ptr<Call>> prepared_;
    std::map<host::Job*, std::shared_ptr<Call>> submitted_;
    Announced announced_;
    bool stopped_ = false;
};

}  // namespace oa::test
