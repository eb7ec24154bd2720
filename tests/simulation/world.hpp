#pragma once

#include <map>
#include <memory>
#include <string>

#include <boost/json/object.hpp>

#include "core/run/report.hpp"
#include "host/engine/engine.hpp"
#include "tests/simulation/context.hpp"
#include "tests/simulation/life.hpp"
#include "tests/simulation/plan.hpp"
#include "tests/simulation/store.hpp"
#include "tests/simulation/witness.hpp"

namespace oa::test {

/// How a run ended, as its report and its variables tell.
struct RunResult {
    core::RunReport report;
    boost::json::object variables;
};

struct WorldOptions {
    bool faults = true;
    /// Runs that are done again take over what was done; otherwise they do all of it again.
    bool reuse = true;
    bool tracing = false;
};

/// Runs all that a plan holds on a host that dies and comes back, until every run has ended.
class World {
public:
    World(const Plan& plan, const WorldOptions& options);
    World(const World&) = delete;
    World& operator=(const World&) = delete;
    ~World() = default;

    void run();

    [[nodiscard]] Context& context() { return context_; }
    [[nodiscard]] const Store& store() const { return store_; }
    [[nodiscard]] const Witness& witness() const { return witness_; }
    /// As the host that ended the run told it; not those of which no host came to tell.
    [[nodiscard]] const std::map<std::string, RunResult>& told() const { return told_; }
    /// As the records alone tell it. The run must have ended.
    [[nodiscard]] RunResult read(const std::string& run_id);

private:
    class Sink;

    /// What somebody wants to be run.
    struct Asked {
        const PlannedRun* planned = nullptr;
        bool again = false;
        bool accepted = false;
    };

    void go();

    // The host.
    void open_life(bool last_host_died);
    void recover(bool last_host_died);
    void crash();
    void stop();
    void die(bool last_host_died);
    void dispose();
    [[nodiscard]] bool is_alive() const { return life_ && !life_->is_dead(); }
    [[nodiscard]] bool done() const;

    // Those who ask it for runs.
    void after(core::Milliseconds delay, std::function<void()> what);
    void ask(const std::string& id);
    void ask_again_if_planned(const std::string& id);
    void furnish(host::RunRequest& request);
    void answered(const std::string& id, const core::JournalFailure* refusal);
    void ended(const std::string& id, const core::RunReport& report, boost::json::object variables);
    void cancel(const std::string& id);
    void pause(const std::string& id);
    void go_on(const std::string& id);
    void answer_approval(const std::string& id);

    const Plan& plan_;
    const WorldOptions options_;
    Context context_;
    Faults faults_;
    Witness witness_;
    Store store_;
    std::unique_ptr<Life> life_;
    std::map<std::string, Asked> asked_;
    std::map<std::string, RunResult> told_;
    std::map<std::string, std::uint64_t> answers_;  // that are on record, as the host says, by run
};

}  // namespace oa::test
