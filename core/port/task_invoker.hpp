#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "core/port/blob_scope.hpp"
#include "core/port/function_catalog.hpp"
#include "core/run/status.hpp"

namespace oa::core {

/// Everything that a function is told about its call. Texts are UTF-8.
struct Invocation {
    const FunctionInfo* function = nullptr;
    std::string run_id;
    std::string workflow;
    std::string task;
    std::string module_name;               ///< as the workflow wrote it
    std::string function_name;             ///< as the workflow wrote it
    std::optional<std::uint32_t> element;  ///< of a task with `for_each`
    std::uint32_t attempt = 1;
    std::string idempotency_key;
    std::shared_ptr<const std::string> params;  ///< a JSON object; shared with the engine, which
                                                ///< keeps literal ones for every attempt
    bool may_hold_secrets = false;  ///< the parameters: whoever copies them overwrites the copy
    std::optional<std::chrono::steady_clock::time_point> deadline;
    std::shared_ptr<BlobScope> blobs;    ///< of the run; null: a run without blobs
    std::optional<Isolation> isolation;  ///< as the task asks for; nothing: as the host decides
};

struct Outcome {
    boost::json::value output;  ///< null unless the function gave one; may be there on failure too
    std::optional<Failure> failure;  ///< empty: succeeded
};

/// One call in progress. cancel() may be called from any thread, at any time, more than once: it
/// asks the function to stop and returns at once. The outcome still comes from invoke().
class CallControl {
public:
    virtual ~CallControl() = default;
    virtual void cancel() = 0;
    /// The host has given up on the call: whatever the function says from now on is dropped, and
    /// its calls into the host do nothing.
    virtual void abandon() = 0;

protected:
    CallControl() = default;
    CallControl(const CallControl&) = default;
    CallControl& operator=(const CallControl&) = default;
};

enum class TaskLogLevel { Trace, Debug, Info, Warn, Error };

/// What a function says while it runs. Called from its thread, or any other of its threads, until
/// invoke() returns.
class CallObserver {
public:
    virtual ~CallObserver() = default;
    /// `fields` is JSON text of an object, or empty.
    virtual void log(const Invocation& invocation,
                     TaskLogLevel level,
                     std::string_view message,
                     std::string_view fields) = 0;
    virtual void progress(const Invocation& invocation,
                          double fraction,
                          std::string_view message) = 0;
    [[nodiscard]] virtual bool wants(TaskLogLevel level) const = 0;

protected:
    CallObserver() = default;
    CallObserver(const CallObserver&) = default;
    CallObserver& operator=(const CallObserver&) = default;
};

/// Calls task functions: in process, or in a worker. Thread safe.
class TaskInvoker {
public:
    virtual ~TaskInvoker() = default;

    /// Prepares a call, so that it can be cancelled before and while it runs. The observer must
    /// outlive the call, or its abandonment.
    [[nodiscard]] virtual std::shared_ptr<CallControl> prepare(
        std::shared_ptr<const Invocation> invocation, CallObserver& observer) = 0;
    /// Runs it on the calling thread until the function returns. Never throws what the function
    /// threw.
    [[nodiscard]] virtual Outcome invoke(CallControl& call) = 0;

protected:
    TaskInvoker() = default;
    TaskInvoker(const TaskInvoker&) = default;
    TaskInvoker& operator=(const TaskInvoker&) = default;
};

}  // namespace oa::core
