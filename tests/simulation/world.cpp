#include "tests/simulation/world.hpp"

#include <algorithm>
#include <exception>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>

namespace oa::test {

namespace {

namespace json = boost::json;
using core::Milliseconds;

constexpr std::string_view again_suffix = "-again";
/// No world needs so many; one that does goes round in circles.
constexpr int steps_max = 300'000;
constexpr std::size_t breaches_max = 20;

}  // namespace

/// Hears one run of a host, and takes what it hears to those whom it concerns.
class World::Sink final : public core::EventSink {
public:
    /// `root` is the run that this one is, or is within.
    Sink(World& world, Life& life, std::string root)
        : world_(world), life_(life), root_(std::move(root)) {}

    void run_started(const core::RunReport& run, const core::Workflow& workflow) override {
        run_id_ = run.id;
        workflow_ = &workflow;
        hear("started");
        if (!life_.is_dead() && world_.store_.last_record(run_id_) == 0) {
            world_.context_.breach("run " + run_id_ + " starts and is not on record");
        }
    }
    void attempt_started(const core::AttemptRef& attempt) override {
        life_.functions.announce(run_id_, workflow_->tasks[attempt.task].name, attempt);
    }
    void attempt_failed(const core::AttemptRef& /*attempt*/,
                        const core::Failure& /*failure*/,
                        Milliseconds /*delay*/) override {}
    void wait_begun(const core::AttemptRef& attempt, const core::WaitPlan& plan) override {
        hear("task " + workflow_->tasks[attempt.task].name + " waits");
        if (plan.kind == core::Wait::Kind::Approval && !life_.is_dead()) {
            life_.events.after(Milliseconds{below(world_.context_.random, 400)},
                               [&world = world_, root = root_] { world.answer_approval(root); });
        }
    }
    void element_ended(const core::TaskReport& /*report*/,
                       core::TaskIndex /*task*/,
                       std::uint32_t /*element*/,
                       core::TaskStatus /*status*/,
                       const std::optional<core::Failure>& /*failure*/) override {}
    void task_ended(core::TaskIndex task, const core::TaskReport& report) override {
        hear("task " + workflow_->tasks[task].name + " " + std::string(to_string(report.status)));
    }
    void run_cancelling(std::string_view /*reason*/) override { hear("is being cancelled"); }
    void run_paused(std::string_view /*reason*/) override { hear("paused"); }
    void run_continued() override { hear("continued"); }
    void run_ended(const core::RunReport& run) override {
        hear("ended " + std::string(to_string(run.status)));
        const RunAudit* audit = world_.store_.audit(run_id_);
        if (!life_.is_dead() &&
            (audit == nullptr || !audit->ended() || audit->ended()->status != run.status)) {
            world_.context_.breach("run " + run_id_ + " ends otherwise than on record");
        }
    }
    [[nodiscard]] std::shared_ptr<core::EventSink> sub_run(
        const core::AttemptRef& /*attempt*/) override {
        return std::make_shared<Sink>(world_, life_, root_);
    }
    void task_log(std::string_view /*task*/,
                  core::TaskLogLevel /*level*/,
                  std::string_view /*message*/,
                  std::string_view /*fields*/) override {}
    void task_progress(std::string_view /*task*/,
                       double /*fraction*/,
                       std::string_view /*message*/) override {}
    [[nodiscard]] bool wants(core::TaskLogLevel /*level*/) const override { return false; }

private:
    void hear(std::string_view what) {
        if (world_.context_.tracing && !life_.is_dead()) {
            world_.context_.trace("run " + run_id_ + " " + std::string(what));
        }
    }

