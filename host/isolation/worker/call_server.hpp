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
/// call runs it itself. Only if that takes longer than a moment, an alarm wakes another one, which
/// reads meanwhile: so a short call wakes nobody, and a cancellation is read while a long one
/// runs.
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
    /// Waits until no other thread reads.
    void take_reading();
    /// Sees to it that another thread reads soon.
    void leave_reading();
    void set_alarm() const;
    void wait_for_alarm() const;
    /// The next call to run; null when it cannot be run. The calling thread has the reading.
    [[nodiscard]] std::shared_ptr<Call> read_call();
    [[nodiscard]] std::shared_ptr<Call> accept(std::uint64_t number,
                                               Run& message,
                                               const std::vector<Descriptor>& descriptors);
    [[nodiscard]] bool announce(const Segment& segment, int memory);
    void reject(std::uint64_t number, core::Failure failure);
    void cancel(std::uint64_t number);
    void run(const std::shared_ptr<Call>& call);
    void send_result(std::uint64_t number, core::Outcome outcome, std::vector<BlobOutput> blobs);
    [[noreturn]] void end(Ending ending);

    Channel& channel_;
    PluginSession& session_;
    InProcessInvoker invoker_;
    SharedBlobs shared_blobs_;
    const std::size_t calls_max_;
    const Descriptor alarm_;  // a timer

    std::mutex mutex_;
    std::condition_variable call_ended_;
    std::unordered_map<std::uint64_t, std::shared_ptr<Call>> calls_;  // guarded by mutex_
    std::size_t sending_ = 0;  // results that are on the way; guarded by mutex_
    std::size_t threads_ = 1;  // guarded by mutex_
    bool is_read_ = false;     // some thread has the reading; guarded by mutex_
};

}  // namespace oa::host::isolation::worker
