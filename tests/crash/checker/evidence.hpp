#pragma once

#include <cstdint>
#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/port/journal.hpp"
#include "core/run/report.hpp"
#include "core/workflow/workflow.hpp"

// What is known of a host that was killed over and over: what it says itself, and what was seen
// from outside.
namespace oa::test {

/// A line that tests/fixtures/witness.cpp left.
struct WitnessLine {
    std::string run;
    std::string task;
    std::string key;  ///< of the execution; see host::execution_id
    std::uint32_t attempt = 1;
    std::int64_t fence = 0;  ///< the process
    bool is_end = false;
    core::WallTime at;
};

/// A line that was torn by a kill has no end and is left out: what it tells of had not begun, or
/// not ended. Any other one that cannot be read goes to `problems`.
[[nodiscard]] std::vector<WitnessLine> read_witness(std::istream& file,
                                                    std::vector<std::string>& problems);

/// A run as the store has it.
struct StoredRun {
    std::string id;
    std::shared_ptr<const core::Workflow> workflow;
    std::vector<core::JournalRecord> records;
};

/// A host told a client that it has taken a run.
struct Acknowledgement {
    std::string run;
    std::string request;  ///< what the client calls it, the same when it asks again; empty: nothing
};

/// A host told somebody that his answer to an approval is on record.
struct Answered {
    std::string run;
    bool yes = true;
};

/// A process of a host, from its start to its death.
struct HostLife {
    std::int64_t process = 0;
    core::WallTime started;
    std::optional<core::WallTime> died;  ///< nothing: it is alive, or ended in good order
};

/// A time at which a schedule wanted a run, as it follows from the schedule; and the runs that were
/// started for it.
struct Tick {
    std::string schedule;
    core::WallTime due;
    std::vector<std::string> runs;
    bool may_be_missed = false;  ///< by `catch_up`
};

struct Evidence {
    std::vector<WitnessLine> witness;
    std::vector<StoredRun> runs;
    std::vector<Acknowledgement> acknowledged;
    std::vector<Answered> answers;
    std::optional<std::size_t> keep;  ///< of runs that have ended, at least; nothing: all
    std::vector<HostLife> lives;      ///< in order
    std::vector<Tick> ticks;
    std::vector<std::string> store_problems;  ///< what the store's own check found
    std::vector<std::string> left_over;       ///< processes, folders, locks that nobody owns
    core::Milliseconds recovery_max{10'000};  ///< I13
};

}  // namespace oa::test
