// Plug-ins are changed under a constant load of runs, some in this process and some in workers.

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "core/workflow/reader.hpp"
#include "host/engine/run_loop.hpp"
#include "host/engine/timer_queue.hpp"
#include "host/engine/worker_pool.hpp"
#include "host/plugin/plugin_host.hpp"
#include "host/store/memory_journal.hpp"
#include "host/trust/trust_gate.hpp"
#include "tests/isolation/house.hpp"
#include "tests/support/recording_sink.hpp"

namespace oa::test {
namespace {

namespace fs = std::filesystem;

constexpr int reloads = 200;
constexpr const char* document = R"(
name: steps
tasks:
  - {name: first, steps.answer: {}}
  - {name: apart, steps.answer: {}, isolation: process}
  - {name: last, steps.answer: {}}
outputs:
  first: ${tasks.first.output}
  apart: ${tasks.apart.output}
  last: ${tasks.last.output}
)";

host::isolation::IsolationSettings settings() {
    auto out = test_settings();
    out.third_party = core::Isolation::InProcess;
    return out;
}

class ReloadTest : public testing::Test {
protected:
    /// By renaming, as a careful person does.
    void install(const char* fixture) const {
        const fs::path beside = folder / "plugins" / "steps.so.new";
        fs::copy_file(fs::path(OA_FIXTURE_DIR) / fixture / (std::string(fixture) + ".so"), beside);
        fs::rename(beside, folder / "plugins" / "steps.so");
    }

    /// One run on what the host offers now. Its answer, or why it failed.
    std::string run_once(host::PluginHost& plugins, const std::string& id) {
        auto read =
            core::read_workflow(document, "steps.yaml",
                                std::shared_ptr<const core::FunctionCatalog>(plugins.current()));
        if (!read.workflow) {
            return to_string(read.diagnostics.at(0));
        }
        host::MemoryJournal journal;
        RecordingSink sink;
        const auto loop = host::RunLoop::make(
            host::RunServices{
                house.invoker, journal, sink, house.clock, pool, timers,
                [](std::string_view) -> std::optional<std::string> { return std::nullopt; }},
            host::RunRequest{.workflow = read.workflow,
                             .inputs = {},
                             .run_id = id,
                             .attempt = 1,
                             .settings = {}});
        loop->start();
        const core::RunReport& report = loop->wait();
        if (report.status != core::RunStatus::Succeeded) {
            return report.failure ? report.failure->message : "failed";
        }
        const auto answer = report.outputs.at("first").as_int64();
        if (report.outputs.at("apart") != answer || report.outputs.at("last") != answer) {
            return "a run saw two generations";
        }
        return std::to_string(answer);
    }

    TemporaryFolder folder;
    House house{settings(), folder};
    host::WorkerPool pool{8};
    host::TimerQueue timers;
};

TEST_F(ReloadTest, TwoHundredReloadsFailNoRun) {
    fs::create_directory(folder / "plugins");
    fs::create_directory(folder / "state");
    install("steps");
    host::TrustGate gate({}, {.state = folder / "state", .bundled = {}});
    host::PluginSearch search;
    search.trust = host::TrustPolicy::Ignore;
    search.places.push_back({.path = folder / "plugins", .origin = "test"});
    host::PluginHost plugins(search, {}, {.admission = &gate, .describer = nullptr});

    std::atomic<bool> over{false};
    std::atomic<int> runs{0};
    std::mutex mutex;
    std::set<std::string> answers;
    std::vector<std::thread> load;
    for (int number = 0; number < 3; ++number) {
        load.emplace_back([&, number] {
            while (!over) {
                std::string id = std::to_string(number) + "-" + std::to_string(runs.fetch_add(1));
                std::string answer = run_once(plugins, id);
                const std::lock_guard lock(mutex);
                answers.insert(std::move(answer));
            }
        });
    }
    for (int round = 1; round <= reloads; ++round) {
        const int before = runs;
        install(round % 2 == 1 ? "steps_changed" : "steps");
        const auto report = plugins.reload();
        ASSERT_EQ(report.changes.size(), 1U) << round;
        EXPECT_EQ(report.changes[0].kind, host::ReloadChange::Kind::Replaced);
        EXPECT_EQ(report.changes[0].generation, static_cast<std::uint32_t>(round) + 1);
        while (runs < before + 2) {  // runs go on between two reloads
            std::this_thread::yield();
        }
    }
    over = true;
    for (std::thread& thread : load) {
        thread.join();
    }
    EXPECT_EQ(answers, (std::set<std::string>{"1", "2"}));
    std::printf("%d reloads under load, %d runs, none failed\n", reloads, runs.load());
}

}  // namespace
}  // namespace oa::test