    World& world_;
    Life& life_;
    const std::string root_;
    const core::Workflow* workflow_ = nullptr;
    std::string run_id_;
};

World::World(const Plan& plan, const WorldOptions& options)
    : plan_(plan),
      options_(options),
      context_(plan.seed * 2 + 1),
      faults_(options.faults ? plan.faults : Faults{}),
      store_(context_, plan, witness_) {
    context_.tracing = options.tracing;
    context_.is_punctual = faults_.full_disks == 0;
}

void World::run() {
    try {
        go();
    } catch (const std::exception& error) {
        context_.breach(std::string("something is thrown: ") + error.what());
    }
    if (life_) {
        life_->die();
        dispose();
    }
}

void World::go() {
    open_life(false);
    for (const PlannedRun& planned : plan_.runs) {
        const std::string& id = planned.id;
        asked_[id].planned = &planned;
        after(planned.start_at, [this, id] { ask(id); });
        for (const Milliseconds at : planned.cancels_at) {
            after(at, [this, id] { cancel(id); });
        }
        for (const PlannedRun::Pause& each : planned.pauses) {
            after(each.from, [this, id] { pause(id); });
            after(each.to, [this, id] { go_on(id); });
        }
    }
    int steps = 0;
    while (!done() && context_.breaches.size() < breaches_max) {
        if (++steps > steps_max) {
            context_.breach("it goes on for ever");
            break;
        }
        if (!context_.timeline.step()) {
            context_.breach("nothing happens any more, but not all has ended");
            break;
        }
    }
    if (context_.breaches.empty() && life_->timers() > 0 && plan_.behaviour.logs_percent == 0) {
        context_.breach("a timer outlives the runs");
    }
}

// Every run that was asked for has ended on record, and the host knows.
bool World::done() const {
    if (!is_alive() || !life_->open.empty() || life_->access.is_broken() ||
        !store_.has_no_open_runs()) {
        return false;
    }
    return std::all_of(asked_.begin(), asked_.end(), [this](const auto& entry) {
        const RunAudit* audit = store_.audit(entry.first);
        return audit != nullptr && audit->ended();
    });
}

// ----- the host -----

void World::open_life(bool last_host_died) {
    ++context_.figures.lives;
    ++context_.life;
    context_.trace("life " + std::to_string(context_.life));
    life_ = std::make_unique<Life>(context_, plan_, store_, witness_, faults_, [this] { crash(); });
    if (faults_.crashes > 0 && chance(context_.random, 50)) {
        life_->events.after(Milliseconds{below(context_.random, 1'500)}, [this] { crash(); });
    }
    if (faults_.stops > 0) {
        life_->events.after(Milliseconds{below(context_.random, 1'500)}, [this] { stop(); });
    }
    recover(last_host_died);
}

void World::recover(bool last_host_died) {
    for (const auto& [id, asked] : asked_) {
        const RunAudit* audit = store_.audit(id);
        if (audit == nullptr) {  // of what nobody could tell about, that never was
            if (asked.accepted) {
                context_.breach("run " + id + " was accepted, and is not there");
            }
            after(Milliseconds{1}, [this, each = id] { ask(each); });
        }
    }
    life_->engine->recover(store_.open_runs(), last_host_died,
                           [this](host::RunRequest& request) { furnish(request); });
    for (const std::string& id : store_.runs()) {
        const RunAudit& audit = *store_.audit(id);
        if (audit.created().parent_run_id.empty() && audit.ended()) {
            ask_again_if_planned(id);
        }
    }
}

void World::crash() {
    if (!is_alive()) {
        return;
    }
    context_.trace("crash");
    ++context_.figures.crashes;
    store_.note_death();
    faults_.crashes -= faults_.crashes > 0 ? 1 : 0;
    die(true);
}

void World::stop() {
    --faults_.stops;
    if (life_->stop()) {
        context_.trace("stopped");
        ++context_.figures.stops;
        store_.note_stop();
        die(false);
    }
}

void World::die(bool last_host_died) {
    life_->die();
    // Whoever called this may still be in the middle of something.
    after(Milliseconds{0}, [this] { dispose(); });
    const Milliseconds down{chance(context_.random, 30) ? 1 : 1 + below(context_.random, 3'000)};
    after(down, [this, last_host_died] { open_life(last_host_died); });
}

void World::dispose() {
    std::vector<std::string> runs;
    for (const auto& entry : asked_) {
        runs.push_back(entry.first);
    }
    if (!life_->dispose(runs)) {
        context_.breach("a run that was let go is held in memory");
    }
    life_.reset();
}

RunResult World::read(const std::string& run_id) {
    ++context_.life;
    Life reader(context_, plan_, store_, witness_, faults_, [] {});
    reader.access.stop();
    RunResult result;
    bool has_ended = false;
    const RunAudit& audit = *store_.audit(run_id);
    host::RunRequest request;
    request.workflow = unowned(audit.workflow());
    request.inputs = audit.created().inputs;
    request.run_id = run_id;
    request.settings = audit.created().settings;
    request.on_end = [&](const core::RunReport& report, json::object variables) {
        result = {report, std::move(variables)};
        has_ended = true;
    };
    const auto loop = host::RunLoop::make(reader.services(store_), std::move(request));
    loop->resume(store_.load(run_id));
    if (!has_ended) {
        context_.breach("run " + run_id + " has ended, but goes on when it is resumed");
    }
    reader.die();
    return result;
}

// ----- those who ask it for runs -----

void World::after(Milliseconds delay, std::function<void()> what) {
    context_.timeline.set(context_.timeline.now() + delay, std::move(what));
}

void World::ask(const std::string& id) {
    if (!is_alive() || store_.audit(id) != nullptr || life_->open.count(id) > 0) {
        return;  // the next host is asked
    }
    context_.trace("ask for " + id);
    const Asked& asked = asked_.at(id);
    host::RunRequest request;
    if (asked.again) {
        host::Engine::Again again{.all = !options_.reuse};
        if (options_.reuse && asked.planned->again_from) {
            again.from = asked.planned->workflow->tasks[*asked.planned->again_from].name;
        }
        request = life_->engine->retry(asked.planned->id, id, again);
    } else {
        request.workflow = unowned(*asked.planned->workflow);
        request.documents = asked.planned->workflow->name;
        request.inputs = asked.planned->inputs;
        request.run_id = id;
        request.settings = plan_.settings;
    }
    furnish(request);
    request.on_accepted = [this, id, life = context_.life](const core::JournalFailure* refusal) {
        if (is_alive() && context_.life == life) {
            answered(id, refusal);
        }
    };
    life_->engine->submit(std::move(request));
}

void World::furnish(host::RunRequest& request) {
    const std::string id = request.run_id;
    life_->open.insert(id);
    request.sink = std::make_shared<Sink>(*this, *life_, id);
    request.on_end = [this, id, life = context_.life](const core::RunReport& report,
                                                      json::object variables) {
        if (is_alive() && context_.life == life) {
            ended(id, report, std::move(variables));
        }
    };
}

void World::answered(const std::string& id, const core::JournalFailure* refusal) {
    const bool is_there = store_.audit(id) != nullptr;
    if (refusal == nullptr) {
        asked_.at(id).accepted = true;
        if (!is_there) {
            context_.breach("run " + id + " is accepted, and not on record");
        }
        return;
    }
    life_->open.erase(id);
    life_->functions.forget(id);
    if (refusal->is_passing && is_there) {
        context_.breach("run " + id + " is refused, and yet on record");
    }
    after(Milliseconds{300}, [this, id] { ask(id); });
}

void World::ended(const std::string& id, const core::RunReport& report, json::object variables) {
    const bool has_halted = report.failure && report.failure->code == "storage_error";
    const RunAudit* audit = store_.audit(id);
    if (has_halted) {
        life_->open.erase(id);
        if (!life_->access.is_broken() && !life_->access.has_refused()) {
            context_.breach("run " + id + " halts although the store is well");
        }
        return;
    }
    life_->open.erase(id);
    if (audit == nullptr || !audit->ended()) {
        context_.breach("run " + id + " ends without an end on record");
        return;
    }
    if (!told_.emplace(id, RunResult{report, std::move(variables)}).second) {
        context_.breach("run " + id + " ends twice");
    }
    ask_again_if_planned(id);
}

void World::ask_again_if_planned(const std::string& id) {
    const Asked& asked = asked_.at(id);
    const std::string again = id + std::string(again_suffix);
    if (asked.again || !asked.planned->again || asked_.count(again) > 0 ||
        store_.audit(id)->ended()->status == core::RunStatus::Succeeded) {
        return;
    }
    asked_[again] = Asked{asked.planned, true, false};
    after(Milliseconds{below(context_.random, 100)}, [this, again] { ask(again); });
}

void World::cancel(const std::string& id) {
    if (is_alive() && life_->engine->cancel(id, "somebody said so")) {
        context_.trace("cancel " + id);
    }
}

void World::pause(const std::string& id) {
    const auto loop = is_alive() ? life_->engine->find(id) : nullptr;
    if (loop) {
        context_.trace("pause " + id);
        loop->pause("somebody said so");
    }
}

// A pause outlives a host, so whoever ends it must reach one.
void World::go_on(const std::string& id) {
    const RunAudit* audit = store_.audit(id);
    if (audit != nullptr && audit->ended()) {
        return;
    }
    const auto loop = is_alive() ? life_->engine->find(id) : nullptr;
    if (loop) {
        context_.trace("go on with " + id);
        loop->resume();
    }
    after(Milliseconds{500}, [this, id] { go_on(id); });
}

void World::answer_approval(const std::string& id) {
    const auto loop = life_->engine->find(id);
    if (!loop) {
        return;
    }
    for (const host::OpenApproval& approval : loop->approvals()) {
        // The same answer to the same question, whenever it is asked.
        std::uint64_t draw = plan_.seed + approval.element.value_or(0);
        for (const char byte : approval.task) {
            draw = draw * 31 + static_cast<unsigned char>(byte);
        }
        const bool approved = draw % 97 * 100 / 97 >= plan_.behaviour.rejects_percent;
        context_.trace("answer " + approval.task + " of " + id);
        const bool is_taken = loop->answer(
            approval.task, approval.element, {approved, "somebody", "", {}},
            [this, id, life = context_.life](bool taken) {
                if (taken && is_alive() && context_.life == life &&
                    store_.answers(id) < ++answers_[id]) {
                    context_.breach("an answer to run " + id + " is said to be on record");
                }
            });
        const auto still = loop->approvals();  // an answer may have ended the others
        if (!is_taken && std::any_of(still.begin(), still.end(), [&](const auto& each) {
                return each.task == approval.task && each.element == approval.element;
            })) {
            context_.breach("an approval of run " + id + " is open, and takes no answer");
        }
    }
}

}  // namespace oa::test
