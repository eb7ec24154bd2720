#include "tests/simulation/world.hpp"

#include <utility>

#include <boost/json.hpp>

#include "host/engine/quiet_sink.hpp"

namespace oa::test {

namespace {

namespace json = boost::json;
using core::Milliseconds;

constexpr std::string_view again_suffix = "-again";
/// No world needs so many; one that does goes round in circles.
constexpr int steps_max = 300'000;

/// The plan owns them, and outlives all worlds.
std::shared_ptr<const core::Workflow> unowned(const core::Workflow& workflow) {
    return {std::shared_ptr<const void>(), &workflow};
}

/// Where runs go on when the journal has answered.
class Continuations final : public host::JobRunner {
public:
    explicit Continuations(Context& context) : context_(context), events_(context.timeline) {}

    void submit(std::shared_ptr<host::Job> job) override {
        if (stopped_ || chance(context_.random, 50)) {
            job->run();
        } else {
            events_.after(Milliseconds{0}, [job = std::move(job)] { job->run(); });
        }
    }
    void write_off(host::Job& /*job*/) override {}
    /// What was left to be done is done at once.
    void stop() {
        stopped_ = true;
        events_.stop();
    }
    bool run_one() { return events_.fire_one(); }

private:
    Context& context_;
    TimersOf events_;
    bool stopped_ = false;
};

}  // namespace

/// Hears one run of a host.
class World::Sink final : public core::EventSink {
public:
    Sink(World& world, Life& life) : world_(world), life_(life) {}

    void run_started(const core::RunReport& run, const core::Workflow& workflow) override;
    void attempt_started(const core::AttemptRef& attempt) override;
    void attempt_failed(const core::AttemptRef& /*attempt*/,
                        const core::Failure& /*failure*/,
                        Milliseconds /*delay*/) override {
        hear("");
    }
    void element_ended(const core::TaskReport& /*report*/,
                       core::TaskIndex /*task*/,
                       std::uint32_t /*element*/,
                       core::TaskStatus /*status*/,
                       const std::optional<core::Failure>& /*failure*/) override {
        hear("");
    }
    void task_ended(core::TaskIndex task, const core::TaskReport& report) override {
        hear("task " + workflow_->tasks[task].name + " " + std::string(to_string(report.status)));
    }
    void run_cancelling(std::string_view /*reason*/) override { hear("cancelling"); }
    void run_ended(const core::RunReport& run) override;
    [[nodiscard]] std::shared_ptr<core::EventSink> sub_run(
        const core::AttemptRef& /*attempt*/) override {
        return std::make_shared<Sink>(world_, life_);
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
    void hear(const std::string& what);

    World& world_;
    Life& life_;
    const core::Workflow* workflow_ = nullptr;
    std::string run_id_;
};

/// A host from its start to its death.
class World::Life {
public:
    Life(World& world, std::uint32_t life_number)
        : number(life_number),
          access(world.context_,
                 world.store_,
                 world.faults_,
                 world.plan_.behaviour.logs_percent > 0,
                 [&world] { world.crash(); }),
          functions(world.context_, world.plan_, world.store_, world.witness_, life_number),
          timers(world.context_.timeline),
          events(world.context_.timeline),
          continuations(world.context_),
          world_(world) {}

    [[nodiscard]] host::RunServices services() {
        return {.invoker = functions,
                .journal = access,
                .sink = quiet_,
                .clock = world_.context_.timeline,
                .pool = functions,
                .timers = timers,
                .environment = [life = number](std::string_view) { return std::to_string(life); },
                .continuations = &continuations,
                .history = &world_.store_};
    }
    void die() {
        dead = true;
        access.stop();
        functions.stop();
        timers.stop();
        events.forget();
        continuations.stop();
    }

