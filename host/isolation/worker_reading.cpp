// What a worker sends: the part of Worker that one thread at a time runs for all calls.
#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include <poll.h>
#include <unistd.h>

#include "host/isolation/protocol/protocol_error.hpp"
#include "host/isolation/worker.hpp"
#include "host/plugin/descriptor_text.hpp"
#include "oa/plugin.h"

namespace oa::host::isolation {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds end_patience{5};
constexpr std::size_t log_bytes_max = 65'536;
constexpr std::size_t progress_bytes_max = 1'024;
constexpr int frames_when_idle_max = 64;

core::TaskLogLevel level_of(std::int32_t level) {
    return static_cast<core::TaskLogLevel>(std::clamp(level, OA_LOG_TRACE, OA_LOG_ERROR));
}

}  // namespace

void Worker::read_one() {
    try {
        ReceivedFrame received;
        Channel::Received got = Channel::Received::Timeout;
        if (kind_ == Kind::Exclusive) {
            got = channel_->receive(received);
        } else if (channel_->has_buffered_frame() || wait_readable()) {
            got = channel_->receive(received, steady_clock::now());
        }
        if (got == Channel::Received::Frame) {
            handle(received);
        } else if (got == Channel::Received::Closed) {
            {
                const std::lock_guard lock(mutex_);
                unread_ = channel_->peer_left_unread();
            }
            break_off({});
        }
    } catch (const ProtocolError& error) {
        break_off(error.what());
    } catch (const std::bad_alloc&) {
        // What was lost cannot be had again; it is not the worker's fault.
        {
            const std::lock_guard lock(mutex_);
            ended_by_host_ = true;
        }
        process_->kill();
        break_off({});
    }
}

/// Waits for the worker, or for wake_reader(): then false.
bool Worker::wait_readable() const {
    std::array<pollfd, 2> items{{{.fd = channel_->descriptor(), .events = POLLIN, .revents = 0},
                                 {.fd = wake_.get(), .events = POLLIN, .revents = 0}}};
    if (::poll(items.data(), items.size(), -1) < 0) {
        return false;
    }
    if (items[1].revents != 0) {
        std::uint64_t count = 0;
        static_cast<void>(::read(wake_.get(), &count, sizeof(count)));
    }
    return items[0].revents != 0;
}

void Worker::wake_reader() const {
    const std::uint64_t one = 1;
    static_cast<void>(::write(wake_.get(), &one, sizeof(one)));
}

void Worker::handle(const ReceivedFrame& received) {
    WorkerMessage message = decode_worker_message(received.frame);
    const std::uint64_t number = received.frame.call;
    if (auto* result = std::get_if<Result>(&message)) {
        handle_result(number, std::move(*result));
    } else if (const auto* log = std::get_if<Log>(&message)) {
        handle_log(number, *log);
    } else if (const auto* progress = std::get_if<Progress>(&message)) {
        handle_progress(number, *progress);
    } else if (const auto* segment = std::get_if<Segment>(&message)) {
        take_segment(segments_, *segment, received.descriptors, spec_->limits);
    } else {
        throw ProtocolError("a message of the start when it had started already");
    }
}

/// Null when the call has ended, or is abandoned. Throws for one that there never was.
std::shared_ptr<IsolatedCall> Worker::call_of(std::uint64_t number) {
    const std::lock_guard lock(mutex_);
    if (number == 0 || number > last_number_) {
        throw ProtocolError("a message of a call that was never made");
    }
    const auto entry = entries_.find(number);
    return entry == entries_.end() ? nullptr : entry->second.call;
}

void Worker::handle_log(std::uint64_t number, const Log& log) {
    const auto level = level_of(log.level);
    const auto text = clean_utf8(log.message, log_bytes_max);
    const auto fields = checked_fields(log.fields);
    if (number != 0) {
        if (const auto call = call_of(number)) {
            call->log(level, text, fields);
        }
    } else if (spec_->log && spec_->log->wants(level)) {
        spec_->log->log(spec_->module.info().name, level, text, fields);
    }
}

void Worker::handle_progress(std::uint64_t number, const Progress& progress) {
    if (const auto call = call_of(number)) {
        call->progress(std::min(progress.fraction, 1.0),
                       clean_utf8(progress.message, progress_bytes_max));
    }
}

