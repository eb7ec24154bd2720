#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "core/port/task_invoker.hpp"
#include "core/run/run_machine.hpp"

namespace oa::core {

/// What a run is made from: together with the documents that it names and the events that follow it
/// is enough to rebuild the run.
struct RunCreated {
    std::string run_id;
    std::string workflow;
    std::uint32_t attempt = 1;  ///< of the same work: one more than the run that it retries
    boost::json::object inputs;
    RunSettings settings;
    std::string parent_run_id;  ///< the run whose task this run is; empty: none
    std::string documents;   ///< as the store names them; empty: those of the parent, or not kept
    std::string retry_of;    ///< the run that it does again; empty: none
    std::string retry_from;  ///< the task that it does again first; empty: all that did not succeed
    bool retry_all = false;  ///< nothing of that run is taken over
    std::string trigger;     ///< what asked for it: "cli", "api", "schedule", "webhook"
    std::int32_t priority = 0;  ///< higher ones start first
    std::string key;            ///< of `concurrency`, evaluated; empty: none
    /// What the client that asked for the run called the request, so that asking again makes no
    /// second run; empty: nothing. No two runs that are kept have the same.
    std::string request_key;
    std::string request_digest;  ///< SHA-256 in hexadecimal of what was asked; empty: not known
};

/// A host is about to take up a run that another host had left open; or, once it has, that nothing
/// of the run is being worked on: it waits for a time or a person.
struct RunResumed {
    /// How many hosts in a row have died while they worked on it, and it came no further.
    std::uint32_t deaths = 0;
    bool is_settled = false;  ///< the latter
};

/// An attempt is about to start. After a crash it is the ones without an end that were in flight;
/// those that start again have another record of the same attempt.
struct AttemptStarted {
    ExecutionIndex execution = 0;
    TaskIndex task = 0;
    std::uint32_t attempt = 1;
    std::optional<Element> element;
};

/// An event that the run machine took, and the values that came with it: the output that an attempt
/// gave, if it is one that ended; of RunStarted, the variables; of a task that shares the run's
/// variables with another workflow, what that made of them.
struct MachineEvent {
    RunEvent event;
    std::shared_ptr<const boost::json::value> output;
};

/// The run has its final state.
struct RunEnded {
    RunStatus status = RunStatus::Succeeded;
    std::optional<Failure> failure;  ///< unless it succeeded
    boost::json::object outputs;
};

using JournalEntry = std::variant<RunCreated, RunResumed, AttemptStarted, MachineEvent, RunEnded>;

struct JournalRecord {
    std::uint64_t number = 0;  ///< within the run, from 1 without a gap
    std::chrono::system_clock::time_point at;
    JournalEntry entry;
};

/// What a task said, masked.
struct LogLine {
    std::chrono::system_clock::time_point at;
    std::string task;  ///< for an element with its number: "resize[3]"
    TaskLogLevel level = TaskLogLevel::Info;
    std::string message;
    std::string fields;  ///< JSON text of an object, or empty
};

struct JournalBatch {
    std::vector<JournalRecord> records;  ///< in order; they follow those of the run before them
    std::vector<LogLine> lines;  ///< kept with them, or some time later: losing them is no fault
};

/// Why a batch was not kept.
struct JournalFailure {
    bool is_passing = false;  ///< nothing of the batch is kept, and the same may be tried again:
                              ///< the disk is full, the store is locked. Otherwise what is kept is
                              ///< unknown until the store is opened again.
    std::string message;
};

/// Where the history of runs is kept. Thread safe.
class Journal {
public:
    /// Null: the batch is kept, as durably as the journal promises. Else why not.
    using Done = std::function<void(const JournalFailure* failure)>;

    virtual ~Journal() = default;
    /// Keeps a batch, which must stay as it is until `done`, as a whole or not at all. Calls `done`
    /// once: by the calling thread before it returns, or by another one later, which it must not
    /// keep for long. What depends on the batch starts only then. For one run the next call comes
    /// after `done` of the one before. A batch without records is not waited for: it may be lost
    /// with the process. Throws nothing.
    virtual void append(const std::string& run_id, const JournalBatch& batch, Done done) = 0;
    /// Whether it is worth giving it lines.
    [[nodiscard]] virtual bool keeps_lines() const { return false; }

protected:
    Journal() = default;
    Journal(const Journal&) = default;
    Journal& operator=(const Journal&) = default;
};

/// Reads what a journal has kept. Thread safe.
class RunHistory {
public:
    virtual ~RunHistory() = default;
    /// All records of a run in order; none when there is no such run. Throws std::runtime_error
    /// when they cannot be read, or are not what was written.
    [[nodiscard]] virtual std::vector<JournalRecord> load(const std::string& run_id) const = 0;

protected:
    RunHistory() = default;
    RunHistory(const RunHistory&) = default;
    RunHistory& operator=(const RunHistory&) = default;
};

}  // namespace oa::core
