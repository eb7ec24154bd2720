#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "core/port/event_sink.hpp"
#include "host/blob/blob_store.hpp"
#include "host/cli/workbench.hpp"
#include "host/control/control_server.hpp"
#include "host/engine/engine.hpp"
#include "host/engine/quiet_sink.hpp"
#include "host/engine/system_clock.hpp"
#include "host/engine/timer_queue.hpp"
#include "host/engine/worker_pool.hpp"
#include "host/store/forgetful_journal.hpp"
#include "host/store/run_store.hpp"

namespace oa::host {

/// The store that is meant: `data` or that of the configuration. Throws StoreError,
/// std::invalid_argument.
[[nodiscard]] RunStoreSettings store_settings(const std::optional<std::string>& data,
                                              const std::optional<std::string>& durability,
                                              const Config& config);

/// All that runs need in one process: threads, time, blobs, perhaps a store, and the engine.
class RunHouse {
public:
    /// Borrows the workbench. With settings, opens the store: throws StoreError.
    RunHouse(const Workbench& workbench, std::optional<RunStoreSettings> store);

    /// Null when runs are kept nowhere.
    [[nodiscard]] RunStore* store() noexcept { return store_ ? &*store_ : nullptr; }
    /// Puts the documents of a workflow into the store; empty where there is none. Throws
    /// StoreError.
    [[nodiscard]] std::string keep(const LoadedWorkflow& loaded);
    /// A workflow by the name of its documents in the store; those that were asked for lately are
    /// at hand. Throws std::runtime_error. Thread safe.
    [[nodiscard]] std::shared_ptr<const LoadedWorkflow> load(const std::string& documents);

    /// Makes the engine. `secrets` is borrowed, and may be null; so is `journal`, which then stands
    /// before the store.
    void open(const core::SecretSource* secrets, core::Journal* journal = nullptr);
    /// After open().
    [[nodiscard]] Engine& engine() { return *engine_; }
    [[nodiscard]] const core::Clock& clock() const noexcept { return clock_; }
    [[nodiscard]] Timers& timers() noexcept { return timers_; }
    [[nodiscard]] JobRunner& pool() noexcept { return pool_; }
    /// Removes runs from the store that have ended and are older than the configuration keeps them.
    /// What goes wrong is logged: there is another time.
    void tidy_up();
    /// Threads are still inside functions that ignored their cancellation.
    [[nodiscard]] bool has_threads_left_behind() const { return pool_.written_off() > 0; }

private:
    const Workbench& workbench_;
    SystemClock clock_;
    ForgetfulJournal forgetful_;
    std::optional<RunStore> store_;
    std::mutex loading_;
    std::map<std::string, std::shared_ptr<const LoadedWorkflow>> documents_;
    BlobStore blobs_;
    QuietSink quiet_;
    TimerQueue timers_;
    WorkerPool pool_;
    WorkerPool continuations_;
    std::unique_ptr<Engine> engine_;
};

/// The way to tell this process things while it works. It works without one, too: null then.
[[nodiscard]] std::unique_ptr<ControlServer> open_control(const Workbench& workbench,
                                                          RunHouse& house);

/// Shows a run on standard error: for a person at a terminal, else as log lines.
[[nodiscard]] std::shared_ptr<core::EventSink> make_run_sink(const Workbench& workbench,
                                                             bool as_json);

/// What the configuration says of runs. Every run gets a seed of its own.
[[nodiscard]] core::RunSettings run_settings(const Config& config);

}  // namespace oa::host
