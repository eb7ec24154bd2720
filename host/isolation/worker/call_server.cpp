#include "host/isolation/worker/call_server.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <exception>
#include <limits>
#include <new>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include <sys/timerfd.h>
#include <unistd.h>

#include "core/json/json.hpp"
#include "host/isolation/protocol/protocol_error.hpp"
#include "host/isolation/worker/crash_report.hpp"
#include "host/isolation/worker/worker_call_blobs.hpp"

namespace oa::host::isolation::worker {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int exit_failed = 70;
// For calls to end when there is no host any more that would kill the worker.
constexpr std::chrono::seconds patience_without_host{1};

std::size_t to_size(std::uint64_t bytes) {
    return static_cast<std::size_t>(
        std::min<std::uint64_t>(bytes, std::numeric_limits<std::size_t>::max()));
}

std::shared_ptr<const core::Invocation> to_invocation(Run& run, const LoadedFunction& function) {
    auto out = std::make_shared<core::Invocation>();
    out->function = &function;
    out->run_id = std::move(run.run_id);
    out->workflow = std::move(run.workflow);
    out->task = std::move(run.task);
    out->module_name = std::move(run.module_name);
    out->function_name = std::move(run.function_name);
    out->attempt = run.attempt;
    out->idempotency_key = std::move(run.idempotency_key);
    out->params = std::make_shared<const std::string>(std::move(run.params));
    constexpr auto latest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (run.deadline_ns != 0 && run.deadline_ns <= latest) {
        out->deadline = Clock::time_point(std::chrono::duration_cast<Clock::duration>(
            std::chrono::nanoseconds(static_cast<std::int64_t>(run.deadline_ns))));
    }
    return out;
}

/// What a function says while it runs goes to the host at once.
class ChannelObserver final : public core::CallObserver {
public:
    ChannelObserver(Channel& channel, std::uint64_t number, std::int32_t log_level)
        : channel_(channel), number_(number), log_level_(log_level) {}

    void log(const core::Invocation&,
             core::TaskLogLevel level,
             std::string_view message,
             std::string_view fields) override {
        tell(Log{.level = static_cast<std::int32_t>(level),
                 .message = std::string(message),
                 .fields = std::string(fields)});
    }
    void progress(const core::Invocation&, double fraction, std::string_view message) override {
        tell(Progress{.fraction = fraction, .message = std::string(message)});
    }
    [[nodiscard]] bool wants(core::TaskLogLevel level) const override {
        return static_cast<std::int32_t>(level) >= log_level_;
    }

private:
    void tell(const WorkerMessage& message) {
        std::string frame;
        encode(message, number_, frame);
        // Without a host there is nobody to tell; the reading thread notices it.
        static_cast<void>(channel_.send(frame));
    }

    Channel& channel_;
    std::uint64_t number_;
    std::int32_t log_level_;
};

core::Failure out_of_memory() {
    return {.code = "exhausted",
            .message =
                "the worker process has no memory left; raise the module's limit "
                "memory, or give it less work at one time",
            .retryable = true};
}

/// How long a call runs before another thread reads. A worker of one call waits for nothing but a
/// cancellation; a shared one for the next call.
constexpr std::chrono::nanoseconds alarm_alone{2'000'000};
constexpr std::chrono::nanoseconds alarm_shared{50'000};

}  // namespace

struct CallServer::Call {
    Call(Channel& channel, std::uint64_t own_number, std::int32_t log_level)
        : number(own_number), observer(channel, own_number, log_level) {}

    std::uint64_t number;
    ChannelObserver observer;
    std::shared_ptr<WorkerCallBlobs> blobs;
    std::shared_ptr<core::CallControl> control;
};

CallServer::CallServer(Channel& channel, PluginSession& session, const Load& load)
    : channel_(channel),
      session_(session),
      invoker_(CallLimits{.output_bytes_max = to_size(load.output_bytes_max),
                          .blob_bytes_max = to_size(load.blob_bytes_max)}),
      shared_blobs_(
          [this](const Segment& segment, int memory) { return announce(segment, memory); },
          load.blob_bytes_max),
      calls_max_(std::max<std::uint32_t>(load.threads, 1)),
      alarm_(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC)) {
    if (!alarm_) {
        throw std::system_error(errno, std::generic_category(), "timerfd_create");
    }
}

void CallServer::serve() {
    while (true) {
        take_turns();
    }
}

void CallServer::take_turns() {
    const CrashStack crash_stack;
    while (true) {
        take_reading();
        std::shared_ptr<Call> call;
        while (!call) {
            call = read_call();
        }
        leave_reading();
        run(call);
    }
}

void CallServer::take_reading() {
    std::unique_lock lock(mutex_);
    while (is_read_) {
        lock.unlock();
        wait_for_alarm();
        lock.lock();
    }
    is_read_ = true;
}

void CallServer::leave_reading() {
    {
        const std::lock_guard lock(mutex_);
        is_read_ = false;
        // A thread without a call waits for the alarm, or comes back from sending its result.
        if (threads_ > calls_.size()) {
            set_alarm();
            return;
        }
        ++threads_;
    }
    try {
        std::thread([this] { take_turns_in_thread(); }).detach();
    } catch (const std::system_error&) {
        // The limits allow no more: a cancellation then waits until a call has ended.
        const std::lock_guard lock(mutex_);
        --threads_;
    }
}

// It may ring when the call has long ended and the same thread reads again: then whoever wakes goes
// back to sleep. Calls that follow one another quickly put it off.
void CallServer::set_alarm() const {
    itimerspec when{};
    when.it_value.tv_nsec = calls_max_ == 1 ? alarm_alone.count() : alarm_shared.count();
    static_cast<void>(timerfd_settime(alarm_.get(), 0, &when, nullptr));
}

