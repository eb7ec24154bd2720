#include "host/isolation/isolated_invoker.hpp"

#include <utility>
#include <vector>

namespace oa::host::isolation {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kill_patience{2};

}  // namespace

IsolatedInvoker::IsolatedInvoker(IsolationSettings settings,
                                 WorkerLauncher& launcher,
                                 Quarantine& quarantine,
                                 std::shared_ptr<PluginLog> log,
                                 CallLimits limits)
    : settings_(std::move(settings)),
      launcher_(launcher),
      quarantine_(quarantine),
      log_(std::move(log)),
      limits_(limits) {}

IsolatedInvoker::~IsolatedInvoker() {
    std::vector<std::shared_ptr<WorkerPool>> pools;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [module, each] : pools_) {
            pools.push_back(each.pool);
        }
    }
    for (const auto& pool : pools) {
        pool->retire();
    }
    const auto until =
        steady_clock::now() + settings_.pool.stop_max + settings_.term_grace + kill_patience;
    for (const auto& pool : pools) {
        static_cast<void>(pool->wait_empty(until));
    }
}

std::shared_ptr<core::CallControl> IsolatedInvoker::prepare(
    std::shared_ptr<const core::Invocation> invocation, core::CallObserver& observer) {
    return std::make_shared<IsolatedCall>(std::move(invocation), observer);
}

core::Outcome IsolatedInvoker::invoke(core::CallControl& control) {
    auto& call = static_cast<IsolatedCall&>(control);
    // An abandoned call may be all that still holds it.
    const auto keep = call.shared_from_this();
    const ModulePool& own = pool_of(*call.function().owner);
    core::Outcome out;
    if (const auto entry = quarantine_.find(own.content.hash);
        entry && entry->state == QuarantineEntry::State::Refused) {
        out.failure = refused_failure(*entry);
    } else if (const core::Failure* stopped = call.function().owner->stop_failure()) {
        out.failure = *stopped;
    } else if (auto failure = call.take_inputs()) {
        out.failure = std::move(failure);
    } else {
        out = own.pool->run(call);
    }
    call.close();
    return out;
}

const IsolatedInvoker::ModulePool& IsolatedInvoker::pool_of(LoadedModule& module) {
    const std::lock_guard lock(mutex_);
    ModulePool& own = pools_[&module];  // never moves, and stays
    if (!own.pool) {
        retire_old_pools();
        own.content = content_of(module);
        own.pool = std::make_shared<WorkerPool>(make_spec(module, own.content),
                                                pool_for(settings_, module), launcher_);
        module.on_retire([pool = std::weak_ptr(own.pool)] {
            if (const auto alive = pool.lock()) {
                alive->retire();
            }
        });
    }
    return own;
}

// With the mutex held. A new pool may be that of a file which has changed: workers with the older
// content are of no use any more.
void IsolatedInvoker::retire_old_pools() {
    for (const auto& [module, each] : pools_) {
        if (each.pool && module->is_retired()) {
            each.pool->retire();
        }
    }
}

std::shared_ptr<const WorkerSpec> IsolatedInvoker::make_spec(LoadedModule& module,
                                                             const PluginContent& content) const {
    const ModuleSource& source = module.source();
    Load load;
    load.file = (source.load_from.empty() ? source.file : source.load_from).string();
    load.config = module.config();
    load.output_bytes_max = limits_.output_bytes_max;
    load.blob_bytes_max = limits_.blob_bytes_max;
    load.sandbox = sandbox_for(settings_, module);
    const auto tell = [&quarantine = quarantine_, content](Blame blame, const std::string& reason) {
        if (blame == Blame::Violation) {
            quarantine.refuse_now(content, reason);
        } else if (blame == Blame::Crash) {
            quarantine.record_crash(content, reason);
        }
    };
    return std::make_shared<const WorkerSpec>(WorkerSpec{.module = module,
                                                         .load = std::move(load),
                                                         .limits = limits_,
                                                         .start_max = settings_.pool.start_max,
                                                         .stop_max = settings_.pool.stop_max,
                                                         .log = log_,
                                                         .blame = tell});
}

void IsolatedInvoker::retire(const LoadedModule& module) {
    std::shared_ptr<WorkerPool> pool;
    {
        const std::lock_guard lock(mutex_);
        const auto found = pools_.find(&module);
        if (found == pools_.end()) {
            return;
        }
        pool = found->second.pool;
    }
    pool->retire();
}

WorkerPool::Numbers IsolatedInvoker::numbers(const LoadedModule& module) const {
    std::shared_ptr<WorkerPool> pool;
    {
        const std::lock_guard lock(mutex_);
        const auto found = pools_.find(&module);
        if (found == pools_.end()) {
            return {};
        }
        pool = found->second.pool;
    }
    return pool->numbers();
}

}  // namespace oa::host::isolation
