#include "host/isolation/plugin_invoker.hpp"

#include <mutex>
#include <utility>

#include "host/isolation/worker_failure.hpp"
#include "oa/plugin.h"

namespace oa::host::isolation {
namespace {

/// A call that must not run.
class RefusedCall final : public core::CallControl {
public:
    explicit RefusedCall(core::Failure failure) : failure_(std::move(failure)) {}
    void cancel() override {}
    void abandon() override {}
    [[nodiscard]] const core::Failure& failure() const { return failure_; }

private:
    const core::Failure failure_;
};

/// Why a function may run nowhere but in a process of its own; empty when it may.
std::string demand_of(const LoadedFunction& function,
                      const std::optional<QuarantineEntry>& quarantine) {
    const LoadedModule& module = *function.owner;
    if ((function.flags & OA_F_ISOLATE) != 0 || (module.info().flags & OA_M_ISOLATE) != 0) {
        return "it asks for that itself";
    }
    if ((module.info().flags & OA_M_SIGNALS) != 0) {
        return "it installs signal handlers";
    }
    if (quarantine && quarantine->state == QuarantineEntry::State::Isolated) {
        return quarantine->reason + " on " + utc_text(quarantine->since) + " (`oa plugin release " +
               module.info().name + "` forgets that)";
    }
    if (module.source().isolate) {
        return "the trust policy wants it so";
    }
    return {};
}

}  // namespace

Placement placement_of(const LoadedFunction& function,
                       const IsolationSettings& settings,
                       const std::optional<QuarantineEntry>& quarantine) {
    if (auto demand = demand_of(function, quarantine); !demand.empty()) {
        return {core::Isolation::Process, true, std::move(demand)};
    }
    const LoadedModule& module = *function.owner;
    if (const ModuleIsolation* own = find_module(settings, module.info()); own && own->mode) {
        return {*own->mode, false, "the configuration says so for this module"};
    }
    return module.source().bundled
               ? Placement{settings.bundled, false, "it came with the host"}
               : Placement{settings.third_party, false, "it did not come with the host"};
}

PluginInvoker::PluginInvoker(IsolationSettings settings,
                             InProcessInvoker& in_process,
                             IsolatedInvoker& isolated,
                             Quarantine& quarantine)
    : settings_(std::move(settings)),
      in_process_(in_process),
      isolated_(isolated),
      quarantine_(quarantine) {}

std::shared_ptr<const PluginContent> PluginInvoker::content_of_module(const LoadedModule& module) {
    {
        const std::shared_lock lock(mutex_);
        const auto found = modules_.find(&module);
        if (found != modules_.end()) {
            return found->second.content;
        }
    }
    auto content = std::make_shared<const PluginContent>(content_of(module));
    const std::unique_lock lock(mutex_);
    return modules_.emplace(&module, Known{std::move(content)}).first->second.content;
}

void PluginInvoker::mark(const LoadedModule& module, const PluginContent& content) {
    {
        const std::shared_lock lock(mutex_);
        if (modules_.at(&module).marked) {
            return;
        }
    }
    // The mark stands before any code of the plug-in can run, also for those that come meanwhile.
    const std::unique_lock lock(mutex_);
    Known& known = modules_.at(&module);
    if (!std::exchange(known.marked, true)) {
        quarantine_.enter_process(content);
    }
}

std::variant<core::Isolation, core::Failure> PluginInvoker::choose(
    const core::Invocation& invocation) {
    // Every FunctionInfo that a PluginRegistry hands out is one.
    const auto& function = static_cast<const LoadedFunction&>(*invocation.function);
    const LoadedModule& module = *function.owner;
    const auto content = content_of_module(module);
    const auto entry = quarantine_.find(content->hash);
    if (entry && entry->state == QuarantineEntry::State::Refused) {
        return refused_failure(*entry);
    }
    const Placement placement = placement_of(function, settings_, entry);
    auto where = placement.where;
    if (invocation.isolation && *invocation.isolation != where) {
        if (placement.forced) {
            return core::Failure{
                .code = "precondition",
                .message = function.subject +
                           " runs only in a process of its own: " + placement.reason +
                           "; take `isolation: in-process` away from task " + invocation.task};
        }
        where = *invocation.isolation;
    }
    if (where == core::Isolation::InProcess && !module.source().bundled) {
        mark(module, *content);
    }
    return where;
}

std::shared_ptr<core::CallControl> PluginInvoker::prepare(
    std::shared_ptr<const core::Invocation> invocation, core::CallObserver& observer) {
    auto choice = choose(*invocation);
    if (auto* failure = std::get_if<core::Failure>(&choice)) {
        return std::make_shared<RefusedCall>(std::move(*failure));
    }
    return std::get<core::Isolation>(choice) == core::Isolation::Process
               ? isolated_.prepare(std::move(invocation), observer)
               : in_process_.prepare(std::move(invocation), observer);
}

core::Outcome PluginInvoker::invoke(core::CallControl& call) {
    if (const auto* refused = dynamic_cast<const RefusedCall*>(&call)) {
        return {nullptr, refused->failure()};
    }
    if (dynamic_cast<IsolatedCall*>(&call) != nullptr) {
        return isolated_.invoke(call);
    }
    return in_process_.invoke(call);
}

}  // namespace oa::host::isolation
