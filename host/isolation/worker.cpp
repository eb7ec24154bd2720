#include "host/isolation/worker.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>
#include <poll.h>
#include <sys/eventfd.h>

#include "core/json/json.hpp"
#include "host/isolation/protocol/protocol_error.hpp"
#include "host/plugin/descriptor_text.hpp"
#include "oa/plugin.h"

namespace oa::host::isolation {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds send_patience{10};
constexpr std::size_t refusal_bytes_max = 4'096;

std::int32_t lowest_level(const std::shared_ptr<PluginLog>& log) {
    for (std::int32_t level = OA_LOG_TRACE; log && level <= OA_LOG_ERROR; ++level) {
        if (log->wants(static_cast<core::TaskLogLevel>(level))) {
            return level;
        }
    }
    return OA_LOG_ERROR + 1;
}

/// Whether a worker found in its file the module that the host knows: calls name their function by
/// its position.
bool is_same_module(const std::string& manifest, const LoadedModule& module) {
    try {
        const auto document = core::parse_json(manifest);
        const auto& functions = document.at("functions").as_array();
        if (document.at("id").as_string() != module.info().id ||
            document.at("version").as_string() != module.info().version ||
            functions.size() != module.functions().size()) {
            return false;
        }
        for (std::size_t i = 0; i < functions.size(); ++i) {
            if (functions[i].at("name").as_string() != module.functions()[i]->function) {
                return false;
            }
        }
        return true;
    } catch (const std::exception&) {
        return false;
    }
}

}  // namespace

Worker::Worker(std::shared_ptr<const WorkerSpec> spec, Kind kind, std::weak_ptr<WorkerOwner> owner)
    : spec_(std::move(spec)), kind_(kind), owner_(std::move(owner)) {
    if (kind_ == Kind::Shared) {
        wake_ = Descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    }
}

Worker::~Worker() {
    // A process without its socket ends by itself.
    if (process_) {
        process_->watch(false);
    }
}

// ---- Start ----

std::optional<core::Failure> Worker::start(WorkerLauncher& launcher,
                                           IsolatedCall& call,
                                           std::uint32_t threads) {
    Load load = spec_->load;
    try {
        LaunchedWorker launched =
            launcher.launch({.module = spec_->module.info().name,
                             .filesystem = load.sandbox.filesystem,
                             .listener = std::weak_ptr<WorkerListener>(weak_from_this())});
        const std::lock_guard lock(mutex_);
        channel_ = std::move(launched.channel);
        process_ = std::move(launched.process);
        load.sandbox.temporary_folder = std::move(launched.temporary_folder);
        starting_for_ = &call;
    } catch (const std::exception& error) {
        return core::Failure{
            .code = "unavailable",
            .message = name_of(spec_->module) + " cannot get a worker process: " + error.what(),
            .retryable = true};
    }
    load.threads = threads;
    load.log_level = lowest_level(spec_->log);
    sandbox_ = load.sandbox;
    std::string frame;
    encode(HostMessage(std::move(load)), 0, frame);
    // A worker that does not take it is noticed below.
    static_cast<void>(channel_->send(frame, {}, steady_clock::now() + send_patience));
    call.move_to(shared_from_this());
    if (call.cancelled() || call.abandoned()) {
        call_cancelled(call);
    }
    auto failure = wait_ready(call);
    call.move_to(nullptr);
    const std::lock_guard lock(mutex_);
    starting_for_ = nullptr;
    return failure;
}

std::optional<core::Failure> Worker::wait_ready(IsolatedCall& call) {
    auto until = steady_clock::now() + spec_->start_max;
    if (const auto deadline = call.invocation().deadline) {
        until = std::min(until, *deadline);
    }
    try {
        for (;;) {
            ReceivedFrame received;
            const auto got = channel_->receive(received, until);
            // One that talks all the time is late too.
            const bool late = got == Channel::Received::Timeout || steady_clock::now() >= until;
            if (got != Channel::Received::Frame || late) {
                return start_failed(call, late);
            }
            const WorkerMessage message = decode_worker_message(received.frame);
            if (const auto* log = std::get_if<Log>(&message); log && received.frame.call == 0) {
                handle_log(0, *log);
                continue;
            }
            return take_ready(message);
        }
    } catch (const ProtocolError& error) {
        break_off(error.what());
        return failure_of_start(death_, spec_->module);
    }
}

