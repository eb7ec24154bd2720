#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <boost/json.hpp>
#include <sys/mman.h>
#include <unistd.h>

#include "core/json/json.hpp"
#include "host/kit/check/call_threads.hpp"
#include "host/kit/check/check_functions.hpp"
#include "host/kit/check/sample_params.hpp"
#include "host/kit/check/schema_fit.hpp"
#include "host/kit/check/trial.hpp"
#include "host/plugin/descriptor_text.hpp"

namespace oa::host::checks {

namespace json = boost::json;

namespace {

// A function that is given odd parameters may wait for long: it is asked to stop.
constexpr std::chrono::milliseconds patience{100};
constexpr std::size_t huge_bytes = 1U << 20U;
constexpr std::size_t deep_levels = 60;  // within the parameters, whose depth is 64 at most
constexpr std::size_t small_stack = 512U << 10U;
constexpr int concurrent_calls = 16;
constexpr int random_calls = 20;

/// Runs a function with odd parameters: any status will do.
void expect_answer(Trial& trial, const TrialFunction& function, const json::object& params) {
    std::string text = core::write_json(params);
    trial.bench().step("running " + function.name + " with " + text.substr(0, 200));
    TrialCall& call =
        trial.host().make_call({.params = std::move(text), .remaining_ms = patience.count()});
    const CancelLater cancel(call, patience);
    static_cast<void>(trial.host().run(*function.raw, trial.instance(), call));
}

using OnFunction = std::function<void(Trial& trial, const TrialFunction& function)>;

/// Starts the plug-in, does something with each function, and tells how it broke the contract.
void for_each_function(CheckBench& bench, const OnFunction& work) {
    Trial trial(bench);
    trial.start();
    const auto functions = trial.runnable();
    if (functions.empty()) {
        throw NotApplicable{"no function can be run here without doing harm"};
    }
    for (const TrialFunction* const function : functions) {
        work(trial, *function);
    }
    trial.stop();
    for (const auto& violation : trial.host().violations()) {
        bench.find("the plug-in " + violation);
    }
}

/// The first example's parameters with something added to or put in place of each one.
void for_each_parameter(
    const TrialFunction& function,
    const std::function<void(json::object params, const std::string& name)>& work) {
    const json::object base = function.sample_params().front();
    for (const auto& name : property_names(function.params_schema)) {
        work(base, name);
    }
    work(base, "no_such_parameter");
}

std::string outcome_text(const TrialReply& reply) {
    const auto word = status_word(reply.outcome());
    std::string out = word ? std::string(*word) : std::to_string(reply.outcome());
    return reply.message.empty() ? out : out + " (" + clean_utf8(reply.message, 200) + ")";
}

std::string shortened(const json::value& value) {
    std::string out = core::write_json(value);
    constexpr std::size_t shown_max = 160;
    return out.size() > shown_max ? clean_utf8(out, shown_max) + "..." : out;
}

void expect_promise(CheckBench& bench,
                    const TrialFunction& function,
                    const json::object& example,
                    const TrialReply& reply) {
    const std::string name = example_name(function, example);
    if (const auto* error = example.if_contains("error"); error != nullptr && error->is_string()) {
        if (status_word(reply.outcome()) != std::string_view(error->get_string())) {
            bench.find(name + " gives " + outcome_text(reply) + " instead of " +
                       std::string(error->get_string()));
        }
        return;
    }
    if (reply.outcome() != OA_OK) {
        bench.find(name + " fails: " + outcome_text(reply));
        return;
    }
    const auto* output = example.if_contains("output");
    const json::value given = core::parse_json(reply.output);
    if (output != nullptr && *output != given) {
        bench.find(name + " gives " + shortened(given) + " instead of " + shortened(*output));
    }
}

json::value nested(std::size_t levels) {
    json::value out = "deep";
    for (std::size_t i = 0; i < levels; ++i) {
        json::array outer;
        outer.push_back(std::move(out));
        out = std::move(outer);
    }
    return out;
}

/// Runs the examples of one function on several threads at a time.
void run_together(Trial& trial, const TrialFunction& function, const json::object& params) {
    const std::string text = core::write_json(params);
    trial.bench().step("running " + std::to_string(concurrent_calls) + " calls of " +
                       function.name + " with " + text.substr(0, 200));
    const TrialReply alone = trial.run_quietly(function, {.params = text});
    std::vector<std::thread> threads;
    threads.reserve(concurrent_calls);
    std::mutex mutex;
    std::set<std::string> outcomes;
    for (int i = 0; i < concurrent_calls; ++i) {
        threads.emplace_back([&] {
            const TrialReply reply = trial.run_quietly(function, {.params = text});
            const std::lock_guard lock(mutex);
            if (reply.outcome() != alone.outcome()) {
                outcomes.insert(outcome_text(reply));
            } else if (function.is(OA_F_PURE) && reply.output != alone.output) {
                outcomes.insert("another output");
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    for (const auto& outcome : outcomes) {
        trial.bench().find(function.name + " gives " + outcome + " beside other calls, and " +
                           outcome_text(alone) + " alone");
    }
}

/// Standard output and error, kept in memory meanwhile.
class Printed {
public:
    Printed()
        : memory_(memfd_create("printed", MFD_CLOEXEC)),
          out_(dup(STDOUT_FILENO)),
          error_(dup(STDERR_FILENO)) {
        std::fflush(nullptr);
        dup2(memory_, STDOUT_FILENO);
        dup2(memory_, STDERR_FILENO);
    }
    ~Printed() {
        std::fflush(nullptr);
        restore(out_, STDOUT_FILENO);
        restore(error_, STDERR_FILENO);
        close(memory_);
    }
    Printed(const Printed&) = delete;
    Printed& operator=(const Printed&) = delete;

    [[nodiscard]] std::string text() const {
        std::fflush(nullptr);
        std::string out(400, '\0');
        const ssize_t got = pread(memory_, out.data(), out.size(), 0);
        out.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        return out;
    }

private:
    static void restore(int from, int to) {
        if (from >= 0) {
            dup2(from, to);
            close(from);
        } else {
            close(to);
        }
    }
    int memory_;
    int out_;
    int error_;
};

}  // namespace

void examples_keep_promises(CheckBench& bench) {
    Trial trial(bench);
    trial.start();
    std::size_t compared = 0;
    trial.run_examples(
        [&](const TrialFunction& function, const json::object& example, const TrialReply& reply) {
            // What lies outside is not there: the network is cut off, the folder is empty.
            if (!function.reaches_outside()) {
                ++compared;
                expect_promise(bench, function, example, reply);
            }
        });
    if (compared == 0) {
        throw NotApplicable{"it has no example whose outcome depends on its parameters alone"};
    }
}

void answers_no_parameters(CheckBench& bench) {
    for_each_function(bench, [](Trial& trial, const TrialFunction& function) {
        expect_answer(trial, function, {});
    });
}

void answers_unknown_parameters(CheckBench& bench) {
    for_each_function(bench, [](Trial& trial, const TrialFunction& function) {
        json::object params = function.sample_params().front();
        params["no_such_parameter"] = {{"a", 1}};
        params[""] = nullptr;
        params["ends in a dot."] = true;
        expect_answer(trial, function, params);
    });
}

void answers_wrong_types(CheckBench& bench) {
    SampleRandom random(bench.seed());
    for_each_function(bench, [&random](Trial& trial, const TrialFunction& function) {
        for_each_parameter(function, [&](json::object params, const std::string& name) {
            const auto* properties = function.params_schema.if_contains("properties");
            const auto* schema = properties != nullptr && properties->is_object()
                                     ? properties->get_object().if_contains(name)
                                     : nullptr;
            for (int i = 0; i < 3; ++i) {
                params[name] =
                    wrong_value(schema == nullptr ? json::value(json::object{}) : *schema, random);
                expect_answer(trial, function, params);
            }
        });
    });
}

void answers_random_parameters(CheckBench& bench) {
    SampleRandom random(bench.seed());
    for_each_function(bench, [&random](Trial& trial, const TrialFunction& function) {
        for (int i = 0; i < random_calls; ++i) {
            expect_answer(trial, function, random_params(function.params_schema, random));
        }
    });
}

void answers_huge_text(CheckBench& bench) {
    const std::string huge(huge_bytes, 'x');
    for_each_function(bench, [&huge](Trial& trial, const TrialFunction& function) {
        for_each_parameter(function, [&](json::object params, const std::string& name) {
            params[name] = huge;
            expect_answer(trial, function, params);
        });
    });
}

void answers_deep_nesting(CheckBench& bench) {
    for_each_function(bench, [](Trial& trial, const TrialFunction& function) {
        for_each_parameter(function, [&](json::object params, const std::string& name) {
            params[name] = nested(deep_levels);
            run_on_stack(small_stack, [&] { expect_answer(trial, function, params); });
        });
    });
}

void runs_concurrently(CheckBench& bench) {
    bool any = false;
    for_each_function(bench, [&any](Trial& trial, const TrialFunction& function) {
        // A limit of its own is the host's to keep.
        if (!function.is(OA_F_THREAD_SAFE) || function.raw->max_concurrency != 0) {
            return;
        }
        any = true;
        for (const auto& params : function.sample_params()) {
            run_together(trial, function, params);
        }
    });
    if (!any) {
        throw NotApplicable{"no function says OA_F_THREAD_SAFE"};
    }
}

void is_pure(CheckBench& bench) {
    bool any = false;
    for_each_function(bench, [&any](Trial& trial, const TrialFunction& function) {
        if (!function.is(OA_F_PURE)) {
            return;
        }
        any = true;
        for (const auto& params : function.sample_params()) {
            const TrialReply first = trial.run(function, params);
            const TrialReply second = trial.run(function, params);
            if (first.outcome() != second.outcome() || first.output != second.output) {
                trial.bench().find(function.name + " gives " +
                                   shortened(core::parse_json(first.output)) + ", then " +
                                   shortened(core::parse_json(second.output)));
            }
        }
    });
    if (!any) {
        throw NotApplicable{"no function says OA_F_PURE"};
    }
}

void prints_nothing(CheckBench& bench) {
    std::string text;
    {
        const Printed printed;
        Trial trial(bench);
        trial.start();
        trial.run_examples({});
        trial.stop();
        text = printed.text();
    }
    if (!text.empty()) {
        bench.find("the plug-in prints: " + clean_utf8(text.substr(0, text.find('\n')), 200));
    }
}

void output_fits_schema(CheckBench& bench) {
    for_each_function(bench, [](Trial& trial, const TrialFunction& function) {
        for (const auto& params : function.sample_params()) {
            const TrialReply reply = trial.run(function, params);
            if (reply.outcome() != OA_OK || function.output_schema.is_null()) {
                continue;
            }
            for (const auto& misfit :
                 misfits(core::parse_json(reply.output), function.output_schema)) {
                trial.bench().find("output of " + function.name + " for " + shortened(params) +
                                   ": " + misfit);
            }
        }
    });
}

void explains_failures(CheckBench& bench) {
    for_each_function(bench, [](Trial& trial, const TrialFunction& function) {
        bool pointed = function.params_schema.if_contains("properties") == nullptr;
        bool refused = false;
        for_each_parameter(function, [&](json::object params, const std::string& name) {
            params[name] = nested(2);
            const TrialReply reply = trial.run(
                function, {.params = core::write_json(params), .remaining_ms = patience.count()});
            if (reply.outcome() != OA_OK && reply.message.empty()) {
                trial.bench().find(function.name + " fails with " + outcome_text(reply) +
                                   " and no message, for " + shortened(params));
            }
            refused = refused || reply.outcome() == OA_INVALID_PARAMS;
            pointed = pointed || !reply.pointer.empty();
        });
        if (refused && !pointed) {
            trial.bench().find(function.name + " never points to the parameter that is wrong");
        }
    });
}

void keeps_contract(CheckBench& bench) {
    for_each_function(bench, [](Trial& trial, const TrialFunction& function) {
        for (const auto& params : function.sample_params()) {
            static_cast<void>(trial.run(function, params));
        }
        expect_answer(trial, function, {});
    });
}

}  // namespace oa::host::checks
