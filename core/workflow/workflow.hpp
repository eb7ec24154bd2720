#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "core/diagnostic.hpp"
#include "core/duration.hpp"
#include "core/expression/template.hpp"
#include "core/port/function_catalog.hpp"

namespace oa::core {

/// Position of a task in Workflow::tasks.
using TaskIndex = std::uint32_t;

/// How often a failed task is tried again and how long it waits first.
struct RetryPolicy {
    std::uint32_t attempts_max = 1;  ///< counts the first one: 1 means no retry
    Milliseconds delay{1'000};       ///< before the second attempt
    double backoff = 2.0;  ///< each further wait is so many times the one before; 1 keeps it
    Milliseconds delay_max{300'000};
    double jitter =
        0.1;  ///< 0..1: a wait is drawn evenly from [wait * (1 - jitter), wait * (1 + jitter)]

    friend bool operator==(const RetryPolicy&, const RetryPolicy&) = default;
};

struct Task {
    std::string name;
    SourcePosition position;             ///< of the task's first key
    std::string module;                  ///< as written, without a range of versions
    std::string function;                ///< as written
    const FunctionInfo* info = nullptr;  ///< [owner: the catalog that the document was read with]
    Template params;                     ///< an object
    std::vector<TaskIndex> needs;
    std::vector<TaskIndex> on_success;  ///< `end` is no task: it only makes `ends_on_success` true
    std::vector<TaskIndex> on_failure;
    bool ends_on_success = false;
    bool ends_on_failure = false;
    RetryPolicy retry;
    std::optional<Milliseconds>
        timeout;  ///< of one attempt; the function's own where the document has none
    bool allow_failure = false;
    std::optional<bool> idempotent;  ///< nothing: as the function says
    std::optional<Isolation> isolation;
    std::optional<Template> output;
};

/// Which task runs next; inferred from the keys that the document uses.
enum class Flow {
    Sequence,     ///< document order, the first failure stops the run
    Transitions,  ///< on_success/on_failure only: a state machine, one entry
    Graph,        ///< needs: everything in parallel that can be
};

struct Input {
    std::string name;
    SourcePosition position;
    std::string description;
    std::optional<std::string> type;  ///< string integer number boolean array object; nothing: any
    bool required = false;
    std::optional<boost::json::value> default_value;
    std::optional<boost::json::array> enumeration;
    std::optional<std::string> pattern;  ///< RE2, found anywhere in the text
    std::optional<double> minimum;
    std::optional<double> maximum;
};

struct Variable {
    std::string name;
    SourcePosition position;
    Template value;
};

struct Output {
    std::string name;
    SourcePosition position;
    Template value;
};

/// A workflow document, read and checked.
struct Workflow {
    std::string name;
    std::string file;  ///< as it was given; empty when the text came from elsewhere
    std::string description;
    std::vector<std::string> tags;
    std::vector<Input> inputs;
    std::vector<Variable> variables;  ///< in dependency order
    std::vector<Task> tasks;          ///< in document order; never empty
    std::vector<Output> outputs;
    Flow flow = Flow::Sequence;
    std::vector<TaskIndex> entries;  ///< tasks that start with the run
    std::optional<Milliseconds> timeout;
    bool fail_fast = false;
    std::optional<std::uint32_t> max_parallel;
    bool compat_oa3 = false;
    /// Keeps alive what the tasks' `info` points into. Shared with other workflows that were read
    /// with it; null where the catalog outlives them all.
    std::shared_ptr<const FunctionCatalog> catalog;
};

[[nodiscard]] std::string_view to_string(Flow flow);

}  // namespace oa::core
