// Nothing that a run says holds a secret that the run has used.

#include <cstdio>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <type_traits>
#include <variant>
#include <vector>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "core/json/json.hpp"
#include "core/run/report.hpp"
#include "host/engine/run_loop.hpp"
#include "host/engine/system_clock.hpp"
#include "host/engine/timer_queue.hpp"
#include "host/engine/worker_pool.hpp"
#include "tests/support/map_secrets.hpp"
#include "tests/support/scripted_invoker.hpp"
#include "tests/support/secret_spellings.hpp"
#include "tests/support/workflow_builder.hpp"

namespace oa::host {
namespace {

namespace json = boost::json;
using core::Outcome;
using test::ScriptedCall;

/// Every text that reached somebody, and by which way.
class Heard {
public:
    void add(const char* way, std::string_view text) {
        const std::lock_guard lock(mutex_);
        texts_.emplace_back(way, std::string(text));
    }
    void add(const char* way, const json::value& value) {
        std::vector<const json::value*> open{&value};
        while (!open.empty()) {
            const json::value& next = *open.back();
            open.pop_back();
            if (const auto* text = next.if_string()) {
                add(way, std::string_view(*text));
            } else if (const auto* list = next.if_array()) {
                for (const auto& item : *list) {
                    open.push_back(&item);
                }
            } else if (const auto* object = next.if_object()) {
                for (const auto& field : *object) {
                    add(way, std::string_view(field.key()));
                    open.push_back(&field.value());
                }
            } else {
                add(way, core::write_json(next));
            }
        }
    }
    void add(const char* way, const std::optional<core::Failure>& failure) {
        if (failure) {
            add(way, failure->code);
            add(way, failure->message);
        }
    }
    void add(const char* way, const core::TaskReport& report) {
        add(way, report.name);
        add(way, report.failure);
        if (report.output) {
            add(way, *report.output);
        }
        if (report.sub_run) {
            add(way, json::value(to_json(*report.sub_run)));
        }
    }

    std::vector<std::pair<std::string, std::string>> take() {
        const std::lock_guard lock(mutex_);
        return std::move(texts_);
    }

private:
    std::mutex mutex_;
    std::vector<std::pair<std::string, std::string>> texts_;
};

/// Whoever adds a way by which something gets out of a run has to add it here: this does not
/// compile before.
class HearingSink final : public core::EventSink {
public:
    explicit HearingSink(Heard& heard) : heard_(heard) {}

    void run_started(const core::RunReport& run, const core::Workflow& /*workflow*/) override {
        heard_.add("run_started", json::value(to_json(run)));
    }
    void attempt_started(const core::AttemptRef& /*attempt*/) override {}
    void attempt_failed(const core::AttemptRef& /*attempt*/,
                        const core::Failure& failure,
                        core::Milliseconds /*delay*/) override {
        heard_.add("attempt_failed", std::optional(failure));
    }
    void wait_begun(const core::AttemptRef& /*attempt*/, const core::WaitPlan& plan) override {
        heard_.add("wait_begun", plan.message);
        for (const std::string& name : plan.by) {
            heard_.add("wait_begun", name);
        }
    }
    void element_ended(const core::TaskReport& report,
                       core::TaskIndex /*task*/,
                       std::uint32_t /*element*/,
                       core::TaskStatus /*status*/,
                       const std::optional<core::Failure>& failure) override {
        heard_.add("element_ended", report);
        heard_.add("element_ended", failure);
    }
    void task_ended(core::TaskIndex /*task*/, const core::TaskReport& report) override {
        heard_.add("task_ended", report);
    }
    void run_cancelling(std::string_view reason) override { heard_.add("run_cancelling", reason); }
    void run_paused(std::string_view reason) override { heard_.add("run_paused", reason); }
    void run_ended(const core::RunReport& run) override {
        heard_.add("run_ended", json::value(to_json(run)));
    }
    [[nodiscard]] std::shared_ptr<core::EventSink> sub_run(
        const core::AttemptRef& /*attempt*/) override {
        return std::make_shared<HearingSink>(heard_);
    }
    void task_log(std::string_view task,
                  core::TaskLogLevel /*level*/,
                  std::string_view message,
                  std::string_view fields) override {
        heard_.add("task_log", task);
        heard_.add("task_log", message);
        heard_.add("task_log fields", fields);
        heard_.add("task_log fields", core::parse_json(fields));
    }
    void task_progress(std::string_view task,
                       double /*fraction*/,
                       std::string_view message) override {
        heard_.add("task_progress", task);
        heard_.add("task_progress", message);
    }
    [[nodiscard]] bool wants(core::TaskLogLevel /*level*/) const override { return true; }

private:
    Heard& heard_;
};

template <typename... Functions>
struct Overloaded : Functions... {
    using Functions::operator()...;
};
template <typename... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

/// The same for what is kept.
class HearingJournal final : public core::Journal {
public:
    explicit HearingJournal(Heard& heard) : heard_(heard) {}

