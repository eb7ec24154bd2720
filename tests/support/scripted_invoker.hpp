#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "core/port/task_invoker.hpp"

namespace oa::test {

/// A call as a script sees it.
class ScriptedCall final : public core::CallControl {
public:
    ScriptedCall(std::shared_ptr<const core::Invocation> call_invocation,
                 core::CallObserver& call_observer)
        : invocation(std::move(call_invocation)), observer(call_observer) {}

    void cancel() override {
        const std::lock_guard lock(mutex_);
        cancelled_ = true;
        changed_.notify_all();
    }
    void abandon() override {
        const std::lock_guard lock(mutex_);
        abandoned_ = true;
        changed_.notify_all();
    }
    void wait_until_cancelled() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return cancelled_; });
    }
    void wait_until_abandoned() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return abandoned_; });
    }

    const std::shared_ptr<const core::Invocation> invocation;
    core::CallObserver& observer;

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool cancelled_ = false;
    bool abandoned_ = false;
};

/// Tasks whose behaviour a test writes down: by task name, what a call does. A task without a
/// script succeeds with null.
class ScriptedInvoker final : public core::TaskInvoker {
public:
    using Script = std::function<core::Outcome(ScriptedCall& call)>;

    /// Before the run starts.
    void on(const std::string& task, Script script) { scripts_[task] = std::move(script); }

    std::shared_ptr<core::CallControl> prepare(std::shared_ptr<const core::Invocation> invocation,
                                               core::CallObserver& observer) override {
        return std::make_shared<ScriptedCall>(std::move(invocation), observer);
    }
    core::Outcome invoke(core::CallControl& control) override {
        auto& call = static_cast<ScriptedCall&>(control);
        {
            const std::lock_guard lock(mutex_);
            calls_.push_back(call.invocation);
        }
        const auto script = scripts_.find(call.invocation->task);
        return script == scripts_.end() ? core::Outcome{} : script->second(call);
    }

    /// What was called, in the order in which the calls began.
    std::vector<std::shared_ptr<const core::Invocation>> calls() const {
        const std::lock_guard lock(mutex_);
        return calls_;
    }

private:
    std::map<std::string, Script> scripts_;
    mutable std::mutex mutex_;
    std::vector<std::shared_ptr<const core::Invocation>> calls_;
};

}  // namespace oa::test
