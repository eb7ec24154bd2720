#include "host/plugin/in_process_invoker.hpp"

#include <chrono>
#include <exception>
#include <string>
#include <utility>

namespace oa::host {
namespace {

/// Leaves a module when a call ends, however it ends.
class ModuleVisit {
public:
    explicit ModuleVisit(LoadedModule& module) : module_(module), entry_(module.enter()) {}
    ~ModuleVisit() {
        if (entry_.failure == nullptr) {
            module_.leave();
        }
    }
    ModuleVisit(const ModuleVisit&) = delete;
    ModuleVisit& operator=(const ModuleVisit&) = delete;

    [[nodiscard]] const LoadedModule::Entry& entry() const { return entry_; }

private:
    LoadedModule& module_;
    LoadedModule::Entry entry_;
};

/// Holds a place among the calls that may run at one time.
class GatePass {
public:
    GatePass(LoadedModule& module, FunctionLimit& limit, const CallContext& context)
        : gate_(module.gate()), limit_(limit), free_(limit.unlimited()) {
        result_ = free_ ? GateResult::Entered
                        : gate_.enter(limit_, context.invocation().deadline,
                                      [&context] { return context.cancelled(); });
    }
    ~GatePass() {
        if (!free_ && result_ == GateResult::Entered) {
            gate_.leave(limit_);
        }
    }
    GatePass(const GatePass&) = delete;
    GatePass& operator=(const GatePass&) = delete;

    [[nodiscard]] GateResult result() const { return result_; }

private:
    ModuleGate& gate_;
    FunctionLimit& limit_;
    bool free_;
    GateResult result_ = GateResult::Entered;
};

core::Failure cancelled_before_start(const LoadedFunction& function) {
    return {.code = "cancelled", .message = function.subject + " was cancelled before it started"};
}

core::Failure late_before_start(const LoadedFunction& function) {
    return {.code = "deadline",
            .message = function.subject + " ran out of time before it started",
            .retryable = true};
}

core::Outcome run(CallContext& context, oa_instance* instance) {
    const LoadedFunction& function = context.function();
    ModuleHost& host = function.owner->host();
    std::string thrown;
    try {
        return context.finish(function.descriptor->run(instance, &host, context.handle()));
    } catch (const std::exception& error) {
        thrown = error.what();
    } catch (...) {
        thrown = "of an unknown type";
    }
    // A plug-in has to catch everything itself; one with a C++ runtime of its own would have ended
    // the process here.
    host.misbehaviours.fetch_add(1);
    return context.finish_failed(
        {.code = "internal",
         .message = function.subject + " threw an exception out of the plug-in: " + thrown,
         .retryable = true});
}

}  // namespace

std::shared_ptr<core::CallControl> InProcessInvoker::prepare(
    std::shared_ptr<const core::Invocation> invocation, core::CallObserver& observer) {
    return std::make_shared<CallContext>(std::move(invocation), observer, limits_);
}

std::shared_ptr<core::CallControl> InProcessInvoker::prepare(
    std::shared_ptr<const core::Invocation> invocation,
    core::CallObserver& observer,
    std::shared_ptr<CallBlobs> blobs) {
    return std::make_shared<CallContext>(std::move(invocation), observer, limits_,
                                         std::move(blobs));
}

core::Outcome InProcessInvoker::invoke(core::CallControl& call) {
    auto& context = static_cast<CallContext&>(call);
    // An abandoned call may be all that still holds its context.
    const auto keep = context.shared_from_this();
    const LoadedFunction& function = context.function();
    if (context.cancelled()) {
        return context.finish_failed(cancelled_before_start(function));
    }
    if (const auto deadline = context.invocation().deadline;
        deadline && *deadline <= std::chrono::steady_clock::now()) {
        return context.finish_failed(late_before_start(function));
    }
    if (auto failure = context.take_inputs()) {
        return context.finish_failed(std::move(*failure));
    }
    const ModuleVisit visit(*function.owner);
    if (visit.entry().failure != nullptr) {
        return context.finish_failed(*visit.entry().failure);
    }
    const GatePass pass(*function.owner, function.limit, context);
    switch (pass.result()) {
        case GateResult::Entered: return run(context, visit.entry().instance);
        case GateResult::Cancelled: return context.finish_failed(cancelled_before_start(function));
        case GateResult::DeadlinePassed: return context.finish_failed(late_before_start(function));
    }
    return context.finish_failed(cancelled_before_start(function));
}

}  // namespace oa::host