    void append(const std::string& /*run_id*/,
                const core::JournalBatch& batch,
                Done done) override {
        for (const core::JournalRecord& record : batch.records) {
            take(record);
        }
        for (const core::LogLine& line : batch.lines) {
            heard_.add("journal", line.message);
            heard_.add("journal", line.fields);
        }
        done(nullptr);
    }
    [[nodiscard]] bool keeps_lines() const override { return true; }

private:
    void take(const core::JournalRecord& record) {
        std::visit(Overloaded{[&](const core::RunCreated& created) {
                                  heard_.add("journal", json::value(created.inputs));
                              },
                              [&](const core::RunResumed&) {}, [&](const core::AttemptStarted&) {},
                              [&](const core::MachineEvent& event) { take(event); },
                              [&](const core::RunEnded& ended) {
                                  heard_.add("journal", ended.failure);
                                  heard_.add("journal", json::value(ended.outputs));
                              }},
                   record.entry);
    }
    void take(const core::MachineEvent& event) {
        if (event.output) {
            heard_.add("journal", *event.output);
        }
        std::visit(
            Overloaded{
                [&](const core::RunStarted&) {}, [&](const core::AttemptSucceeded&) {},
                [&](const core::AttemptFailed& failed) {
                    heard_.add("journal", std::optional(failed.failure));
                },
                [&](const core::TimerFired&) {},
                [&](const core::Decided& decided) { heard_.add("journal", decided.failure); },
                [&](const core::RetryDecided& decided) { heard_.add("journal", decided.failure); },
                [&](const core::WaitBegun& begun) { heard_.add("journal", begun.failure); },
                [&](const core::WaitEnded& ended) { heard_.add("journal", ended.failure); },
                [&](const core::PauseRequested& request) { heard_.add("journal", request.reason); },
                [&](const core::ResumeRequested&) {},
                [&](const core::CancelRequested& request) {
                    heard_.add("journal", request.reason);
                },
                [&](const core::RunFailed& failed) {
                    heard_.add("journal", std::optional(failed.failure));
                }},
            event.event);
    }

    Heard& heard_;
};

struct MaskingTest : testing::Test {
    Heard heard;
    HearingSink sink{heard};
    HearingJournal journal{heard};
    WorkerPool pool{4};
    TimerQueue timers;
    SystemClock clock;
    test::ScriptedInvoker invoker;
    std::shared_ptr<core::Masker> of_host = std::make_shared<core::Masker>();

    /// The secret in every spelling, as a function might say it.
    static std::vector<std::string> spellings(const std::string& secret) {
        std::vector<std::string> out;
        out.reserve(test::secret_spellings.size());
        for (const auto spell : test::secret_spellings) {
            out.push_back(spell(secret));
        }
        return out;
    }
    static std::string sentence(const std::string& secret) {
        std::string out;
        for (const std::string& spelt : spellings(secret)) {
            out += "<" + spelt + "> ";
        }
        return out;
    }

    void script(const std::string& secret) {
        invoker.on("say", [secret](ScriptedCall& call) {
            json::object output;
            for (const std::string& spelt : spellings(secret)) {
                output["key " + spelt] = json::array{"at " + spelt + " it", 1};
                call.observer.log(*call.invocation, core::TaskLogLevel::Info, "log " + spelt,
                                  core::write_json(json::object{{"field", spelt}}));
                call.observer.progress(*call.invocation, 0.5, spelt);
            }
            return Outcome{std::move(output), {}};
        });
        const auto fail = [secret](ScriptedCall& /*call*/) {
            return Outcome{{{"partly", sentence(secret)}},
                           core::Failure{"internal", sentence(secret), true}};
        };
        invoker.on("fail", fail);
        invoker.on("each", fail);
    }

    static core::Template template_of(std::string_view text) {
        return core::Template(core::TextTemplate::parse(text).text_template);
    }
    static core::Template params(std::string_view text) {
        core::Template::Object fields;
        fields.push_back({"p", template_of(text)});
        return core::Template(std::move(fields));
    }

