#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "host/isolation/protocol/channel.hpp"

namespace oa::host::isolation {

/// How a worker process ended.
struct WorkerEnd {
    enum class How {
        Exited,     ///< code: its status
        Signalled,  ///< code: the number of the signal
        Unknown,    ///< the process that makes the workers died with it
        NotMade,    ///< code: errno of fork
    } how = How::Unknown;
    int code = 0;
    std::uint64_t cpu_microseconds = 0;
    std::uint64_t rss_kib_max = 0;
};

/// A worker process, as the host sees it. Thread safe. Its folder and everything that it started
/// are gone when it has ended.
class WorkerProcess {
public:
    virtual ~WorkerProcess() = default;

    [[nodiscard]] virtual int pid() const = 0;  ///< 0 until it is known
    /// Nothing while it runs.
    [[nodiscard]] virtual std::optional<WorkerEnd> end() const = 0;
    [[nodiscard]] virtual std::optional<WorkerEnd> wait_end(
        std::chrono::steady_clock::time_point until) const = 0;
    /// What it and its children wrote to standard output and error last, by line. Complete once it
    /// has ended.
    [[nodiscard]] virtual std::vector<std::string> last_output() const = 0;
    /// If it has not ended after `patience`, it and its children get the terminate signal, and
    /// after the grace of the settings the kill signal. The earliest of several requests counts.
    virtual void terminate(std::chrono::milliseconds patience) = 0;
    /// The kill signal at once.
    virtual void kill() = 0;
    /// From now on (true), tells the listener once when the worker's socket has something to read;
    /// or no more (false).
    virtual void watch(bool on) = 0;

protected:
    WorkerProcess() = default;
    WorkerProcess(const WorkerProcess&) = default;
    WorkerProcess& operator=(const WorkerProcess&) = default;
};

/// Hears about one worker, on a thread that serves all of them: be quick.
class WorkerListener {
public:
    virtual ~WorkerListener() = default;
    virtual void worker_readable() = 0;
    virtual void worker_ended() = 0;

protected:
    WorkerListener() = default;
    WorkerListener(const WorkerListener&) = default;
    WorkerListener& operator=(const WorkerListener&) = default;
};

/// There can be no worker process at all. what() names the reason and the fix.
class LaunchError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

struct LaunchRequest {
    std::string module;       ///< for the log
    bool filesystem = false;  ///< keeps the host's user, and so do its files
    std::weak_ptr<WorkerListener> listener;
};

struct LaunchedWorker {
    std::unique_ptr<Channel> channel;
    std::shared_ptr<WorkerProcess> process;
    std::string temporary_folder;
};

/// Makes worker processes. Thread safe.
class WorkerLauncher {
public:
    virtual ~WorkerLauncher() = default;
    /// Does not wait for the process: what is sent to it meanwhile is kept. Throws LaunchError.
    [[nodiscard]] virtual LaunchedWorker launch(LaunchRequest request) = 0;
    /// Calls `work` once at about that time, on the thread that serves all workers.
    virtual void call_at(std::chrono::steady_clock::time_point when,
                         std::function<void()> work) = 0;

protected:
    WorkerLauncher() = default;
    WorkerLauncher(const WorkerLauncher&) = default;
    WorkerLauncher& operator=(const WorkerLauncher&) = default;
};

}  // namespace oa::host::isolation
