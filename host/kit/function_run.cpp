#include "host/kit/function_run.hpp"

#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <utility>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "core/nearest.hpp"
#include "host/log/logger.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

std::string read_stream(std::istream& in) {
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string typed_text(const std::string& argument) {
    if (argument.empty() || argument.front() != '@') {
        return argument;
    }
    const std::string file = argument.substr(1);
    if (file == "-") {
        return read_stream(std::cin);
    }
    std::ifstream in(file, std::ios::binary);
    if (!in) {
        throw std::runtime_error("'" + file + "' cannot be read");
    }
    return read_stream(in);
}

/// The parameter that a failure of the host names at the end of its message.
std::string_view pointer_of(const core::Failure& failure) {
    constexpr std::string_view before = " (parameter ";
    const std::string_view message = failure.message;
    const auto found = message.rfind(before);
    if (failure.code != "invalid_params" || found == std::string_view::npos ||
        message.back() != ')') {
        return {};
    }
    return message.substr(found + before.size(), message.size() - found - before.size() - 1);
}

json::object fields_of(std::string_view fields) {
    if (fields.empty()) {
        return {};
    }
    try {
        json::value given = core::parse_json(fields);
        if (given.is_object()) {
            return std::move(given.get_object());
        }
    } catch (const core::JsonError&) {
        return {{"fields", fields}};
    }
    return {{"fields", fields}};
}

}  // namespace

/// Writes what the function logs in the style of a run.
class FunctionCall::Observer final : public core::CallObserver {
public:
    explicit Observer(Logger& logger) : logger_(logger) {}

    void log(const core::Invocation& invocation,
             core::TaskLogLevel level,
             std::string_view message,
             std::string_view fields) override {
        const auto own_level = static_cast<LogLevel>(level);
        if (logger_.format() == LogFormat::Json) {
            json::object all{{"task", invocation.task}};
            if (auto given = fields_of(fields); !given.empty()) {
                all["fields"] = std::move(given);
            }
            logger_.write(own_level, message, all);
            return;
        }
        auto lines = split_lines(message);
        if (lines.empty()) {
            lines.emplace_back();
        }
        for (std::size_t i = 0; i < lines.size(); ++i) {
            logger_.write(own_level, invocation.task + ": " + std::string(lines[i]),
                          i + 1 == lines.size() ? fields_of(fields) : json::object{});
        }
    }
    void progress(const core::Invocation& invocation,
                  double fraction,
                  std::string_view message) override {
        std::string text = invocation.task + ": ";
        text += fraction < 0 ? "" : std::to_string(static_cast<int>(fraction * 100)) + "% ";
        logger_.write(LogLevel::Info, text + std::string(message));
    }
    [[nodiscard]] bool wants(core::TaskLogLevel level) const override {
        return logger_.wants(static_cast<LogLevel>(level));
    }

private:
    Logger& logger_;
};

json::object read_params(const std::string& argument, const std::string& what) {
    json::value value;
    try {
        value = core::parse_json(typed_text(argument));
    } catch (const core::JsonError& error) {
        throw std::runtime_error("the " + what + ": no JSON: " + error.what());
    }
    if (!value.is_object()) {
        throw std::runtime_error("the " + what +
                                 R"( must be a JSON object, such as {"who": "Ada"})");
    }
    return std::move(value.get_object());
}

const LoadedFunction& find_function(const PluginRegistry& registry,
                                    const std::string& file,
                                    const std::string& name) {
    for (const RefusedPlugin& refused : registry.refused()) {
        throw std::runtime_error(refused.file.string() + " " + refused.reason +
                                 (refused.fix.empty() ? "" : "; " + refused.fix));
    }
    if (registry.modules().empty()) {
        throw std::runtime_error(file + " holds no plug-in");
    }
    const std::string module = registry.modules().front()->info().name;
    // As people write it in workflows.
    const std::string short_name =
        name.rfind(module + ".", 0) == 0 ? name.substr(module.size() + 1) : name;
    if (const auto* function = registry.find_function(module, short_name)) {
        return *function;
    }
    const auto known = registry.function_names(module);
    const std::string hint = core::did_you_mean(short_name, known);
    std::string all;
    for (const auto& one : registry.modules().front()->functions()) {
        all += (all.empty() ? "" : ", ") + one->function;
    }
    throw std::runtime_error("module " + module + " has no function '" + printable(short_name) +
                             "'; " + (hint.empty() ? "it has " + all : hint));
}

FunctionCall::FunctionCall(const LoadedFunction& function,
                           const json::object& params,
                           core::TaskInvoker& invoker,
                           Logger& logger)
    : invoker_(invoker), observer_(std::make_unique<Observer>(logger)) {
    auto invocation = std::make_shared<core::Invocation>();
    invocation->function = &function;
    invocation->run_id = "plugin-run";
    invocation->workflow = "oa plugin run";
    invocation->task = function.function;
    invocation->module_name = function.module;
    invocation->function_name = function.function;
    invocation->idempotency_key = "plugin-run/" + function.function;
    invocation->params = std::make_shared<const std::string>(core::write_json(params));
    control_ = invoker_.prepare(std::move(invocation), *observer_);
}

FunctionCall::~FunctionCall() = default;

FunctionRun FunctionCall::run() {
    const auto started = std::chrono::steady_clock::now();
    FunctionRun out;
    out.outcome = invoker_.invoke(*control_);
    out.duration = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - started);
    return out;
}

void FunctionCall::cancel() {
    control_->cancel();
}

json::object to_json(const FunctionRun& run) {
    json::object out;
    const auto& failure = run.outcome.failure;
    out["status"] = failure ? "failed" : "succeeded";
    out["output"] = run.outcome.output;
    out["error"] = nullptr;
    if (failure) {
        json::object error;
        error["code"] = failure->code;
        error["message"] = failure->message;
        if (const auto pointer = pointer_of(*failure); !pointer.empty()) {
            error["pointer"] = pointer;
        }
        error["retryable"] = failure->retryable;
        out["error"] = std::move(error);
    }
    out["duration_ms"] = static_cast<double>(run.duration.count()) / 1000;
    return out;
}

}  // namespace oa::host