    static core::Workflow workflow() {
        test::WorkflowBuilder builder(core::Flow::Sequence);
        builder.task("say").params = params("${WALLET:s}");
        core::Task& fail = builder.task("fail");
        fail.params = params("with ${VAULT:s}");
        fail.allow_failure = true;
        fail.retry.attempts_max = 2;
        fail.retry.delay = core::Milliseconds{0};
        core::Task& each = builder.task("each");
        each.for_each = core::Loop{core::Template(json::value(json::array{1})), {}, {}};
        each.allow_failure = true;
        core::Task& shaped = builder.task("shaped");
        shaped.output = template_of("${tasks.say.output} and ${WALLET:s}");
        for (const char* name : {"approved", "rejected"}) {
            core::Wait wait;
            wait.kind = core::Wait::Kind::Approval;
            wait.value = template_of("Use ${WALLET:s}?");
            wait.by = core::Template(json::value("group:ops"));
            builder.task(name).wait = std::move(wait);
        }
        builder.workflow().tasks.back().allow_failure = true;
        core::Wait by_secret;
        by_secret.kind = core::Wait::Kind::Approval;
        by_secret.value = core::Template(json::value("May we?"));
        by_secret.by = template_of("${WALLET:s}");
        core::Task& nobody = builder.task("nobody");
        nobody.wait = std::move(by_secret);
        nobody.allow_failure = true;
        builder.workflow().outputs.push_back({"direct", {}, template_of("${WALLET:s}")});
        return builder.build();
    }

    /// When it is asked for; first by somebody who may not.
    void answer(RunLoop& loop, const std::string& task, ApprovalAnswer answer) {
        while (loop.approvals().empty() || loop.approvals().front().task != task) {
            std::this_thread::yield();
        }
        heard.add("approvals", loop.approvals().front().message);
        loop.pause(answer.by);
        loop.resume();
        try {
            static_cast<void>(loop.answer(task, {}, answer));
            FAIL() << "somebody answered who was not named";
        } catch (const AnswerRefused& refused) {
            heard.add("refusal", std::string_view(refused.what()));
        }
        answer.groups = {"ops"};
        EXPECT_TRUE(loop.answer(task, {}, answer));
    }

    void run(const std::string& secret) {
        script(secret);
        const test::MapSecrets secrets({{"s", secret}});
        RunServices services{invoker, journal, sink, clock, pool, timers, {}};
        services.secrets = &secrets;
        services.masker = of_host;
        const auto loop =
            RunLoop::make(std::move(services),
                          RunRequest{.workflow = std::make_shared<const core::Workflow>(workflow()),
                                     .inputs = {},
                                     .run_id = "run-1"});
        loop->start();
        answer(*loop, "approved", {true, secret, sentence(secret)});
        answer(*loop, "rejected", {false, secret, sentence(secret)});
        const core::RunReport& report = loop->wait();
        EXPECT_EQ(report.status, core::RunStatus::Succeeded);
        heard.add("report", json::value(to_json(report)));
    }
};

TEST_F(MaskingTest, NoWayOutOfARunShowsASecret) {
    constexpr int secrets = 200;
    constexpr unsigned seed = 20'240'518;
    std::mt19937_64 random(seed);
    std::set<std::string> ways;
    std::size_t found = 0;
    std::size_t masked = 0;
    for (int i = 0; i < secrets; ++i) {
        const std::string secret = test::random_secret(random);
        run(secret);
        const std::vector<std::string> spelt = spellings(secret);
        for (const auto& [way, text] : heard.take()) {
            ways.insert(way);
            masked += text.find("***") != std::string::npos ? 1 : 0;
            for (const std::string& form : spelt) {
                if (text.find(form) != std::string::npos) {
                    ++found;
                    ADD_FAILURE() << way << " says " << text;
                }
            }
        }
    }
    std::printf("%d random secrets x %zu forms x %zu sinks: %zu found, %zu texts masked\n", secrets,
                test::secret_spellings.size(), ways.size(), found, masked);
    EXPECT_GE(ways.size(), 10U);
    EXPECT_GT(masked, 0U);
}

TEST_F(MaskingTest, TheHostLearnsWhatARunUses) {
    run("a secret of the run");
    EXPECT_EQ(of_host->mask("late: a secret of the run"), "late: ***");
}

TEST_F(MaskingTest, ARunDoesNotMaskWhatItHasNotUsed) {
    of_host->add(core::Secret("of-another-run"));
    invoker.on("say", [](ScriptedCall&) { return Outcome{"of-another-run", {}}; });
    test::WorkflowBuilder builder(core::Flow::Sequence);
    builder.task("say");
    RunServices services{invoker, journal, sink, clock, pool, timers, {}};
    services.masker = of_host;
    const auto loop = RunLoop::make(
        std::move(services),
        RunRequest{.workflow = std::make_shared<const core::Workflow>(builder.build()),
                   .inputs = {},
                   .run_id = "run-1"});
    loop->start();
    EXPECT_EQ(core::output_of(loop->wait().tasks[0]), "of-another-run");
}

}  // namespace
}  // namespace oa::host
