#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "host/isolation/output_lines.hpp"
#include "host/isolation/protocol/channel.hpp"
#include "host/isolation/worker_supervisor.hpp"

namespace oa::host::isolation {

/// The thread of a supervisor, and what it works on. Everything is guarded by the mutex, but what
/// says otherwise. Members named on_... and the ones that they call run on the thread of the loop.
class WorkerSupervisor::Loop final : public std::enable_shared_from_this<Loop> {
public:
    using Time = std::chrono::steady_clock::time_point;
    class Process;

    explicit Loop(SupervisorSettings settings);

    LaunchedWorker launch(const LaunchRequest& request);
    void call_at(Time when, std::function<void()> work);
    void stop();
    [[nodiscard]] int zygote_pid() const;

    void send_signal(const Process& process, int number);
    void watch(int socket, std::uint64_t id, bool on, bool known) const;
    void write_line(const std::string& module,
                    core::TaskLogLevel level,
                    const std::string& line) const;
    [[nodiscard]] std::chrono::milliseconds term_grace() const { return settings_.term_grace; }

private:
    /// What an event of epoll is about.
    enum class Source : std::uint64_t { Wake, Zygote, ZygoteOutput, Output, Socket };
    static constexpr std::uint64_t kind_bits = 3;
    /// Kind and number of the worker.
    static std::uint64_t tag(Source source, std::uint64_t id = 0) {
        return (id << kind_bits) | static_cast<std::uint64_t>(source);
    }

    struct Generation {
        std::uint64_t number = 0;
        std::shared_ptr<Channel> channel;
    };

    void start_thread();
    void run();
    void step();
    [[nodiscard]] int wait_milliseconds();
    void wake() const;
    void add(int descriptor, std::uint64_t data) const;
    [[nodiscard]] Generation ready_zygote();

    void on_event(std::uint64_t data);
    void on_timers();
    void on_zygote();
    void on_zygote_output();
    void on_output(Process& process);
    void on_report(const ZygoteReport& report);
    void on_zygote_lost();
    void on_end(const std::shared_ptr<Process>& process, const WorkerEnd& end);
    void start_zygote_now();
    void kill_zygote();
    [[nodiscard]] std::shared_ptr<Process> find(std::uint64_t id) const;

    const SupervisorSettings settings_;
    const Descriptor epoll_;
    const Descriptor wake_;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::thread thread_;
    bool stopping_ = false;
    std::uint64_t last_id_ = 0;
    std::unordered_map<std::uint64_t, std::shared_ptr<Process>> processes_;
    std::multimap<Time, std::function<void()>> timers_;
    bool zygote_wanted_ = false;
    std::string zygote_problem_;
    std::uint64_t zygote_starts_ = 0;  // attempts so far, also failed ones
    std::shared_ptr<Channel> zygote_;
    int zygote_pid_ = 0;

    // Of the loop's thread alone.
    Descriptor zygote_output_;
    OutputLines zygote_lines_;
    std::vector<std::string> folders_;  // still to be removed
};

class WorkerSupervisor::Loop::Process final : public WorkerProcess,
                                              public std::enable_shared_from_this<Process> {
public:
    Process(std::shared_ptr<Loop> loop, std::uint64_t number, LaunchRequest request)
        : id(number),
          loop_(std::move(loop)),
          request_(std::move(request)),
          lines_([this](const std::string& line) {
              loop_->write_line(request_.module, core::TaskLogLevel::Info, line);
          }) {}

    [[nodiscard]] int pid() const override { return pid_.load(); }
    [[nodiscard]] std::optional<WorkerEnd> end() const override {
        const std::lock_guard lock(mutex_);
        return end_;
    }
    [[nodiscard]] std::optional<WorkerEnd> wait_end(Time until) const override;
    [[nodiscard]] std::vector<std::string> last_output() const override;
    void terminate(std::chrono::milliseconds patience) override;
    void kill() override;
    void watch(bool on) override;

    // ---- For the loop ----
    void add_output(std::string_view bytes);
    void finish(const WorkerEnd& end);
    void tell_readable() const;
    void set_pid(int pid) { pid_.store(pid); }

    const std::uint64_t id;
    int socket = -1;               // the channel's; constant once launched
    std::uint64_t generation = 0;  // of the zygote; guarded by the loop's mutex
    std::string folder;            // constant once launched
    Descriptor output;             // of the loop's thread once launched

private:
    const std::shared_ptr<Loop> loop_;
    const LaunchRequest request_;
    std::atomic<int> pid_{0};
    mutable std::mutex mutex_;
    mutable std::condition_variable ended_;
    OutputLines lines_;
    std::optional<WorkerEnd> end_;
    bool watched_ = false;
};

}  // namespace oa::host::isolation
