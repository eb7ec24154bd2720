#pragma once

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/json.hpp>
#include <sys/socket.h>

#include "host/isolation/protocol/messages.hpp"
#include "host/isolation/protocol/protocol_error.hpp"
#include "host/isolation/worker_process.hpp"
#include "host/plugin/loaded_module.hpp"

namespace oa::host::isolation {

/// The name is another one in fixtures of GoogleTest.
using RunMessage = Run;

inline Result output(std::string json, std::vector<BlobOutput> blobs = {}) {
    Result out;
    out.output = std::move(json);
    out.blobs = std::move(blobs);
    return out;
}
inline Result failed(core::Failure failure, std::string json = "null") {
    Result out = output(std::move(json));
    out.failure = std::move(failure);
    return out;
}

inline std::string frame_of(const WorkerMessage& message, std::uint64_t call = 0) {
    std::string out;
    encode(message, call, out);
    return out;
}

/// The worker's end of a channel, for scripts.
class WorkerEndpoint {
public:
    WorkerEndpoint(Channel& channel, std::size_t index) : channel_(channel), index_(index) {}

    /// The how manieth worker of the launcher this one is, from 0.
    [[nodiscard]] std::size_t index() const { return index_; }
    bool send(const WorkerMessage& message, std::uint64_t call = 0) {
        return channel_.send(frame_of(message, call));
    }
    bool send(const WorkerMessage& message, std::uint64_t call, int descriptor) {
        return channel_.send(frame_of(message, call), {descriptor});
    }
    bool send_bytes(std::string_view bytes) { return channel_.send(bytes); }
    struct Message {
        std::uint64_t call = 0;
        HostMessage message;
    };
    /// Nothing once the host has closed, or killed this worker.
    std::optional<Message> receive() {
        ReceivedFrame received;
        if (channel_.receive(received) != Channel::Received::Frame) {
            return std::nullopt;
        }
        return Message{received.frame.call, decode_host_message(received.frame)};
    }

private:
    Channel& channel_;
    std::size_t index_;
};

/// What a worker does in its whole life. It ends as it returns; a WorkerEnd that it gives is told
/// as its end.
using WorkerScript = std::function<WorkerEnd(WorkerEndpoint& worker)>;

inline WorkerEnd exits(int status) {
    WorkerEnd out;
    out.how = WorkerEnd::How::Exited;
    out.code = status;
    return out;
}
inline WorkerEnd dies_by(int number) {
    WorkerEnd out;
    out.how = WorkerEnd::How::Signalled;
    out.code = number;
    return out;
}

/// As a worker writes it that has loaded the module.
inline std::string manifest_of(const LoadedModule& module) {
    boost::json::array functions;
    for (const auto& function : module.functions()) {
        functions.push_back(boost::json::object{{"name", function->function}});
    }
    return boost::json::serialize(boost::json::object{{"manifest", 1},
                                                      {"id", module.info().id},
                                                      {"name", module.info().name},
                                                      {"version", module.info().version},
                                                      {"functions", std::move(functions)}});
}

/// A worker that becomes ready and gives each call to `run`, which answers, or ends the worker.
inline WorkerScript good_worker(
    const LoadedModule& module,
    std::function<std::optional<WorkerEnd>(WorkerEndpoint&, std::uint64_t, const Run&)> run) {
    return [&module, run = std::move(run)](WorkerEndpoint& worker) {
        while (const auto got = worker.receive()) {
            if (std::holds_alternative<Load>(got->message)) {
                worker.send(Ready{manifest_of(module), "{}"});
            } else if (std::holds_alternative<Stop>(got->message)) {
                return exits(0);
            } else if (const auto* call = std::get_if<Run>(&got->message)) {
                if (const auto end = run(worker, got->call, *call)) {
                    return *end;
                }
            }
        }
        return exits(0);
    };
}

/// A worker process that is a thread of the test.
class ScriptedProcess final : public WorkerProcess {
public:
    ScriptedProcess(Descriptor socket, std::weak_ptr<WorkerListener> listener, std::size_t index)
        : channel_(std::make_unique<Channel>(std::move(socket))),
          listener_(std::move(listener)),
          index_(index) {}
    void begin(const WorkerScript& script) {
        thread_ = std::thread([this, script] {
            WorkerEnd end = exits(0);
            try {
                WorkerEndpoint worker(*channel_, index_);
                end = script(worker);
            } catch (const ProtocolError&) {
                end = exits(70);
            }
            {
                const std::lock_guard lock(mutex_);
                end_ = killed_ ? dies_by(SIGKILL) : end;
                channel_.reset();
            }
            ended_.notify_all();
            if (const auto listener = listener_.lock()) {
                listener->worker_ended();
            }
        });
    }
    void join() {
        if (thread_.joinable()) {
            thread_.join();
        }
    }

