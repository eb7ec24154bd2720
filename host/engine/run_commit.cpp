// A run's mailbox, and its way through the journal: what happens is put on record in batches, and
// what it leads to waits for that.

#include <utility>

#include "host/engine/run_loop.hpp"

namespace oa::host {

namespace {

/// Between two tries to put a batch on record that the journal did not take for the moment.
constexpr std::chrono::milliseconds try_again_after{500};
/// What tasks say is given to the journal with the next batch, or after so long.
constexpr std::chrono::milliseconds lines_wait_max{500};
/// Or when there is so much of it.
constexpr std::size_t lines_bytes_max = 256U << 10U;

}  // namespace

/// Goes on with a run on a thread that may take its time.
class RunLoop::Continuation final : public Job {
public:
    Continuation(std::shared_ptr<RunLoop> loop, bool (RunLoop::*step)())
        : loop_(std::move(loop)), step_(step) {}

    void run() override {
        const std::shared_ptr<RunLoop> loop = std::move(loop_);
        if ((*loop.*step_)()) {
            loop->drain();
        }
    }

private:
    std::shared_ptr<RunLoop> loop_;
    bool (RunLoop::*step_)();
};

void RunLoop::post(Message message) {
    {
        const std::lock_guard lock(mailbox_mutex_);
        if (ended_) {
            return;
        }
        mailbox_.push_back(std::move(message));
        if (draining_) {
            return;
        }
        draining_ = true;
    }
    drain();
}

void RunLoop::drain() {
    std::vector<Message> batch;
    while (take_messages(batch)) {
        for (Message& message : batch) {
            handle(std::move(message));
            while (!own_messages_.empty()) {
                std::vector<Message> own;
                own.swap(own_messages_);
                for (Message& caused : own) {
                    handle(std::move(caused));
                }
            }
        }
        if (!commit()) {
            return;  // whoever answers for the journal goes on
        }
    }
}

// False: there are none, and nobody drains any more.
bool RunLoop::take_messages(std::vector<Message>& batch) {
    batch.clear();
    std::unique_lock lock(mailbox_mutex_);
    if (!mailbox_.empty() && !ended_) {
        batch.swap(mailbox_);
        return true;
    }
    draining_ = false;
    if (ended_ || is_open()) {
        return false;
    }
    lock.unlock();
    end();
    return false;
}

// The last thing that the run does: from here on wait() may return and the sink may be gone.
void RunLoop::end() {
    std::vector<Message> too_late;  // let go without the lock: answers among them say so
    {
        const std::lock_guard lock(mailbox_mutex_);
        too_late.swap(mailbox_);
        ended_ = true;
        ended_changed_.notify_all();
    }
    too_late.clear();
    if (left_ && request_.on_left) {
        std::exchange(request_.on_left, nullptr)();
    } else if (!left_ && request_.on_end) {
        std::exchange(request_.on_end, nullptr)(report_, data_.variables());
    }
}

void RunLoop::later(std::function<void()> effect) {
    if (!played_at_) {
        effects_.push_back(std::move(effect));
    }
}

void RunLoop::write(core::JournalEntry entry) {
    if (!played_at_) {
        batch_.records.push_back(
            core::JournalRecord{++records_, services_.clock.wall(), std::move(entry)});
    }
}

// Gives the journal what is to be on record. True: it is, and what waited for it is done. False:
// this thread has to let the run be.
bool RunLoop::commit() {
    if (halting_) {
        halt(*halting_);
        return false;
    }
    note_settled();
    {
        const std::lock_guard lock(lines_mutex_);
        batch_.lines = std::move(lines_);
        lines_.clear();
        lines_bytes_ = 0;
    }
    if (batch_.records.empty() && batch_.lines.empty()) {
        return finish_commit();
    }
    return give_to_journal();
}

// A run that was taken up and now waits is not what a host dies of later.
void RunLoop::note_settled() {
    if (is_settling_ && attempts_.empty() && machine_.status() <= core::RunStatus::Running) {
        write(core::RunResumed{0, true});
        settle();
    }
}

void RunLoop::settle() {
    if (std::exchange(is_settling_, false) && request_.on_settled) {
        later([this] { std::exchange(request_.on_settled, nullptr)(); });
    }
}

bool RunLoop::give_to_journal() {
    committing_ = Committing::Asked;
    services_.journal.append(request_.run_id, batch_,
                             [self = shared_from_this()](const core::JournalFailure* failure) {
                                 self->journal_answered(failure);
                             });
    if (committing_.exchange(Committing::LeftToJournal) != Committing::Answered) {
        return false;
    }
    return finish_commit();
}

void RunLoop::journal_answered(const core::JournalFailure* failure) {
    if (failure != nullptr) {
        commit_failure_ = *failure;
    }
    if (committing_.exchange(Committing::Answered) == Committing::LeftToJournal) {
        go_on(&RunLoop::finish_commit);
    }
}

void RunLoop::go_on(bool (RunLoop::*step)()) {
    JobRunner& runner =
        services_.continuations != nullptr ? *services_.continuations : services_.pool;
    runner.submit(std::make_shared<Continuation>(shared_from_this(), step));
}

bool RunLoop::finish_commit() {
    committing_ = Committing::Idle;
    if (left_ || (suspended_ && effects_.empty() && attempts_.empty())) {
        left_ = is_open();
    }
    if (left_) {
        let_go();
        end();
        return false;
    }
    if (commit_failure_) {
        const core::JournalFailure failure = *std::exchange(commit_failure_, std::nullopt);
        // A run that nobody was promised is refused at once; the others wait.
        if (!failure.is_passing || request_.on_accepted) {
            halt(failure);
            return false;
        }
        if (!std::exchange(is_held_up_, true)) {
            sink().run_held_up(failure.message);
        }
        services_.timers.set(services_.clock.now() + try_again_after, [self = shared_from_this()] {
            self->go_on(&RunLoop::give_to_journal);
        });
        return false;
    }
    is_held_up_ = false;
    batch_.records.clear();
    batch_.lines.clear();
    if (request_.on_accepted && created_) {
        std::exchange(request_.on_accepted, nullptr)(nullptr);
    }
    std::vector<std::function<void()>> effects;
    effects.swap(effects_);
    for (const std::function<void()>& effect : effects) {
        effect();
    }
    if (suspended_ && attempts_.empty() && is_open()) {
        post(KeepLines{});  // makes it come here once more, with nothing left to do
    }
    return true;
}

// What the journal has of the run is all that there will be of it in this process. The run around
// it halts, too: it would put on record that its task has failed, while this run is open.
void RunLoop::halt(const core::JournalFailure& failure) {
    let_go();
    report_.status = core::RunStatus::Failed;
    report_.failure = core::Failure{
        .code = "storage_error",
        .message = "the run is not on record any further than here: " + failure.message};
    if (request_.on_accepted) {
        std::exchange(request_.on_accepted, nullptr)(&failure);
    }
    if (request_.on_halted) {
        request_.on_end = nullptr;
        std::exchange(request_.on_halted, nullptr)(failure);
    }
    end();
}

void RunLoop::let_go() {
    listening_ = false;
    effects_.clear();
    own_messages_.clear();
    for (const auto& [timer, token] : timers_) {
        services_.timers.drop(token);
    }
    timers_.clear();
    for (const auto& [execution, attempt] : attempts_) {
        if (attempt.control && attempt.job) {
            attempt.control->cancel();
        }
    }
    attempts_.clear();
    waits_.clear();
    for (const auto& entry : sub_runs_) {
        entry.second.run->leave();
    }
    {
        const std::lock_guard lock(outside_mutex_);
        approvals_.clear();
        sub_runs_.clear();
    }
    blobs_.reset();
}

void RunLoop::keep_line(core::LogLine line) {
    bool is_first = false;
    bool is_much = false;
    {
        const std::lock_guard lock(lines_mutex_);
        is_first = lines_.empty();
        const std::size_t size = line.message.size() + line.fields.size();
        is_much = lines_bytes_ <= lines_bytes_max && lines_bytes_ + size > lines_bytes_max;
        lines_bytes_ += size;
        lines_.push_back(std::move(line));
    }
    if (is_much) {
        post(KeepLines{});
    } else if (is_first) {
        services_.timers.set(services_.clock.now() + lines_wait_max, [weak = weak_from_this()] {
            if (const std::shared_ptr<RunLoop> loop = weak.lock()) {
                loop->post(KeepLines{});
            }
        });
    }
}

}  // namespace oa::host
