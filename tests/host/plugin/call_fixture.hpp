#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "host/plugin/in_process_invoker.hpp"
#include "tests/host/plugin/fixtures.hpp"
#include "tests/support/background_call.hpp"

namespace oa::host {

/// Keeps what functions say.
class RecordingObserver final : public core::CallObserver {
public:
    void log(const core::Invocation& invocation,
             core::TaskLogLevel,
             std::string_view message,
             std::string_view fields) override {
        const std::lock_guard lock(mutex_);
        lines_.push_back(invocation.task + ": " + std::string(message) + " " + std::string(fields));
    }
    void progress(const core::Invocation&, double fraction, std::string_view message) override {
        const std::lock_guard lock(mutex_);
        progress_.emplace_back(fraction, message);
    }
    [[nodiscard]] bool wants(core::TaskLogLevel level) const override {
        return level >= core::TaskLogLevel::Info;
    }

    [[nodiscard]] std::vector<std::string> lines() const {
        const std::lock_guard lock(mutex_);
        return lines_;
    }
    [[nodiscard]] std::vector<std::pair<double, std::string>> progress() const {
        const std::lock_guard lock(mutex_);
        return progress_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::string> lines_;
    std::vector<std::pair<double, std::string>> progress_;
};

/// Calls functions of one fixture module.
class Caller {
public:
    explicit Caller(const std::string& module, HostServices services = {}, CallLimits limits = {})
        : registry(search_for(module), std::move(services)), invoker(limits), module_(module) {}

    [[nodiscard]] core::Invocation invocation(const std::string& function,
                                              std::string params = "{}") const {
        core::Invocation out;
        out.function = registry.find(module_, function);
        out.task = "the_task";
        out.params = std::make_shared<const std::string>(std::move(params));
        if (out.function == nullptr) {
            throw std::runtime_error("no function " + function);
        }
        return out;
    }
    [[nodiscard]] std::shared_ptr<core::CallControl> prepare(core::Invocation invocation) {
        return invoker.prepare(std::make_shared<const core::Invocation>(std::move(invocation)),
                               observer);
    }
    [[nodiscard]] std::shared_ptr<core::CallControl> prepare(const std::string& function,
                                                             std::string params = "{}") {
        return prepare(invocation(function, std::move(params)));
    }
    core::Outcome call(core::Invocation invocation) {
        return invoker.invoke(*prepare(std::move(invocation)));
    }
    core::Outcome call(const std::string& function, std::string params = "{}") {
        return call(invocation(function, std::move(params)));
    }
    [[nodiscard]] std::uint64_t misbehaviours() const {
        return registry.modules().at(0)->host().misbehaviours.load();
    }

    PluginRegistry registry;
    InProcessInvoker invoker;
    RecordingObserver observer;

private:
    std::string module_;
};

/// A call of a Caller on a thread of its own.
struct BackgroundCall : test::BackgroundCall {
    BackgroundCall(Caller& caller, core::Invocation invocation)
        : test::BackgroundCall(caller.invoker, caller.prepare(std::move(invocation))) {}
};

/// The parameters of functions that tell when they have started and wait to go on.
inline std::string handshake(const Pipe& started, const Pipe& go) {
    return "{\"started\":" + std::to_string(started.writer()) +
           ",\"go\":" + std::to_string(go.reader()) + "}";
}

}  // namespace oa::host
