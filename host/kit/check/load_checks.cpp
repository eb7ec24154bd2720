#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>

#include <boost/json.hpp>
#include <fcntl.h>
#include <unistd.h>

#include "core/json/json.hpp"
#include "host/kit/check/check_functions.hpp"
#include "host/kit/check/trial.hpp"
#include "host/plugin/module_descriptor.hpp"
#include "host/plugin/plugin_problem.hpp"

namespace oa::host::checks {

namespace json = boost::json;

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds load_time_max{50};

std::string milliseconds(Clock::duration duration) {
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count()) +
           " ms";
}

/// How long this thread has waited for a processor, which is not the plug-in's fault.
Clock::duration time_in_queue() {
    std::uint64_t running = 0;
    std::uint64_t waiting = 0;
    std::ifstream("/proc/thread-self/schedstat") >> running >> waiting;
    return std::chrono::duration_cast<Clock::duration>(std::chrono::nanoseconds(waiting));
}

/// Members of a manifest that differ, by their names.
std::string differing(const json::object& left, const json::object& right) {
    std::string out;
    const auto add = [&out](std::string_view name) {
        out += (out.empty() ? "" : ", ") + std::string(name);
    };
    for (const auto& member : left) {
        const auto* other = right.if_contains(member.key());
        if (other == nullptr || *other != member.value()) {
            add(member.key());
        }
    }
    for (const auto& member : right) {
        if (!left.contains(member.key())) {
            add(member.key());
        }
    }
    return out;
}

}  // namespace

void loads(CheckBench& bench) {
    const Trial trial(bench);
}

void loads_quickly(CheckBench& bench) {
    const auto started = Clock::now();
    const auto queued = time_in_queue();
    Trial trial(bench);
    const auto loading = Clock::now() - started - (time_in_queue() - queued);
    if (loading <= load_time_max) {
        return;
    }
    // The entry function can be measured again, so that a busy machine is not taken for a slow
    // plug-in.
    auto entering = Clock::duration::max();
    for (int i = 0; i < 3; ++i) {
        std::array<char, 256> why{};
        const auto begin = Clock::now();
        static_cast<void>(trial.entry()(trial.host().table(), why.data(), why.size()));
        entering = std::min(entering, Clock::now() - begin);
    }
    bench.find(entering > load_time_max ? "the entry function takes " + milliseconds(entering)
                                        : "loading takes " + milliseconds(loading));
}

void loads_without_output(CheckBench& bench) {
    bench.step("closing standard input, output and error");
    close(STDIN_FILENO);
    close(STDOUT_FILENO);
    close(STDERR_FILENO);
    Trial trial(bench);
    trial.start();
}

void loads_without_environment(CheckBench& bench) {
    clearenv();
    Trial trial(bench);
    trial.start();
}

void enters_twice(CheckBench& bench) {
    Trial trial(bench);
    bench.step("calling its entry function again");
    TrialHost second;
    std::array<char, 256> why{};
    const oa_module* const again = trial.entry()(second.table(), why.data(), why.size());
    if (again == nullptr) {
        bench.find("the entry function declines when it is called again");
    } else if (again != &trial.module()) {
        bench.find("the entry function gives another table when it is called again");
    }
}

void enters_later_host(CheckBench& bench) {
    Trial trial(bench, TrialOffer::LaterVersion);
    trial.start();
    trial.run_examples({});
}

void starts_without_extensions(CheckBench& bench) {
    Trial trial(bench, TrialOffer::NoExtensions);
    trial.start();
}

void manifest_is_true(CheckBench& bench) {
    const auto manifest = [&bench] {
        try {
            return examine_plugin_file(bench.file(), TrustPolicy::Ignore).facts.manifest;
        } catch (const PluginRefused& refused) {
            throw CheckFailed{"the file " + refused.reason()};
        }
    }();
    if (!manifest) {
        throw NotApplicable{"it has no manifest"};
    }
    const Trial trial(bench);
    json::value written;
    try {
        written = core::parse_json(*manifest);
    } catch (const core::JsonError&) {
        throw NotApplicable{"its manifest is not JSON"};
    }
    if (!written.is_object()) {
        throw NotApplicable{"its manifest is no JSON object"};
    }
    if (const auto members = differing(trial.manifest(), written.get_object()); !members.empty()) {
        bench.find("the manifest differs from the module in: " + members);
    }
}

void describes_itself(CheckBench& bench) {
    const Trial trial(bench);
    try {
        require_compatible(trial.module());
        const ModuleInfo info = read_module_info(trial.module());
        static_cast<void>(read_functions(trial.module(), info.name));
    } catch (const PluginRefused& refused) {
        bench.find("the module " + refused.reason());
    }
}

}  // namespace oa::host::checks