std::optional<core::Failure> Worker::start_failed(IsolatedCall& call, bool too_slow) {
    {
        const std::lock_guard lock(mutex_);
        ended_by_host_ = ended_by_host_ || too_slow;
    }
    if (too_slow) {
        process_->kill();
    }
    break_off({});
    if (call.cancelled() || call.abandoned()) {
        return cancelled_before_start(call.function());
    }
    if (!too_slow) {
        return failure_of_start(death_, spec_->module);
    }
    const auto deadline = call.invocation().deadline;
    if (deadline && *deadline <= steady_clock::now()) {
        return late_before_start(call.function());
    }
    const std::string reason = "was not ready for work within " +
                               std::to_string(spec_->start_max.count()) +
                               " ms after it was loaded into a worker process";
    spec_->blame(Blame::Crash, reason);
    return core::Failure{
        .code = "unavailable", .message = name_of(spec_->module) + " " + reason, .retryable = true};
}

std::optional<core::Failure> Worker::take_ready(const WorkerMessage& message) {
    if (const auto* refused = std::get_if<Refused>(&message)) {
        process_->terminate(spec_->stop_max);
        std::string text = name_of(spec_->module) + " cannot be used in a worker process: it " +
                           clean_utf8(refused->reason, refusal_bytes_max);
        if (!refused->fix.empty()) {
            text += "; " + clean_utf8(refused->fix, refusal_bytes_max);
        }
        const std::lock_guard lock(mutex_);
        closed_ = ended_by_host_ = true;
        return core::Failure{.code = "unavailable", .message = std::move(text)};
    }
    const auto* ready = std::get_if<Ready>(&message);
    if (ready == nullptr) {
        throw ProtocolError("a message of a call before it was ready");
    }
    if (!is_same_module(ready->manifest, spec_->module)) {
        process_->kill();
        const std::lock_guard lock(mutex_);
        closed_ = ended_by_host_ = true;
        return core::Failure{
            .code = "precondition",
            .message = name_of(spec_->module) + ": its file " + spec_->load.file +
                       " describes another module, or other functions, when it is loaded than it "
                       "did before; build it again, and let the host find it anew"};
    }
    return std::nullopt;
}

// ---- From outside ----

void Worker::call_cancelled(IsolatedCall& call) {
    std::uint64_t number = 0;
    {
        const std::lock_guard lock(mutex_);
        if (starting_for_ == &call) {
            ended_by_host_ = true;
        }
        for (auto& [each, entry] : entries_) {
            if (entry.call.get() == &call && entry.sent &&
                !std::exchange(entry.cancel_sent, true)) {
                number = each;
            }
        }
        if (starting_for_ != &call && number == 0) {
            return;
        }
    }
    if (number != 0) {
        send_cancel(number);
    } else {
        process_->kill();
    }
}

void Worker::call_abandoned(IsolatedCall& call) {
    bool starting = false;
    {
        const std::lock_guard lock(mutex_);
        starting = starting_for_ == &call;
        bool found = starting;
        for (auto& [number, entry] : entries_) {
            if (entry.call.get() == &call && entry.waiter != nullptr) {
                found = abandoned_ = true;
                if (kind_ == Kind::Shared) {
                    entry.waiter->changed.notify_one();
                    entry.waiter = nullptr;
                }
            }
        }
        if (!found) {
            return;
        }
        ended_by_host_ = ended_by_host_ || starting || kind_ == Kind::Exclusive;
    }
    if (starting) {
        process_->kill();
    } else if (kind_ == Kind::Shared) {
        wake_reader();
        end_if_only_abandoned_are_left();
    } else {
        process_->terminate(std::chrono::milliseconds(0));
    }
}

void Worker::end_if_only_abandoned_are_left() {
    {
        const std::lock_guard lock(mutex_);
        const bool only_abandoned =
            abandoned_ && std::all_of(entries_.begin(), entries_.end(), [](const auto& entry) {
                return entry.second.waiter == nullptr;
            });
        if (!only_abandoned || std::exchange(ended_by_host_, true)) {
            return;
        }
    }
    process_->terminate(std::chrono::milliseconds(0));
}

bool Worker::usable() const {
    const std::lock_guard lock(mutex_);
    return !broken_ && !abandoned_ && !closed_;
}

bool Worker::still_there() const {
    if (process_->end()) {
        return false;
    }
    pollfd item{.fd = channel_->descriptor(), .events = POLLRDHUP, .revents = 0};
    return ::poll(&item, 1, 0) == 0;
}

void Worker::watch() {
    const std::lock_guard lock(mutex_);
    if (entries_.empty() && !broken_ && !closed_ && !std::exchange(watched_, true)) {
        process_->watch(true);
    }
}

void Worker::end() {
    watch();
    {
        const std::lock_guard lock(mutex_);
        if (broken_ || abandoned_) {
            return;
        }
        ended_by_host_ = true;
    }
    std::string frame;
    encode(HostMessage(Stop{}), 0, frame);
    static_cast<void>(channel_->send(frame, {}, steady_clock::now()));
    process_->terminate(spec_->stop_max);
}

bool Worker::ended() const {
    return !process_ || process_->end().has_value();
}

int Worker::pid() const {
    return process_ ? process_->pid() : 0;
}

}  // namespace oa::host::isolation
