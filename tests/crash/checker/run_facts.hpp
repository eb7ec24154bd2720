#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/run/run_machine.hpp"
#include "tests/crash/checker/checker.hpp"
#include "tests/crash/checker/evidence.hpp"

namespace oa::test {

using ExecutionAttempt = std::pair<core::ExecutionIndex, std::uint32_t>;

/// What the records of a run say of one attempt, or of one wait, by their positions.
struct AttemptFacts {
    core::TaskIndex task = 0;
    std::string key;
    std::vector<std::size_t> starts;
    std::vector<std::size_t> ends;
    bool succeeded = false;
    bool is_wait = false;
    std::optional<core::Milliseconds> delay = {};  ///< of a wait, if time ends it
    bool was_over = false;                         ///< it did
};

/// A run's records, laid out for questions.
class RunFacts {
public:
    explicit RunFacts(const StoredRun& run);

    [[nodiscard]] const StoredRun& run() const { return run_; }
    [[nodiscard]] const core::JournalRecord& record(std::size_t position) const {
        return run_.records[position];
    }
    [[nodiscard]] const core::Task& task(core::TaskIndex index) const {
        return run_.workflow->tasks.at(index);
    }
    [[nodiscard]] bool calls_witness(core::TaskIndex index) const {
        return task(index).module == "witness";
    }
    [[nodiscard]] const core::RunCreated* creation() const;
    /// The last record, if it is an end.
    [[nodiscard]] const core::RunEnded* end() const;
    [[nodiscard]] const std::map<ExecutionAttempt, AttemptFacts>& attempts() const {
        return attempts_;
    }
    /// Ends of attempts that never started.
    [[nodiscard]] const std::vector<std::size_t>& ends_of_nothing() const {
        return ends_of_nothing_;
    }
    [[nodiscard]] const AttemptFacts* find(const std::string& key, std::uint32_t attempt) const;
    /// How many approvals have been given, and how many refused.
    [[nodiscard]] std::size_t answers(bool yes) const { return yes ? approved_ : rejected_; }
    /// Positions at which a host took the run up.
    [[nodiscard]] const std::vector<std::size_t>& resumed() const { return resumed_; }
    [[nodiscard]] Breach breach(int invariant,
                                std::size_t position,
                                std::optional<core::TaskIndex> task,
                                std::string what) const;

private:
    void take(std::size_t position, const core::JournalEntry& entry);
    void take_wait(std::size_t position, const core::RunEvent& event);
    void follow(std::size_t position, const core::RunEvent& event);
    void end_wait(std::size_t position, core::ExecutionIndex execution, bool succeeded);
    void take_end(std::size_t position,
                  core::ExecutionIndex execution,
                  std::uint32_t attempt,
                  bool succeeded);

    struct Begun {
        core::TaskIndex task = 0;
        std::optional<core::Element> element;
    };

    const StoredRun& run_;
    /// Tells which task an execution is of, and when a wait ends that nobody ended: by a
    /// cancellation, or a time-out of the run.
    std::optional<core::RunMachine> machine_;
    std::vector<core::RunCommand> commands_;
    std::map<core::ExecutionIndex, Begun> waits_;
    std::size_t approved_ = 0;
    std::size_t rejected_ = 0;
    std::map<ExecutionAttempt, AttemptFacts> attempts_;
    std::map<std::pair<std::string, std::uint32_t>, const AttemptFacts*> by_key_;
    std::vector<std::size_t> ends_of_nothing_;
    std::vector<std::size_t> resumed_;
};

}  // namespace oa::test