    [[nodiscard]] int pid() const override { return 4'000'000 + static_cast<int>(index_); }
    [[nodiscard]] std::optional<WorkerEnd> end() const override {
        const std::lock_guard lock(mutex_);
        return end_;
    }
    [[nodiscard]] std::optional<WorkerEnd> wait_end(
        std::chrono::steady_clock::time_point until) const override {
        std::unique_lock lock(mutex_);
        ended_.wait_until(lock, until, [&] { return end_.has_value(); });
        return end_;
    }
    [[nodiscard]] std::vector<std::string> last_output() const override {
        return {"one", "two", "three", "four"};
    }
    void terminate(std::chrono::milliseconds patience) override {
        if (patience.count() == 0) {
            {
                const std::lock_guard lock(mutex_);
                terminated_ = true;
            }
            kill();
        }
    }
    void kill() override {
        const std::lock_guard lock(mutex_);
        killed_ = true;
        if (channel_) {
            ::shutdown(channel_->descriptor(), SHUT_RDWR);
        }
    }
    void watch(bool on) override {
        const std::lock_guard lock(mutex_);
        watched_ = on;
    }

    /// Whether the host wants to be told that there is something to read; tell_readable() does.
    [[nodiscard]] bool watched() const {
        const std::lock_guard lock(mutex_);
        return watched_;
    }
    void tell_readable() const {
        if (const auto listener = listener_.lock()) {
            listener->worker_readable();
        }
    }
    [[nodiscard]] bool killed() const {
        const std::lock_guard lock(mutex_);
        return killed_;
    }
    [[nodiscard]] bool terminated() const {
        const std::lock_guard lock(mutex_);
        return terminated_;
    }

private:
    std::unique_ptr<Channel> channel_;
    const std::weak_ptr<WorkerListener> listener_;
    const std::size_t index_;
    std::thread thread_;
    mutable std::mutex mutex_;
    mutable std::condition_variable ended_;
    std::optional<WorkerEnd> end_;
    bool killed_ = false;
    bool terminated_ = false;
    bool watched_ = false;
};

/// Plays worker processes on threads of the test.
class ScriptedLauncher final : public WorkerLauncher {
public:
    explicit ScriptedLauncher(WorkerScript script) : script_(std::move(script)) {}
    ~ScriptedLauncher() override {
        for (const auto& process : processes()) {
            process->kill();
            process->join();
        }
    }
    ScriptedLauncher(const ScriptedLauncher&) = delete;
    ScriptedLauncher& operator=(const ScriptedLauncher&) = delete;

    LaunchedWorker launch(LaunchRequest request) override {
        SocketPair sockets = make_socket_pair();
        const std::lock_guard lock(mutex_);
        auto process = std::make_shared<ScriptedProcess>(std::move(sockets.theirs),
                                                         request.listener, processes_.size());
        processes_.push_back(process);
        process->begin(script_);
        LaunchedWorker out;
        out.channel = std::make_unique<Channel>(std::move(sockets.ours));
        out.process = process;
        return out;
    }
    void call_at(std::chrono::steady_clock::time_point /*when*/,
                 std::function<void()> work) override {
        const std::lock_guard lock(mutex_);
        planned_.push_back(std::move(work));
    }
    /// Does what was planned, whether it is time or not.
    void run_planned() {
        std::vector<std::function<void()>> planned;
        {
            const std::lock_guard lock(mutex_);
            planned.swap(planned_);
        }
        for (const auto& work : planned) {
            work();
        }
    }

    [[nodiscard]] std::vector<std::shared_ptr<ScriptedProcess>> processes() const {
        const std::lock_guard lock(mutex_);
        return processes_;
    }
    [[nodiscard]] std::size_t launched() const { return processes().size(); }

private:
    const WorkerScript script_;
    mutable std::mutex mutex_;
    std::vector<std::shared_ptr<ScriptedProcess>> processes_;
    std::vector<std::function<void()>> planned_;
};

}  // namespace oa::host::isolation
