#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <boost/json.hpp>

#include "host/kit/check/check_functions.hpp"
#include "host/kit/check/trial.hpp"

namespace oa::host::checks {
namespace {

/// Whether a plug-in may change an aspect between start() and stop(): threads, open files and
/// children are there for its work.
bool may_use_while_started(StateAspect aspect) {
    return aspect == StateAspect::Threads || aspect == StateAspect::Descriptors ||
           aspect == StateAspect::Children;
}

/// The change, after waiting a little for threads that have been joined to disappear.
std::string change_since(StateAspect aspect, const std::vector<std::string>& before) {
    std::string out;
    for (int i = 0; i < 50; ++i) {
        out = difference(before, read_state(aspect));
        if (out.empty() || aspect != StateAspect::Threads) {
            break;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return out;
}

class Watch {
public:
    Watch(CheckBench& bench, StateAspect aspect)
        : bench_(bench), aspect_(aspect), before_(read_state(aspect)) {}

    /// False when something changed, which it tells.
    bool unchanged(const std::string& after_what) {
        const std::string change = change_since(aspect_, before_);
        if (!change.empty()) {
            bench_.find("after " + after_what + ": " + change);
        }
        return change.empty();
    }

private:
    CheckBench& bench_;
    StateAspect aspect_;
    std::vector<std::string> before_;
};

}  // namespace

template <StateAspect aspect>
void leaves_alone(CheckBench& bench) {
    Watch watch(bench, aspect);
    Trial trial(bench);
    if (aspect == StateAspect::Threads && trial.has(OA_M_NO_UNLOAD)) {
        throw NotApplicable{"it says OA_M_NO_UNLOAD"};
    }
    if (aspect == StateAspect::Signals && trial.has(OA_M_SIGNALS)) {
        throw NotApplicable{"it says OA_M_SIGNALS"};
    }
    if (!watch.unchanged("loading")) {
        return;
    }
    trial.start();
    const bool always = !may_use_while_started(aspect);
    if (always && !watch.unchanged("start()")) {
        return;
    }
    bool changed = false;
    trial.run_examples([&](const TrialFunction& function, const auto&, const auto&) {
        changed = changed || (always && !watch.unchanged("run of " + function.name));
    });
    if (changed) {
        return;
    }
    trial.stop();
    watch.unchanged("stop()");
}

template void leaves_alone<StateAspect::Threads>(CheckBench&);
template void leaves_alone<StateAspect::Descriptors>(CheckBench&);
template void leaves_alone<StateAspect::Signals>(CheckBench&);
template void leaves_alone<StateAspect::SignalMask>(CheckBench&);
template void leaves_alone<StateAspect::Locale>(CheckBench&);
template void leaves_alone<StateAspect::Folder>(CheckBench&);
template void leaves_alone<StateAspect::Umask>(CheckBench&);
template void leaves_alone<StateAspect::Environment>(CheckBench&);
template void leaves_alone<StateAspect::FloatingPoint>(CheckBench&);
template void leaves_alone<StateAspect::Children>(CheckBench&);

}  // namespace oa::host::checks
