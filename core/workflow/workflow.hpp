#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "core/diagnostic.hpp"
#include "core/duration.hpp"
#include "core/expression/template.hpp"
#include "core/port/function_catalog.hpp"
#include "core/schema/schema.hpp"

namespace oa::core {

/// Position of a task in Workflow::tasks.
using TaskIndex = std::uint32_t;

struct Workflow;

/// An expression that gives true or false.
struct Condition {
    Expression expression;
    std::string text;         ///< as written
    SourcePosition position;  ///< of the text
};

/// How often a failed task is tried again and how long it waits first.
struct RetryPolicy {
    std::uint32_t attempts_max = 1;  ///< counts the first one: 1 means no retry
    Milliseconds delay{1'000};       ///< before the second attempt
    double backoff = 2.0;  ///< each further wait is so many times the one before; 1 keeps it
    Milliseconds delay_max{300'000};
    double jitter =
        0.1;  ///< 0..1: a wait is drawn evenly from [wait * (1 - jitter), wait * (1 + jitter)]
    /// Whether a failure, `error` in it, is worth another attempt; the failure itself says so where
    /// there is none.
    std::optional<Condition> when = {};
};

/// `for_each`: the task runs once for each element.
struct Loop {
    Template items;  ///< gives a list or a map
    SourcePosition position;
    std::optional<std::uint32_t> max_parallel;  ///< elements at a time, within the run's own limit
};

/// `workflow`: the task runs another workflow, with its parameters as inputs.
struct SubWorkflow {
    std::string name;  ///< as written
    SourcePosition position;
    const Workflow* workflow = nullptr;  ///< [owner: whoever holds the workflow of this task]
    bool shares_variables = false;  ///< it begins with the variables as they are here, and what it
                                    ///< saves is saved here (steps of compat: oa3)
};

/// `sleep`, `wait_until`, `approval`: the task waits, in place of calling a function.
struct Wait {
    enum class Kind { Sleep, Until, Approval };
    /// What an approval is that nobody has answered in time.
    enum class Unanswered { Fail, Approve, Reject };

    Kind kind = Kind::Sleep;
    SourcePosition position;  ///< of its value
    Template value;           ///< the duration, the time, the message
    // Of an approval:
    std::optional<Template> by;       ///< who may answer, a name or a list of names; else anybody
    std::optional<Template> timeout;  ///< a duration; else it waits until there is an answer
    Unanswered unanswered = Unanswered::Fail;
};

struct Task {
    /// Unique; only in a sequence of compat: oa3 may several have one name. Expressions then see
    /// the one that ran last.
    std::string name;
    SourcePosition position;             ///< of the task's first key
    std::string module;                  ///< as written, without a range of versions
    std::string function;                ///< as written
    const FunctionInfo* info = nullptr;  ///< [owner: the catalog that the document was read with]
    std::optional<SubWorkflow> sub_workflow;      ///< in place of module and function
    std::optional<Wait> wait;                     ///< in place of module and function
    Template params;                              ///< an object
    std::shared_ptr<const Schema> params_schema;  ///< of what they are once they are resolved; null
                                                  ///< where the function declares nothing
    std::optional<Condition> when;
    std::optional<Loop> for_each;
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
    std::optional<std::string> save_as;  ///< variable that takes the output (compat: oa3)
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
    std::optional<std::string> type;  ///< string integer number boolean array object null, where it
                                      ///< is one of them
    bool required = false;
    std::optional<boost::json::value> default_value;
    boost::json::object declaration;  ///< a JSON Schema: as written, without `required: true`
    std::optional<Schema> schema;     ///< the same; nothing where every value fits
};

struct Variable {
    std::string name;
    SourcePosition position;
    Template value;
};

/// When a workflow starts by itself.
struct Schedule {
    enum class CatchUp { None, Latest, All };

    std::string cron;  ///< five fields, or @hourly and the like
    SourcePosition position;
    std::string time_zone;  ///< IANA name; empty: that of the host
    boost::json::object inputs;
    CatchUp catch_up = CatchUp::None;  ///< which starts that were missed are made up for
};

/// What happens to a run that would be one too many.
enum class Overlap { Queue, Skip, CancelRunning };

struct Concurrency {
    std::optional<std::uint32_t> max_parallel;  ///< attempts of one run at a time
    std::optional<std::uint32_t> max_runs;      ///< runs of the workflow at a time
    Overlap overlap = Overlap::Queue;
    std::optional<Template> key;  ///< runs with different keys do not count for each other
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
    /// In document order; never empty. Those of `finally` come last.
    std::vector<Task> tasks;
    std::uint32_t finally_count = 0;  ///< how many of them are of `finally`
    std::vector<Output> outputs;
    Flow flow = Flow::Sequence;
    std::vector<TaskIndex> entries;  ///< tasks that start with the run
    std::optional<Milliseconds> timeout;
    bool fail_fast = false;
    Concurrency concurrency;
    std::vector<Schedule> schedules;
    /// A run fails after so many activations times its tasks, where the host's own number is not
    /// to count.
    std::optional<std::uint32_t> activations_per_task_max;
    bool compat_oa3 = false;
    /// Keeps alive what the tasks' `info` points into. Shared with other workflows that were read
    /// with it; null where the catalog outlives them all.
    std::shared_ptr<const FunctionCatalog> catalog;

    /// Of the tasks outside of `finally`.
    [[nodiscard]] TaskIndex main_count() const noexcept {
        return static_cast<TaskIndex>(tasks.size()) - finally_count;
    }
};

[[nodiscard]] std::string_view to_string(Flow flow);
/// The key of the language.
[[nodiscard]] std::string_view to_string(Wait::Kind kind);

/// Whether the `when` of a task with `for_each` is asked for each element, since it reads one.
[[nodiscard]] bool asks_elements(const Task& task);

}  // namespace oa::core
