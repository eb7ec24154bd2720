#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "core/port/task_invoker.hpp"
#include "host/isolation/protocol/channel.hpp"
#include "host/isolation/protocol/messages.hpp"
#include "host/isolation/worker/plugin_session.hpp"
#include "host/isolation/worker/shared_blobs.hpp"
#include "host/plugin/in_process_invoker.hpp"

namespace oa::host::isolation::worker {

/// Runs the calls that the host asks for. Its threads read the socket in turn: the one that reads a
/// call leaves the reading to the next and runs the call itself, so that a call needs no change of
/// threads, and a cancellation is read while calls run.
class CallServer {
public:
    /// All of them outlive it.
    CallServer(Channel& channel, PluginSession& session, const Load& load);
    CallServer(const CallServer&) = delete;
    CallServer& operator=(const CallServer&) = delete;

    /// Serves until the host says Stop or closes its end; stops the module and ends the process.
    /// Throws ProtocolError when the host does not speak the protocol.
    [[noreturn]] void serve();

private:
    struct Call;
    enum class Ending { HostGone, Stopped };

    void take_turns();
    void take_turns_in_thread() noexcept;
    /// The next call to run. The thread has the reading while it waits.
    [[nodiscard]] std::shared_ptr<Call> read_call();
    [[nodiscard]] std::shared_ptr<Call> accept(std::uint64_t number,
                                               Run& message,
                                               const std::vector<Descriptor>& descriptors);
    [[nodiscard]] bool announce(const Segment& segment, int memory);
    void reject(std::uint64_t number, core::Failure failure);
    void cancel(std::uint64_t number);
    void keep_somebody_reading();
    void run(const std::shared_ptr<Call>& call);
    void send_result(std::uint64_t number, core::Outcome outcome, std::vector<BlobOutput> blobs);
    [[noreturn]] void end(Ending ending);

    Channel& channel_;
    PluginSession& session_;
    InProcessInvoker invoker_;
    SharedBlobs shared_blobs_;
    const std::size_t calls_max_;

    std::mutex reading_;  // held by the thread that reads the socket

    std::mutex mutex_;
    std::condition_variable call_ended_;
    std::unordered_map<std::uint64_t, std::shared_ptr<Call>> calls_;  // guarded by mutex_
    std::size_t sending_ = 0;  // results that are on the way; guarded by mutex_
    std::size_t threads_ = 1;  // guarded by mutex_
    std::size_t coming_ = 1;   // threads that read next, or after they sent a result; guarded by
                               // mutex_
};

}  // namespace oa::host::isolation::worker