void Worker::handle_result(std::uint64_t number, Result result) {
    auto blobs = find_blobs(result, segments_, spec_->limits);
    bool unwanted = false;
    {
        const std::lock_guard lock(mutex_);
        const auto entry = entries_.find(number);
        if (entry == entries_.end()) {
            throw ProtocolError("a result of a call that does not run");
        }
        Waiter* const waiter = entry->second.waiter;
        entries_.erase(entry);
        unwanted = waiter == nullptr && !blobs.empty();
        if (waiter != nullptr) {
            waiter->blobs = std::move(blobs);
            waiter->result = std::move(result);
            waiter->changed.notify_one();
        }
    }
    if (unwanted) {
        send_release(number);
    }
    end_if_only_abandoned_are_left();
}

// With the mutex held.
void Worker::pass_on_reading() {
    if (reading_) {
        return;
    }
    for (const auto& [number, entry] : entries_) {
        if (entry.waiter != nullptr && !entry.waiter->result) {
            entry.waiter->changed.notify_one();
            return;
        }
    }
}

void Worker::note_violation(const std::string& violation) {
    const std::lock_guard lock(mutex_);
    if (violation_.empty()) {
        violation_ = violation;
    }
}

/// There is nothing more to be had from this worker. Finds out why, and tells every waiting call.
void Worker::break_off(const std::string& violation) {
    if (!violation.empty()) {
        note_violation(violation);
        process_->kill();
    }
    auto end = process_->wait_end(steady_clock::now() + end_patience);
    if (!end) {
        note_violation("it closed its connection and went on");
        process_->kill();
        end = process_->wait_end(steady_clock::now() + end_patience);
    }
    const auto blame = record_death(end.value_or(WorkerEnd{}));
    if (!blame) {
        return;
    }
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [number, entry] : entries_) {
            if (entry.waiter != nullptr) {
                entry.waiter->changed.notify_one();
            }
        }
    }
    if (const auto owner = owner_.lock()) {
        owner->worker_gone();
    }
}

/// Nothing when it is known already.
std::optional<Blame> Worker::record_death(const WorkerEnd& end) {
    const auto output = process_->last_output();
    std::string reason;
    Blame blame = Blame::None;
    {
        const std::lock_guard lock(mutex_);
        if (std::exchange(broken_, true)) {
            return std::nullopt;
        }
        death_ = {.end = end,
                  .pid = process_->pid(),
                  .violation = ended_by_host_ ? std::string() : violation_,
                  .ended_by_host = ended_by_host_,
                  .calls = std::max<std::size_t>(entries_.size(), 1),
                  .output = output,
                  .limits = sandbox_};
        blame = blame_for(death_);
        reason = describe_death(death_);
    }
    if (blame != Blame::None) {
        spec_->blame(blame, reason);
    }
    return blame;
}

void Worker::worker_readable() {
    {
        const std::lock_guard lock(mutex_);
        if (reading_ || broken_ || !entries_.empty() || starting_for_ != nullptr) {
            return;
        }
        reading_ = true;
    }
    bool over = false;
    try {
        for (int count = 0; count < frames_when_idle_max && !over; ++count) {
            ReceivedFrame received;
            const auto got = channel_->receive(received, steady_clock::now());
            if (got == Channel::Received::Timeout) {
                break;
            }
            over = got == Channel::Received::Closed;
            if (!over) {
                handle(received);
            }
        }
    } catch (const ProtocolError& error) {
        over = true;
        note_violation(error.what());
    }
    if (over) {
        // Its end is reported soon; one that only closed its socket needs help.
        process_->terminate(std::chrono::milliseconds(0));
    }
    const std::lock_guard lock(mutex_);
    reading_ = false;
    closed_ = closed_ || over;
    pass_on_reading();
    if (watched_ && !closed_) {
        process_->watch(true);
    }
}

void Worker::worker_ended() {
    bool was_idle = false;
    {
        const std::lock_guard lock(mutex_);
        // Otherwise a thread that waits for its answer finds out.
        was_idle = process_ && entries_.empty() && starting_for_ == nullptr && !broken_;
    }
    if (was_idle) {
        static_cast<void>(record_death(process_->end().value_or(WorkerEnd{})));
    }
    if (const auto owner = owner_.lock()) {
        owner->worker_gone();
    }
}

}  // namespace oa::host::isolation
