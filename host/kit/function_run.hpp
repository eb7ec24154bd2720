#pragma once

#include <chrono>
#include <memory>
#include <string>

#include <boost/json/value.hpp>

#include "core/port/task_invoker.hpp"
#include "host/plugin/plugin_registry.hpp"

namespace oa::host {

class Logger;

/// A JSON object as it was typed: JSON, "@FILE" or "@-" for standard input. Throws
/// std::runtime_error with a sentence that says what is wrong with `what`, such as "parameters".
[[nodiscard]] boost::json::object read_params(const std::string& argument, const std::string& what);

/// The one module of a registry with one file, and a function of it by name or alias. Throws
/// std::runtime_error with a sentence and the nearest name.
[[nodiscard]] const LoadedFunction& find_function(const PluginRegistry& registry,
                                                  const std::string& file,
                                                  const std::string& name);

struct FunctionRun {
    core::Outcome outcome;
    std::chrono::microseconds duration{0};
};

/// One call of a function, as `oa plugin run` makes it, without a time limit.
class FunctionCall {
public:
    /// `invoker` and `logger` outlive it.
    FunctionCall(const LoadedFunction& function,
                 const boost::json::object& params,
                 core::TaskInvoker& invoker,
                 Logger& logger);
    ~FunctionCall();
    FunctionCall(const FunctionCall&) = delete;
    FunctionCall& operator=(const FunctionCall&) = delete;

    /// Once. On this thread.
    [[nodiscard]] FunctionRun run();
    /// Asks it to stop. Any thread.
    void cancel();

private:
    class Observer;
    core::TaskInvoker& invoker_;
    std::unique_ptr<Observer> observer_;
    std::shared_ptr<core::CallControl> control_;
};

/// The outcome as one JSON object: {"status", "output", "error", "duration_ms"}.
[[nodiscard]] boost::json::object to_json(const FunctionRun& run);

}  // namespace oa::host
