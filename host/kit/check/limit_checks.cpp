#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include <boost/json.hpp>
#include <malloc.h>

#include "core/json/json.hpp"
#include "host/kit/check/call_threads.hpp"
#include "host/kit/check/check_functions.hpp"
#include "host/kit/check/sample_params.hpp"
#include "host/kit/check/trial.hpp"

namespace oa::host::checks {

namespace json = boost::json;

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds cancel_time_max{1};
constexpr std::chrono::milliseconds before_cancel{30};
constexpr int lives = 100;
constexpr int runs = 200;
constexpr int warm_up = 10;
constexpr std::size_t leak_bytes_min = 16;  // in each round

struct Stop {
    bool at_once = false;  ///< cancelled before it starts
    std::chrono::milliseconds after{0};
    std::int64_t remaining_ms = -1;
};

/// Runs every cancellable function and measures how long it goes on after its cancellation.
void expect_stop(CheckBench& bench, const Stop& stop) {
    Trial trial(bench);
    trial.start();
    bool any = false;
    for (const TrialFunction* const function : trial.runnable()) {
        if (!function->is(OA_F_CANCELLABLE)) {
            continue;
        }
        any = true;
        for (const auto& params : function->sample_params()) {
            bench.step("cancelling " + function->name + " with " +
                       core::write_json(params).substr(0, 200));
            TrialCall& call = trial.host().make_call({.params = core::write_json(params),
                                                      .cancelled = stop.at_once,
                                                      .remaining_ms = stop.remaining_ms});
            const auto cancelled_at = Clock::now() + stop.after;
            {
                const CancelLater later(call, stop.after);
                static_cast<void>(trial.host().run(*function->raw, trial.instance(), call));
            }
            const auto late = Clock::now() - cancelled_at;
            if (late > cancel_time_max) {
                bench.find(
                    function->name + " returns " +
                    std::to_string(
                        std::chrono::duration_cast<std::chrono::milliseconds>(late).count()) +
                    " ms after its cancellation");
            }
        }
    }
    if (!any) {
        throw NotApplicable{"no function says OA_F_CANCELLABLE"};
    }
}

/// Runs the examples twice, the second time under harder conditions.
void compare(
    CheckBench& bench,
    const TrialConditions& harder,
    const std::function<void(
        const TrialFunction& function, const TrialReply& usual, const TrialReply& hard)>& judge) {
    Trial trial(bench);
    trial.start();
    for (const TrialFunction* const function : trial.runnable()) {
        for (const auto& params : function->sample_params()) {
            TrialConditions conditions = harder;
            conditions.params = core::write_json(params);
            const TrialReply usual = trial.run(*function, params);
            judge(*function, usual, trial.run(*function, conditions));
        }
    }
    trial.stop();
    for (const auto& violation : trial.host().violations()) {
        bench.find("the plug-in " + violation);
    }
}

std::size_t bytes_in_use() {
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

/// Repeats something; tells when it keeps memory each time.
void expect_no_growth(CheckBench& bench,
                      int rounds,
                      const std::string& what,
                      const std::function<void()>& work) {
    for (int i = 0; i < warm_up; ++i) {
        work();
    }
    const int half = rounds / 2;
    const auto growth = [&] {
        const std::size_t before = bytes_in_use();
        for (int i = 0; i < half; ++i) {
            work();
        }
        const std::size_t after = bytes_in_use();
        return after > before ? (after - before) / static_cast<std::size_t>(half) : 0;
    };
    // What is kept once, such as what the allocator puts aside, is no leak: that goes on and on.
    const std::size_t each = std::min(growth(), growth());
    if (each >= leak_bytes_min) {
        bench.find(what + " keeps " + std::to_string(each) + " bytes each time");
    }
}

}  // namespace

void stops_before_start(CheckBench& bench) {
    expect_stop(bench, {.at_once = true});
}

void stops_while_running(CheckBench& bench) {
    expect_stop(bench, {.after = before_cancel});
}

void stops_at_deadline(CheckBench& bench) {
    expect_stop(bench, {.after = std::chrono::milliseconds(1), .remaining_ms = 1});
}

void survives_lack_of_memory(CheckBench& bench) {
    compare(bench, {.memory = false},
            [&bench](const TrialFunction& function, const auto&, const TrialReply& hard) {
                if (hard.refused_memory && hard.outcome() == OA_OK &&
                    hard.output.find("\"$blob\"") != std::string::npos) {
                    bench.find(function.name + " names a blob for which it got no memory");
                }
            });
}

void survives_refused_output(CheckBench& bench) {
    compare(bench, {.room_for_result = false},
            [&bench](const TrialFunction& function, const auto&, const TrialReply& hard) {
                if (hard.refused_result && hard.outcome() == OA_OK) {
                    bench.find(function.name + " returns OA_OK although its output was refused");
                }
            });
}

void works_without_log(CheckBench& bench) {
    compare(
        bench, {.log = false},
        [&bench](const TrialFunction& function, const TrialReply& usual, const TrialReply& hard) {
            if (usual.outcome() != hard.outcome()) {
                bench.find(function.name + " gives another status while nothing is logged");
            }
        });
}

void lives_many_times(CheckBench& bench) {
    Trial trial(bench);
    const oa_module& module = trial.module();
    if (module.create == nullptr && module.start == nullptr) {
        throw NotApplicable{"it has neither create() nor start()"};
    }
    expect_no_growth(bench, lives, "a life from create() to destroy()", [&trial] {
        trial.start();
        trial.stop();
    });
}

void refuses_bad_configuration(CheckBench& bench) {
    Trial trial(bench);
    if (trial.module().create == nullptr) {
        throw NotApplicable{"it has no create()"};
    }
    SampleRandom random(bench.seed());
    std::vector<json::object> configurations{{{"no_such_setting", 1}}, {{"", nullptr}}};
    if (const auto* schema = trial.manifest().if_contains("config_schema");
        schema != nullptr && schema->is_object()) {
        for (const auto& name : property_names(schema->get_object())) {
            configurations.push_back(
                {{name, wrong_value(schema->get_object().at("properties").at(name), random)}});
        }
    }
    for (const auto& configuration : configurations) {
        const std::string text = core::write_json(configuration);
        bench.step("create() with " + text);
        const auto created = trial.create(text);
        if (!status_word(created.status)) {
            bench.find("create() returns " + std::to_string(created.status) + " for " + text);
        } else if (created.status != OA_OK && created.message.empty()) {
            bench.find("create() fails for " + text + " and gives no message");
        }
        if (created.status == OA_OK && trial.module().destroy != nullptr) {
            bench.step("destroy() without start()");
            trial.module().destroy(created.instance);
        }
    }
}

void runs_without_leak(CheckBench& bench) {
    Trial trial(bench);
    trial.start();
    for (const TrialFunction* const function : trial.runnable()) {
        // Waiting functions would take too long, and work on the file system leaves files.
        if (function->is(OA_F_BLOCKING) || function->reaches_outside()) {
            continue;
        }
        const std::string params = core::write_json(function->sample_params().front());
        bench.step("running " + function->name + " with " + params.substr(0, 200));
        TrialCall& first = trial.host().make_call({.params = params, .log = false});
        const auto started = Clock::now();
        static_cast<void>(trial.host().run(*function->raw, trial.instance(), first));
        if (Clock::now() - started > std::chrono::milliseconds(50)) {
            continue;
        }
        expect_no_growth(bench, runs, "a run of " + function->name, [&] {
            static_cast<void>(trial.host().run_once(*function->raw, trial.instance(),
                                                    {.params = params, .log = false}));
        });
    }
}

}  // namespace oa::host::checks
