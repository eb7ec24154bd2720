#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>

#include "host/isolation/worker_process.hpp"
#include "host/plugin/host_table.hpp"

namespace oa::host::isolation {

struct SupervisorSettings {
    std::filesystem::path worker_program;    ///< absolute
    std::filesystem::path temporary_folder;  ///< empty: the system's
    std::chrono::milliseconds term_grace{2'000};
    std::shared_ptr<PluginLog> log;  ///< takes what the workers write; may be null
};

/// Makes and watches the worker processes, on one thread. They are forked by a helper process, the
/// zygote, and never by the host itself, whose memory may be large and whose threads may hold any
/// lock. Thread and zygote start with the first worker; a zygote that dies takes its workers with
/// it and is replaced for the next one. Thread safe.
class WorkerSupervisor final : public WorkerLauncher {
public:
    explicit WorkerSupervisor(SupervisorSettings settings);
    /// Kills what still runs and waits for its end.
    ~WorkerSupervisor() override;
    WorkerSupervisor(const WorkerSupervisor&) = delete;
    WorkerSupervisor& operator=(const WorkerSupervisor&) = delete;

    [[nodiscard]] LaunchedWorker launch(LaunchRequest request) override;
    void call_at(std::chrono::steady_clock::time_point when, std::function<void()> work) override;

    /// 0 while there is none.
    [[nodiscard]] int zygote_pid() const;

private:
    class Loop;
    std::shared_ptr<Loop> loop_;  // also owned by processes that outlive this object
};

}  // namespace oa::host::isolation
