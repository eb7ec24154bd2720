#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include <boost/json/value.hpp>

#include "core/run/run_machine.hpp"

namespace oa::core {

/// What a run is made from: together with the events that follow it is enough to rebuild the run.
struct RunCreated {
    std::string run_id;
    std::string workflow;
    std::uint32_t attempt = 1;
    boost::json::object inputs;
    RunSettings settings;
    std::string parent_run_id;  ///< the run whose task this run is; empty: none
};

/// An attempt is about to start. After a crash it is the ones without an end that were in flight.
struct AttemptStarted {
    ExecutionIndex execution = 0;
    TaskIndex task = 0;
    std::uint32_t attempt = 1;
    std::optional<Element> element;
};

/// An event that the run machine took, with the output that the attempt gave, if it is one that
/// ended.
struct MachineEvent {
    RunEvent event;
    std::shared_ptr<const boost::json::value> output;
};

/// The run has its final state.
struct RunEnded {
    RunStatus status = RunStatus::Succeeded;
};

using JournalEntry = std::variant<RunCreated, AttemptStarted, MachineEvent, RunEnded>;

struct JournalRecord {
    std::uint64_t number = 0;  ///< within the run, from 1 without a gap
    std::chrono::system_clock::time_point at;
    JournalEntry entry;
};

/// Where a run's history is kept. A record is there, as durably as the journal promises, when
/// append() returns; what depends on it starts only afterwards. Called by one thread at a time for
/// one run. Throws when it cannot keep the record.
class Journal {
public:
    virtual ~Journal() = default;
    virtual void append(const std::string& run_id, JournalRecord record) = 0;

protected:
    Journal() = default;
    Journal(const Journal&) = default;
    Journal& operator=(const Journal&) = default;
};

}  // namespace oa::core
