#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/workflow/workflow.hpp"
#include "tests/crash/checker/checker.hpp"
#include "tests/support/fake_catalog.hpp"
#include "tests/support/subprocess.hpp"

namespace oa::test {

/// Where the things are that a host needs.
struct CrashHouse {
    std::filesystem::path host;
    std::filesystem::path workflows;
    std::filesystem::path plugin;
};

/// What one process of a host is to do and to suffer.
struct LifePlan {
    std::vector<std::string> workflows = {};  ///< a run of each is wanted
    bool until_idle = false;                  ///< it ends when all runs have
    /// SIGKILL so long after it was ready; or, with `before_ready`, after it was started.
    std::optional<std::chrono::microseconds> kill_after = {};
    bool before_ready = false;
    std::string crash_at = {};                        ///< OA_CRASH_AT
    std::optional<std::uint64_t> operator_seed = {};  ///< somebody looks after the runs
    std::optional<std::size_t> keep = {};             ///< so many runs that have ended
    std::vector<std::string> options = {};
};

/// One store and all the hosts that live and die over it, with what is seen of them.
class CrashRun {
public:
    CrashRun(CrashHouse house, std::filesystem::path folder);

    /// Gives the exit status: 128 + signal.
    int live(const LifePlan& plan);
    /// Opens the store between two hosts and lets it check itself.
    void check_store();
    /// Reads what there is and judges it. No host may live.
    [[nodiscard]] Verdict judge();

    /// How often hosts died at each point, by name.
    [[nodiscard]] std::map<std::string, std::size_t> deaths_by_point() const;
    [[nodiscard]] std::size_t refused() const { return refused_; }
    /// The runs as judge() has read them.
    [[nodiscard]] const std::vector<StoredRun>& runs() const { return evidence_.runs; }

private:
    [[nodiscard]] std::vector<std::string> command(const LifePlan& plan) const;
    void listen(const std::string& said);
    void read_runs();
    [[nodiscard]] std::shared_ptr<const core::Workflow> workflow(const std::string& name);

    CrashHouse house_;
    std::filesystem::path folder_;
    FakeCatalog catalog_;
    std::map<std::string, std::shared_ptr<const core::Workflow>> workflows_;
    Evidence evidence_;
    bool last_died_ = false;
    std::size_t wanted_ = 0;
    std::size_t refused_ = 0;
};

}  // namespace oa::test