void CallServer::wait_for_alarm() const {
    std::uint64_t rings = 0;
    static_cast<void>(!::read(alarm_.get(), &rings, sizeof(rings)));
}

void CallServer::take_turns_in_thread() noexcept {
    try {
        take_turns();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "oa-worker: %s\n", error.what());
        std::fflush(nullptr);
        _exit(exit_failed);
    }
}

std::shared_ptr<CallServer::Call> CallServer::read_call() {
    while (true) {
        ReceivedFrame frame;
        if (channel_.receive(frame) == Channel::Received::Closed) {
            end(Ending::HostGone);
        }
        auto message = decode_host_message(frame.frame);
        if (auto* const run = std::get_if<Run>(&message)) {
            return accept(frame.frame.call, *run, frame.descriptors);
        }
        if (std::holds_alternative<Cancel>(message)) {
            cancel(frame.frame.call);
        } else if (std::holds_alternative<Release>(message)) {
            shared_blobs_.release(frame.frame.call);
        } else if (std::holds_alternative<Stop>(message)) {
            end(Ending::Stopped);
        } else if (std::holds_alternative<Load>(message)) {
            throw ProtocolError("a second plug-in was named");
        }
    }
}

std::shared_ptr<CallServer::Call> CallServer::accept(std::uint64_t number,
                                                     Run& message,
                                                     const std::vector<Descriptor>& descriptors) {
    const LoadedFunction* const function = session_.function(message.function);
    if (function == nullptr) {
        throw ProtocolError("the module has no function number " +
                            std::to_string(message.function));
    }
    try {
        auto call = std::make_shared<Call>(channel_, number, message.log_level);
        call->blobs = std::make_shared<WorkerCallBlobs>(
            shared_blobs_, number, take_inputs(std::move(message.blobs), descriptors));
        call->control =
            invoker_.prepare(to_invocation(message, *function), call->observer, call->blobs);
        const std::lock_guard lock(mutex_);
        if (calls_.size() < calls_max_) {
            if (!calls_.emplace(number, call).second) {
                throw ProtocolError("two calls have the number " + std::to_string(number));
            }
            return call;
        }
    } catch (const std::bad_alloc&) {
        reject(number, out_of_memory());
        return nullptr;
    }
    reject(number,
           {.code = "exhausted",
            .message = "the worker process runs " + std::to_string(calls_max_) + " calls already",
            .retryable = true});
    return nullptr;
}

void CallServer::reject(std::uint64_t number, core::Failure failure) {
    send_result(number, {.output = nullptr, .failure = std::move(failure)}, {});
}

void CallServer::cancel(std::uint64_t number) {
    std::shared_ptr<Call> call;
    {
        const std::lock_guard lock(mutex_);
        if (const auto found = calls_.find(number); found != calls_.end()) {
            call = found->second;
        }
    }
    if (call) {  // otherwise its result is on the way
        call->control->cancel();
    }
}

void CallServer::run(const std::shared_ptr<Call>& call) {
    core::Outcome outcome;
    try {
        outcome = invoker_.invoke(*call->control);
    } catch (const std::bad_alloc&) {
        outcome.failure = out_of_memory();
    }
    // Before the host knows the result: it may send the next call at once.
    {
        const std::lock_guard lock(mutex_);
        calls_.erase(call->number);
        ++sending_;
    }
    send_result(call->number, std::move(outcome), call->blobs->outputs());
    const std::lock_guard lock(mutex_);
    --sending_;
    call_ended_.notify_all();
}

bool CallServer::announce(const Segment& segment, int memory) {
    std::string frame;
    encode(WorkerMessage(segment), 0, frame);
    return channel_.send(frame, {memory});
}

void CallServer::send_result(std::uint64_t number,
                             core::Outcome outcome,
                             std::vector<BlobOutput> blobs) {
    std::string frame;
    try {
        Result result;
        result.blobs = std::move(blobs);
        result.output = core::write_json(outcome.output);
        result.failure = std::move(outcome.failure);
        result.misbehaviours = session_.misbehaviours();
        encode(WorkerMessage(std::move(result)), number, frame);
    } catch (const std::bad_alloc&) {
        frame.clear();
        frame.shrink_to_fit();
        shared_blobs_.release(number);  // the host is not told of them
        encode(WorkerMessage(Result{.failure = out_of_memory(),
                                    .output = "null",
                                    .blobs = {},
                                    .misbehaviours = session_.misbehaviours()}),
               number, frame);
    } catch (const std::length_error&) {
        shared_blobs_.release(number);  // the host is not told of them
        encode(WorkerMessage(Result{
                   .failure =
                       core::Failure{.code = "exhausted",
                                     .message = "the output is longer than a worker process can "
                                                "send. Write large data to a file and give its "
                                                "path"},
                   .output = "null",
                   .blobs = {},
                   .misbehaviours = session_.misbehaviours()}),
               number, frame);
    }
    // Without a host there is nobody to tell; the reading thread notices it.
    static_cast<void>(channel_.send(frame));
}

void CallServer::end(Ending ending) {
    std::vector<std::shared_ptr<Call>> running;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [number, call] : calls_) {
            running.push_back(call);
        }
    }
    for (const auto& call : running) {
        call->control->cancel();
    }
    running.clear();
    {
        std::unique_lock lock(mutex_);
        const auto all_ended = [this] { return calls_.empty() && sending_ == 0; };
        if (ending == Ending::Stopped) {
            call_ended_.wait(lock, all_ended);
        } else if (!call_ended_.wait_for(lock, patience_without_host, all_ended)) {
            _exit(0);
        }
    }
    session_.shutdown();
    std::fflush(nullptr);
    _exit(0);
}

}  // namespace oa::host::isolation::worker
