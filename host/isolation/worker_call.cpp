// A call in a worker: the part of Worker that its own thread runs.
#include <algorithm>
#include <new>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "core/secret/secret.hpp"
#include "host/blob/blob_error.hpp"
#include "host/isolation/protocol/protocol_error.hpp"
#include "host/isolation/worker.hpp"
#include "oa/plugin.h"

namespace oa::host::isolation {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds send_patience{10};
constexpr std::chrono::seconds cancel_patience{1};

/// Adds the input blobs to a call: the largest as descriptors, which the worker maps, what is small
/// as bytes. The descriptors stay the blobs'.
std::vector<int> add_inputs(Run& run, std::span<const std::shared_ptr<const Blob>> inputs) {
    std::vector<std::size_t> by_size(inputs.size());
    std::iota(by_size.begin(), by_size.end(), std::size_t{0});
    std::stable_sort(by_size.begin(), by_size.end(), [&](std::size_t a, std::size_t b) {
        return inputs[a]->size() > inputs[b]->size();
    });
    run.blobs.resize(inputs.size());
    for (std::size_t i = 0; i < by_size.size() && i < frame_descriptors_max; ++i) {
        run.blobs[by_size[i]].mapped = inputs[by_size[i]]->size() >= small_blob_bytes;
    }
    std::vector<int> descriptors;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        run.blobs[i].size = inputs[i]->size();
        if (run.blobs[i].mapped) {
            descriptors.push_back(inputs[i]->descriptor());
        } else {
            const auto bytes = inputs[i]->bytes();
            // Bytes are bytes, whatever their type is called.
            run.blobs[i].bytes.assign(reinterpret_cast<const char*>(bytes.data()),  // NOLINT
                                      bytes.size());
        }
    }
    return descriptors;
}

}  // namespace

std::optional<core::Outcome> Worker::run(IsolatedCall& call) {
    Waiter waiter;
    std::uint64_t number = 0;
    {
        const std::lock_guard lock(mutex_);
        if (broken_ || abandoned_ || closed_) {
            return std::nullopt;
        }
        number = ++last_number_;
        entries_.emplace(number, Entry{call.shared_from_this(), &waiter});
        if (std::exchange(watched_, false)) {
            process_->watch(false);
        }
    }
    call.move_to(shared_from_this());
    std::optional<core::Outcome> out;
    try {
        if (call.cancelled() || call.abandoned()) {
            out = core::Outcome{nullptr, cancelled_before_start(call.function())};
        } else if (send_run(call, number)) {
            out = await(call, number, waiter);
        }
    } catch (const BlobError& error) {
        out = core::Outcome{nullptr, not_called(call.function().subject, error)};
    } catch (const std::length_error& error) {
        out = core::Outcome{
            nullptr,
            core::Failure{.code = "exhausted",
                          .message = "the parameters for " + call.function().subject +
                                     " are too long for a worker process: " + error.what()}};
    } catch (const std::bad_alloc&) {
        out = core::Outcome{nullptr, core::Failure{.code = "exhausted",
                                                   .message = "the host has no memory left for " +
                                                              call.function().subject,
                                                   .retryable = true}};
    }
    call.move_to(nullptr);
    {
        const std::lock_guard lock(mutex_);
        const auto entry = entries_.find(number);
        if (entry != entries_.end() && entry->second.waiter != nullptr) {
            entries_.erase(entry);
        }
        closed_ = closed_ || !out;
        pass_on_reading();
    }
    if (!out) {
        if (still_there()) {
            note_violation("it did not take a call in time");
        }
        process_->kill();
        break_off({});
    }
    end_if_only_abandoned_are_left();
    return out;
}

