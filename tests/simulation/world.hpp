#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "core/run/report.hpp"
#include "host/engine/run_loop.hpp"
#include "tests/simulation/context.hpp"
#include "tests/simulation/functions.hpp"
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
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    void run();

    [[nodiscard]] Context& context() { return context_; }
    [[nodiscard]] const Store& store() const { return store_; }
    [[nodiscard]] const Witness& witness() const { return witness_; }
    /// As the host that ended the run told it; not those of which no host came to tell.
    [[nodiscard]] const std::map<std::string, RunResult>& told() const { return told_; }
    /// As the records alone tell it. The run must have ended.
    [[nodiscard]] RunResult read(const std::string& run_id);

private:
    class Life;
    class Sink;

    /// What somebody wants to be run.
    struct Asked {
        const PlannedRun* planned = nullptr;
        bool again = false;
        bool accepted = false;
    };

    void open_life();
    void crash();
    void cancel(const std::string& id);
    [[nodiscard]] bool is_alive() const;
    void dispose(std::unique_ptr<Life> life);
    void ask(const std::string& id);
    void ask_later(const std::string& id, core::Milliseconds delay);
    void ask_again_if_planned(const std::string& id);
    [[nodiscard]] bool done() const;
    [[nodiscard]] host::RunRequest request(const std::string& id, const core::Workflow& workflow);
    void resume_all();
    void on_end(const std::string& id,
                const core::RunReport& report,
                boost::json::object variables,
                std::uint32_t life);

    const Plan& plan_;
    const WorldOptions options_;
    Context context_;
    Faults faults_;
    Witness witness_;
    Store store_;
    std::unique_ptr<Life> life_;
    std::uint32_t lives_ = 0;
    std::map<std::string, Asked> asked_;
    std::map<std::string, RunResult> told_;
};

}  // namespace oa::test