    const std::uint32_t number;
    bool dead = false;  // what is still done in it is of no account
    StoreAccess access;
    Functions functions;
    TimersOf timers;  // of the engine
    TimersOf events;  // of the world
    Continuations continuations;
    std::map<std::string, std::shared_ptr<host::RunLoop>> loops;
    std::size_t running = 0;

private:
    World& world_;
    host::QuietSink quiet_;
};

void World::Sink::hear(const std::string& what) {
    if (!life_.dead && !what.empty()) {
        world_.context_.trace("heard of " + run_id_ + ": " + what);
    }
}

void World::Sink::run_started(const core::RunReport& run, const core::Workflow& workflow) {
    run_id_ = run.id;
    workflow_ = &workflow;
    hear("started");
    if (world_.store_.last_record(run_id_) == 0) {
        world_.context_.breach("run " + run_id_ + " starts and is not on record");
    }
}

void World::Sink::attempt_started(const core::AttemptRef& attempt) {
    hear("");
    life_.functions.announce(run_id_, workflow_->tasks[attempt.task].name, attempt);
}

void World::Sink::run_ended(const core::RunReport& run) {
    hear("run ended " + std::string(to_string(run.status)));
    if (life_.dead) {
        return;
    }
    const RunAudit* audit = world_.store_.audit(run_id_);
    if (audit == nullptr || !audit->ended() || audit->ended()->status != run.status) {
        world_.context_.breach("run " + run_id_ + " ends otherwise than on record");
    }
}

World::World(const Plan& plan, const WorldOptions& options)
    : plan_(plan),
      options_(options),
      context_(plan.seed * 2 + 1),
      faults_(options.faults ? plan.faults : Faults{}),
      store_(context_, plan, witness_) {
    context_.tracing = options.tracing;
}

World::~World() = default;

void World::run() {
    open_life();
    for (const PlannedRun& planned : plan_.runs) {
        asked_[planned.id].planned = &planned;
        ask_later(planned.id, planned.start_at);
        for (const Milliseconds at : planned.cancels_at) {
            context_.timeline.set(context_.timeline.now() + at,
                                  [this, id = planned.id] { cancel(id); });
        }
    }
    int steps = 0;
    while (!done() && context_.breaches.size() < 20) {
        if (++steps > steps_max) {
            context_.breach("it goes on for ever");
            break;
        }
        if (!context_.timeline.step()) {
            context_.breach("nothing happens any more, but not all has ended");
            break;
        }
    }
    if (life_) {
        if (context_.breaches.empty() && life_->timers.size() > 0 &&
            plan_.behaviour.logs_percent == 0) {
            context_.breach("a timer outlives the runs");
        }
        life_->die();
        dispose(std::move(life_));
    }
}

bool World::is_alive() const {
    return life_ && !life_->dead;
}

void World::cancel(const std::string& id) {
    if (!is_alive()) {
        return;
    }
    const auto found = life_->loops.find(id);
    if (found != life_->loops.end()) {
        context_.trace("cancel " + id);
        found->second->cancel("somebody said so");
    }
}

// Every run that was asked for has ended on record, and the host knows.
bool World::done() const {
    if (!is_alive() || life_->running > 0) {
        return false;
    }
    for (const auto& [id, asked] : asked_) {
        const RunAudit* audit = store_.audit(id);
        if (audit == nullptr || !audit->ended()) {
            return false;
        }
    }
    return true;
}

void World::open_life() {
    ++context_.figures.lives;
    context_.trace("life " + std::to_string(lives_));
    life_ = std::make_unique<Life>(*this, lives_++);
    if (faults_.crashes > 0 && chance(context_.random, 50)) {
        life_->events.after(Milliseconds{below(context_.random, 1'500)}, [this] { crash(); });
    }
    resume_all();
}

void World::resume_all() {
    for (const std::string& id : store_.runs()) {
        const RunAudit& audit = *store_.audit(id);
        if (!audit.created().parent_run_id.empty()) {
            continue;
        }
        if (audit.ended()) {
            ask_again_if_planned(id);
            continue;
        }
        const auto loop = host::RunLoop::make(life_->services(), request(id, audit.workflow()));
        life_->loops[id] = loop;
        ++life_->running;
        loop->resume(store_.load(id), 0);
        if (life_->dead) {
            return;
        }
    }
    // Of those that nobody can tell about, the ones that are not there never were.
    for (const auto& [id, asked] : asked_) {
        if (store_.audit(id) == nullptr) {
            if (asked.accepted) {
                context_.breach("run " + id + " was accepted, and is not there");
            }
            ask_later(id, Milliseconds{1});
        }
    }
}

host::RunRequest World::request(const std::string& id, const core::Workflow& workflow) {
    const Asked& asked = asked_.at(id);
    host::RunRequest request;
    request.workflow = unowned(workflow);
    request.inputs = asked.planned->inputs;
    request.run_id = id;
    request.settings = plan_.settings;
    request.sink = std::make_shared<Sink>(*this, *life_);
    if (asked.again) {
        request.attempt = 2;
    }
    if (asked.again && options_.reuse) {
        request.retry_of = asked.planned->id;
        const auto from = asked.planned->again_from;
        if (from) {
            request.retry_from = workflow.tasks[*from].name;
        }
        request.reuse = std::make_shared<const host::Reuse>(
            host::make_reuse(workflow, request.retry_of, store_.load(request.retry_of), from));
    }
    request.on_end = [this, id, life = life_->number](const core::RunReport& report,
                                                      json::object variables) {
        on_end(id, report, std::move(variables), life);
    };
    return request;
}

void World::ask_later(const std::string& id, Milliseconds delay) {
    context_.timeline.set(context_.timeline.now() + delay, [this, id] { ask(id); });
}

void World::ask(const std::string& id) {
    if (!is_alive() || life_->loops.count(id) > 0 || store_.audit(id) != nullptr) {
        return;  // the next host is asked; or it has been asked already
    }
    context_.trace("ask for " + id);
    host::RunRequest wanted = request(id, *asked_.at(id).planned->workflow);
    wanted.on_accepted = [this, id, life = life_->number](const core::JournalFailure* refusal) {
        if (!is_alive() || life_->number != life) {
            return;
        }
        if (refusal == nullptr) {
            asked_.at(id).accepted = true;
            if (store_.audit(id) == nullptr) {
                context_.breach("run " + id + " is accepted, and not on record");
            }
        } else if (refusal->is_passing && store_.audit(id) != nullptr) {
            context_.breach("run " + id + " is refused, and yet on record");
        }
    };
    const auto loop = host::RunLoop::make(life_->services(), std::move(wanted));
    life_->loops[id] = loop;
    ++life_->running;
    loop->start();
}

void World::on_end(const std::string& id,
                   const core::RunReport& report,
                   json::object variables,
                   std::uint32_t life) {
    if (!is_alive() || life_->number != life) {
        return;
    }
    --life_->running;
    const RunAudit* audit = store_.audit(id);
    if (audit != nullptr && audit->ended()) {
        if (!told_.emplace(id, RunResult{report, std::move(variables)}).second) {
            context_.breach("run " + id + " ends twice");
        }
        ask_again_if_planned(id);
        return;
    }
    if (!report.failure || report.failure->code != "storage_error") {
        context_.breach("run " + id + " ends without an end on record");
    }
    if (life_->access.is_broken()) {
        life_->events.after(Milliseconds{below(context_.random, 50)}, [this] { crash(); });
    } else if (audit == nullptr) {  // the disk was full
        life_->functions.forget(id);
        life_->events.after(Milliseconds{300}, [this, id] {
            life_->loops.erase(id);
            ask(id);
        });
    } else {
        context_.breach("run " + id + " halts although the store is well");
    }
}

void World::ask_again_if_planned(const std::string& id) {
    const Asked& asked = asked_.at(id);
    const std::string again = id + std::string(again_suffix);
    if (asked.again || !asked.planned->again || asked_.count(again) > 0 ||
        store_.audit(id)->ended()->status == core::RunStatus::Succeeded) {
        return;
    }
    asked_[again] = Asked{asked.planned, true, false};
    ask_later(again, Milliseconds{below(context_.random, 100)});
}

void World::crash() {
    if (!is_alive()) {
        return;
    }
    context_.trace("crash");
    ++context_.figures.crashes;
    faults_.crashes -= faults_.crashes > 0 ? 1 : 0;
    life_->die();
    // Whoever called this may still be in the middle of something.
    context_.timeline.set(context_.timeline.now(), [this] { dispose(std::move(life_)); });
    const Milliseconds down{chance(context_.random, 30) ? 0 : below(context_.random, 3'000)};
    context_.timeline.set(context_.timeline.now() + down, [this] { open_life(); });
}

// Lets go of what a dead host had in memory. What is left there learns that the store has failed,
// and halts; it must reach nothing outside any more, and must not hold on to itself.
void World::dispose(std::unique_ptr<Life> life) {
    std::vector<std::weak_ptr<host::RunLoop>> left;
    for (const auto& [id, loop] : life->loops) {
        left.push_back(loop);
    }
    life->access.refuse_all();
    for (const auto& [id, loop] : life->loops) {
        loop->cancel("the host has died");
    }
    life->loops.clear();
    const auto is_left = [&left] {
        return std::any_of(left.begin(), left.end(),
                           [](const auto& loop) { return !loop.expired(); });
    };
    life->access.refuse_all();
    while (is_left() && (life->continuations.run_one() || life->timers.fire_one())) {
        life->access.refuse_all();
    }
    if (is_left()) {
        context_.breach("a run that has halted is held in memory");
    }
    life->timers.forget();
}

RunResult World::read(const std::string& run_id) {
    life_ = std::make_unique<Life>(*this, lives_++);
    life_->access.stop();
    RunResult result;
    bool ended = false;
    host::RunRequest wanted = request(run_id, store_.audit(run_id)->workflow());
    wanted.on_end = [&](const core::RunReport& report, json::object variables) {
        result = {report, std::move(variables)};
        ended = true;
    };
    const auto loop = host::RunLoop::make(life_->services(), std::move(wanted));
    loop->resume(store_.load(run_id), 0);
    if (!ended) {
        context_.breach("run " + run_id + " has ended, but goes on when it is resumed");
    }
    life_->die();
    dispose(std::move(life_));
    return result;
}

}  // namespace oa::test