bool Worker::send_run(IsolatedCall& call, std::uint64_t number) {
    const core::Invocation& invocation = call.invocation();
    Run run;
    run.function = call.function().index;
    run.attempt = invocation.attempt;
    if (invocation.deadline) {
        const auto since = std::chrono::duration_cast<std::chrono::nanoseconds>(
            invocation.deadline->time_since_epoch());
        run.deadline_ns = static_cast<std::uint64_t>(std::max<std::int64_t>(since.count(), 1));
    }
    run.log_level = call.log_level();
    run.run_id = invocation.run_id;
    run.workflow = invocation.workflow;
    run.task = invocation.task;
    run.module_name = invocation.module_name;
    run.function_name = invocation.function_name;
    run.idempotency_key = invocation.idempotency_key;
    run.params = call.params() ? *call.params() : "{}";
    const std::vector<int> descriptors = add_inputs(run, call.blobs());
    HostMessage message(std::move(run));
    std::string frame;
    encode(message, number, frame);
    const bool sent = channel_->send(frame, descriptors, steady_clock::now() + send_patience);
    if (invocation.may_hold_secrets) {
        core::wipe(frame);
        core::wipe(std::get<Run>(message).params);
    }
    if (!sent) {
        return false;
    }
    bool cancel = false;
    {
        const std::lock_guard lock(mutex_);
        const auto entry = entries_.find(number);
        if (entry != entries_.end()) {
            entry->second.sent = true;
            cancel = call.cancelled() && !std::exchange(entry->second.cancel_sent, true);
        }
    }
    if (cancel) {
        send_cancel(number);
    }
    return true;
}

void Worker::send_cancel(std::uint64_t number) {
    std::string frame;
    encode(HostMessage(Cancel{}), number, frame);
    // One that does not read it is given up on when its time is over.
    static_cast<void>(channel_->send(frame, {}, steady_clock::now() + cancel_patience));
}

/// The worker may use the memory of that call's blobs again.
void Worker::send_release(std::uint64_t number) {
    std::string frame;
    encode(HostMessage(Release{}), number, frame);
    static_cast<void>(channel_->send(frame, {}, steady_clock::now() + send_patience));
}

/// Nothing when the worker is gone and has never seen the call.
std::optional<core::Outcome> Worker::await(IsolatedCall& call,
                                           std::uint64_t number,
                                           Waiter& waiter) {
    std::unique_lock lock(mutex_);
    while (!waiter.result && !broken_) {
        const auto entry = entries_.find(number);
        if (kind_ == Kind::Shared && entry != entries_.end() && entry->second.waiter == nullptr) {
            // Abandoned: nobody asks.
            return core::Outcome{nullptr, cancelled_before_start(call.function())};
        }
        if (reading_) {
            waiter.changed.wait(lock);
            continue;
        }
        reading_ = true;
        lock.unlock();
        read_one();
        lock.lock();
        reading_ = false;
    }
    // Another thread may go on to read while this one looks at what it got.
    pass_on_reading();
    if (!waiter.result) {
        // In an exclusive worker the call is the last that was sent, unless a cancellation was.
        const auto entry = entries_.find(number);
        const bool unseen = kind_ == Kind::Exclusive && unread_ && entry != entries_.end() &&
                            !entry->second.cancel_sent && !abandoned_;
        lock.unlock();
        return unseen ? std::nullopt : std::optional(core::Outcome{nullptr, death_of(call)});
    }
    Result result = std::move(*waiter.result);
    lock.unlock();
    return outcome_of(call, number, std::move(result), waiter.blobs);
}

core::Outcome Worker::outcome_of(IsolatedCall& call,
                                 std::uint64_t number,
                                 Result result,
                                 std::span<const std::span<const std::byte>> blobs) {
    const auto misbehaviours = result.misbehaviours;
    core::Outcome out;
    try {
        out = read_result(std::move(result), spec_->limits);
    } catch (const ProtocolError& error) {
        break_off(error.what());
        return {nullptr, death_of(call)};
    }
    name_blobs(out, call, blobs);
    if (!blobs.empty()) {
        send_release(number);
    }
    std::uint64_t more = 0;
    {
        const std::lock_guard lock(mutex_);
        more = misbehaviours - std::min(misbehaviours, misbehaviours_);
        misbehaviours_ = std::max(misbehaviours, misbehaviours_);
    }
    spec_->module.host().misbehaviours.fetch_add(more);
    return out;
}

core::Failure Worker::death_of(IsolatedCall& call) {
    WorkerDeath death;
    {
        const std::lock_guard lock(mutex_);
        death = death_;
    }
    if (!death.ended_by_host) {
        for (const std::string& line : death.output) {
            call.log(core::TaskLogLevel::Error, line, R"({"stream":"stdout"})");
        }
    }
    return failure_of_death(death, call.function(), call.invocation());
}

}  // namespace oa::host::isolation
