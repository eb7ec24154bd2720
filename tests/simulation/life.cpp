#include "tests/simulation/life.hpp"

#include <algorithm>
#include <vector>

namespace oa::test {

Life::Life(Context& context,
           const Plan& plan,
           Store& store,
           Witness& witness,
           Faults& faults,
           std::function<void()> crash)
    : context_(context),
      access(context, store, faults, plan.behaviour.logs_percent > 0, std::move(crash)),
      functions(context, plan, store, witness),
      events(context.timeline),
      timers_(context.timeline),
      continuations_(context),
      engine(std::make_unique<host::Engine>(
          services(store),
          host::Engine::Settings{.queue = plan.queue, .load = [&store](const std::string& name) {
                                     return unowned(store.workflow(name));
                                 }})) {}

host::RunServices Life::services(const Store& store) {
    return {
        .invoker = functions,
        .journal = access,
        .sink = quiet_,
        .clock = context_.timeline,
        .pool = functions,
        .timers = timers_,
        .environment = [life = context_.life](std::string_view) { return std::to_string(life); },
        .continuations = &continuations_,
        .history = &store};
}

void Life::die() {
    dead_ = true;
    access.stop();
    functions.stop();
    timers_.stop();
    events.forget();
    continuations_.stop();
}

bool Life::stop() {
    if (!access.answer_at_once()) {
        return false;
    }
    continuations_.finish();
    engine->stop(std::chrono::milliseconds{0});
    return true;
}

// The store tells them all that it has failed, and they let go. The engine then waits for nothing.
bool Life::dispose(const std::vector<std::string>& runs) {
    std::vector<std::weak_ptr<host::RunLoop>> loops;
    loops.reserve(runs.size());
    for (const std::string& id : runs) {
        loops.emplace_back(engine->find(id));
    }
    access.refuse_all();
    continuations_.finish();
    for (const std::weak_ptr<host::RunLoop>& each : loops) {
        if (const std::shared_ptr<host::RunLoop> loop = each.lock()) {
            loop->leave();
        }
    }
    while (timers_.fire_one()) {  // those that wait for a disk that is full
    }
    engine.reset();
    return std::all_of(loops.begin(), loops.end(),
                       [](const std::weak_ptr<host::RunLoop>& loop) { return loop.expired(); });
}

}  // namespace oa::test
