#include "host/engine/engine.hpp"

#include <utility>

#include <boost/json.hpp>

namespace oa::host {

/// Starting a run takes a while: whoever ends one does not do it for the next.
class Engine::ActionJob final : public Job {
public:
    ActionJob(Engine& engine, Actions actions) : engine_(engine), actions_(std::move(actions)) {}

    void run() override {
        for (const Action& action : actions_) {
            action();
        }
        actions_.clear();
        engine_.work_is_done();
    }

private:
    Engine& engine_;
    Actions actions_;
};

Engine::Engine(RunServices services, Settings settings)
    : services_(std::move(services)), settings_(std::move(settings)), queue_(settings_.queue) {}

Engine::~Engine() {
    stop(std::chrono::milliseconds{0});
}

// Masked as all that goes on record: runs whose keys differ in secrets alone count for each other.
std::string Engine::key_of(const RunRequest& request) const {
    if (!request.workflow->concurrency.key) {
        return {};
    }
    const auto masker = services_.masker ? std::make_unique<core::Masker>(services_.masker)
                                         : std::make_unique<core::Masker>();
    core::RunData data(
        *request.workflow, {.run_id = request.run_id, .attempt = request.attempt}, request.inputs,
        {services_.environment, services_.secrets, services_.secret_environment, masker.get()});
    data.evaluate_variables();
    return masker->mask(data.concurrency_key());
}

core::RunTicket Engine::ticket_of(const RunRequest& request, bool suspect) {
    const core::Concurrency& limits = request.workflow->concurrency;
    return {.id = request.run_id,
            .workflow = request.workflow->name,
            .key = request.key,
            .max_runs = limits.max_runs,
            .overlap = limits.overlap,
            .priority = request.priority,
            .suspect = suspect};
}

void Engine::submit(RunRequest request) {
    request.key = key_of(request);
    Actions actions;
    {
        const std::lock_guard lock(mutex_);
        if (is_stopping_) {
            throw QueueFull("the host is stopping and takes no runs");
        }
        const std::string id = request.run_id;
        const core::RunTicket ticket = ticket_of(request, false);
        Entry& entry = entries_[id];
        entry.request = std::move(request);
        core::RunQueue::Decisions decisions;
        queue_.enqueue(ticket, decisions);
        for (const core::QueueDecision& decision : decisions) {
            const auto* refused = std::get_if<core::RefuseRun>(&decision);
            if (refused != nullptr && refused->failure.code == "queue_full") {
                entries_.erase(id);
                throw QueueFull(refused->failure.message);
            }
        }
        carry_out(decisions, actions);
        const auto found = entries_.find(id);
        if (found != entries_.end() && !found->second.loop) {
            put_on_record(id, found->second, actions);
        }
        busy_ += 1;
    }
    for (const Action& action : actions) {
        action();
    }
    work_is_done();
}

void Engine::carry_out(const core::RunQueue::Decisions& decisions, Actions& actions) {
    for (const core::QueueDecision& decision : decisions) {
        const auto* refuse = std::get_if<core::RefuseRun>(&decision);
        const auto* cancel = std::get_if<core::CancelRun>(&decision);
        const std::string& id =
            std::visit([](const auto& each) -> const std::string& { return each.id; }, decision);
        const auto found = entries_.find(id);
        if (found == entries_.end()) {
            continue;
        }
        Entry& entry = found->second;
        if (cancel != nullptr && entry.loop) {
            actions.emplace_back(
                [loop = entry.loop, reason = cancel->reason] { loop->cancel(reason); });
            continue;
        }
        if (refuse != nullptr) {
            entry.cancels.push_back(refuse->failure.message);
        } else if (cancel != nullptr) {
            entry.cancels.push_back(cancel->reason);
        }
        entry.may_start = true;  // one that was cancelled begins in order to end
        start_if_ready(id, entry, actions);
    }
}

// A run whose turn has come starts as soon as it is on record; one that is not begins with that.
void Engine::start_if_ready(const std::string& id, Entry& entry, Actions& actions) {
    if (!entry.may_start || entry.loop || entry.batch || entry.is_held_up || is_stopping_) {
        return;
    }
    if (!entry.records.empty()) {
        take_up(id, entry, actions);
        return;
    }
    entry.request.is_created = entry.is_on_record;
    entry.loop = make_loop(id, entry);
    actions.emplace_back([loop = entry.loop, cancels = std::move(entry.cancels)] {
        for (const std::string& reason : cancels) {
            loop->cancel(reason);
        }
        loop->start();
    });
}

std::shared_ptr<RunLoop> Engine::make_loop(const std::string& id, Entry& entry) {
    RunRequest request = std::move(entry.request);
    request.on_end = [this, id, told = std::move(request.on_end)](const core::RunReport& report,
                                                                  boost::json::object variables) {
        if (told) {
            told(report, std::move(variables));
        }
        ended(id);
    };
    request.on_left = [this, id, told = std::move(request.on_left)] {
        if (told) {
            told();
        }
        ended(id);
    };
    request.on_settled = [this, id, told = std::move(request.on_settled)] {
        if (told) {
            told();
        }
        settled(id);
    };
    return RunLoop::make(services_, std::move(request));
}

// A run that waits for its turn is accepted all the same.
void Engine::put_on_record(const std::string& id, Entry& entry, Actions& actions) {
    entry.batch = std::make_shared<core::JournalBatch>();
    entry.batch->records.push_back(
        {1, services_.clock.wall(), creation_of(entry.request, services_.masker.get())});
    busy_ += 1;
    actions.emplace_back([this, id, batch = entry.batch] {
        services_.journal.append(id, *batch, [this, id](const core::JournalFailure* failure) {
            on_record(id, failure);
        });
    });
}

void Engine::on_record(const std::string& id, const core::JournalFailure* failure) {
    Actions actions;
    std::function<void(const core::JournalFailure*)> told;
    {
        const std::lock_guard lock(mutex_);
        Entry& entry = entries_.at(id);
        entry.batch.reset();
        told = std::exchange(entry.request.on_accepted, nullptr);
        if (failure != nullptr) {
            core::RunQueue::Decisions decisions;
            queue_.cancelled(id);
            queue_.ended(id, decisions);
            entries_.erase(id);
            carry_out(decisions, actions);
        } else {
            entry.is_on_record = true;
            start_if_ready(id, entry, actions);
        }
    }
    if (told) {
        told(failure);
    }
    run_later(std::move(actions));
    work_is_done();
}

bool Engine::cancel(const std::string& run_id, const std::string& reason) {
    Actions actions;
    {
        const std::lock_guard lock(mutex_);
        const auto found = entries_.find(run_id);
        if (found == entries_.end()) {
            return false;
        }
        Entry& entry = found->second;
        if (entry.loop) {
            actions.emplace_back([loop = entry.loop, reason] { loop->cancel(reason); });
        } else {
            queue_.cancelled(run_id);
            entry.cancels.push_back(reason);
            entry.may_start = true;
            start_if_ready(run_id, entry, actions);
        }
    }
    for (const Action& action : actions) {
        action();
    }
    return true;
}

void Engine::ended(const std::string& id) {
    Actions actions;
    {
        const std::lock_guard lock(mutex_);
        core::RunQueue::Decisions decisions;
        queue_.ended(id, decisions);
        entries_.erase(id);
        carry_out(decisions, actions);
        busy_ += 1;
    }
    run_later(std::move(actions));
    work_is_done();
}

void Engine::settled(const std::string& id) {
    Actions actions;
    {
        const std::lock_guard lock(mutex_);
        core::RunQueue::Decisions decisions;
        queue_.trusted(id, decisions);
        carry_out(decisions, actions);
    }
    run_later(std::move(actions));
}

void Engine::work_is_done() {
    const std::lock_guard lock(mutex_);
    busy_ -= 1;
    changed_.notify_all();
}

void Engine::run_later(Actions actions) {
    if (actions.empty()) {
        return;
    }
    {
        const std::lock_guard lock(mutex_);
        busy_ += 1;
    }
    JobRunner& runner =
        services_.continuations != nullptr ? *services_.continuations : services_.pool;
    runner.submit(std::make_shared<ActionJob>(*this, std::move(actions)));
}

std::shared_ptr<RunLoop> Engine::find(const std::string& run_id) const {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(run_id);
    return found == entries_.end() ? nullptr : found->second.loop;
}

std::size_t Engine::running() const {
    const std::lock_guard lock(mutex_);
    return queue_.running();
}

std::size_t Engine::waiting() const {
    const std::lock_guard lock(mutex_);
    return queue_.waiting();
}

void Engine::wait_until_idle() {
    Lock lock(mutex_);
    changed_.wait(lock, [this] { return entries_.empty() && busy_ == 0; });
}

void Engine::stop(std::chrono::milliseconds grace) {
    const auto nothing_runs = [this] {
        for (const auto& [id, entry] : entries_) {
            if (entry.loop) {
                return false;
            }
        }
        return busy_ == 0;
    };
    const auto loops = [this] {
        std::vector<std::shared_ptr<RunLoop>> all;
        for (const auto& [id, entry] : entries_) {
            if (entry.loop) {
                all.push_back(entry.loop);
            }
        }
        return all;
    };
    Lock lock(mutex_);
    is_stopping_ = true;
    queue_.hold();
    auto running = loops();
    lock.unlock();
    for (const std::shared_ptr<RunLoop>& loop : running) {
        loop->suspend();
    }
    running.clear();
    lock.lock();
    changed_.wait_for(lock, grace, nothing_runs);
    running = loops();
    lock.unlock();
    for (const std::shared_ptr<RunLoop>& loop : running) {
        loop->leave();
    }
    running.clear();
    lock.lock();
    changed_.wait(lock, nothing_runs);
}

}  // namespace oa::host
