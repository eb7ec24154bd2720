#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "core/json/json.hpp"
#include "core/workflow/reader.hpp"
#include "host/blob/blob_store.hpp"
#include "host/engine/run_loop.hpp"
#include "host/engine/system_clock.hpp"
#include "host/engine/timer_queue.hpp"
#include "host/engine/worker_pool.hpp"
#include "host/plugin/in_process_invoker.hpp"
#include "host/store/memory_journal.hpp"
#include "tests/host/plugin/fixtures.hpp"
#include "tests/support/recording_sink.hpp"

namespace oa::host {
namespace {

std::size_t open_descriptors() {
    const std::filesystem::directory_iterator entries("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

/// Mappings of blobs in this process.
std::size_t mapped_blobs() {
    std::ifstream maps("/proc/self/maps");
    std::size_t count = 0;
    for (std::string line; std::getline(maps, line);) {
        if (line.find("memfd:oa-blob") != std::string::npos ||
            line.find("(deleted)") != std::string::npos) {
            ++count;
        }
    }
    return count;
}

long resident_kib(const std::string& which) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.rfind(which + ":", 0) == 0) {
            return std::stol(line.substr(which.size() + 1));
        }
    }
    return 0;
}

/// From now on "VmHWM" is the most since now.
void forget_peak() {
    std::ofstream("/proc/self/clear_refs") << "5";
}

std::string json_of(const core::RunReport& report) {
    return core::write_json(core::to_json(report));
}

struct BlobRunTest : testing::Test {
    core::RunReport run(const std::string& document, BlobStore& use) {
        const core::ReadResult read = core::read_workflow(document, "test.yaml", registry);
        if (!read.workflow) {
            throw std::runtime_error(to_string(read.diagnostics.at(0)));
        }
        const auto loop = RunLoop::make(
            RunServices{invoker, journal, sink, clock, pool, timers, {}, &use},
            RunRequest{.workflow = read.workflow, .inputs = {}, .run_id = "run", .settings = {}});
        loop->start();
        return loop->wait();
    }
    core::RunReport run(const std::string& document) { return run(document, store); }

    void hand_over_100_mebibytes(const BlobStoreConfig& config, const char* name) {
        BlobStore use(config);
        const std::size_t descriptors = open_descriptors();
        const std::size_t mappings = mapped_blobs();
        forget_peak();
        const long before = resident_kib("VmRSS");
        const auto start = std::chrono::steady_clock::now();

        const core::RunReport report = run(R"(
tasks:
  - {name: make, blobs.make: {bytes: 104857600, seed: 7}}
  - {name: sum, blobs.sum: {data: "${tasks.make.output.data}"}}
)",
                                           use);

        const std::chrono::duration<double, std::milli> time =
            std::chrono::steady_clock::now() - start;
        ASSERT_EQ(report.status, core::RunStatus::Succeeded) << json_of(report);
        const boost::json::value& made = core::output_of(report.tasks.at(0));
        const boost::json::value& sum = core::output_of(report.tasks.at(1));
        EXPECT_EQ(made.at("sum"), sum.at("sum"));
        EXPECT_EQ(sum.at("size").to_number<std::size_t>(), 104857600U);
        EXPECT_LT(json_of(report).size(), 2048U) << "both tasks with everything about them";
        EXPECT_LT(core::write_json(made).size(), 1024U);
        EXPECT_EQ(use.usage(), BlobStore::Usage{});
        EXPECT_EQ(open_descriptors(), descriptors);
        EXPECT_EQ(mapped_blobs(), mappings);
        // One copy of the data at the most.
        const long peak = resident_kib("VmHWM") - before;
        EXPECT_LT(peak, 130L * 1024L);
        RecordProperty(std::string(name) + "_ms", std::to_string(time.count()));
        RecordProperty(std::string(name) + "_peak_kib", std::to_string(peak));
    }

    test::TemporaryFolder folder;
    PluginRegistry registry{search_for("blobs")};
    InProcessInvoker invoker;
    MemoryJournal journal;
    test::RecordingSink sink;
    SystemClock clock;
    BlobStore store;
    TimerQueue timers;
    WorkerPool pool{8};
};

TEST_F(BlobRunTest, HandsAHundredMebibytesOverInMemory) {
    hand_over_100_mebibytes({.memory_bytes_max = 1U << 30U}, "in_memory");
}

TEST_F(BlobRunTest, HandsAHundredMebibytesOverThroughAFile) {
    hand_over_100_mebibytes({.memory_bytes_max = 1U << 20U, .spill_folder = folder.path()},
                            "spilled");
}

TEST_F(BlobRunTest, ReferencesFlowThroughReshapedOutputsAndTheOutputsOfTheRun) {
    const core::RunReport report = run(R"(
tasks:
  - {name: make, blobs.make: {bytes: 100000}, output: "${output.data}"}
  - {name: pass, blobs.echo: {kept: {here: ["${tasks.make.output}"]}}}
  - {name: sum, blobs.sum: {data: "${tasks.pass.output.kept.here[0]}"}}
outputs:
  picture: ${tasks.make.output}
  sum: ${tasks.sum.output}
)");

    ASSERT_EQ(report.status, core::RunStatus::Succeeded) << json_of(report);
    const boost::json::object& picture = report.outputs.at("picture").as_object();
    EXPECT_TRUE(picture.at("$blob").as_string().starts_with("b2-256:"));
    EXPECT_EQ(picture.at("size").to_number<int>(), 100000);
    EXPECT_EQ(picture.at("media_type").as_string(), "application/x-noise");
    EXPECT_EQ(report.outputs.at("sum").at("size").to_number<int>(), 100000);
}

TEST_F(BlobRunTest, ATaskThatIsTriedAgainGetsTheSameBlobs) {
    const core::RunReport report = run(R"(
tasks:
  - {name: make, blobs.make: {bytes: 10}}
  - name: fails
    blobs.give: {data: "${tasks.make.output.data}", bytes: 70000, status: 9}
    retry: {max_attempts: 3, delay: 0s}
)");

    EXPECT_EQ(report.status, core::RunStatus::Failed);
    EXPECT_EQ(report.tasks.at(1).attempts, 3U);
    ASSERT_TRUE(report.tasks.at(1).failure);
    EXPECT_EQ(report.tasks.at(1).failure->code, "unavailable");
    EXPECT_EQ(store.usage(), BlobStore::Usage{});
}

TEST_F(BlobRunTest, ABlobOfAnotherRunIsRefused) {
    const core::RunReport first = run("tasks:\n  - {name: make, blobs.make: {bytes: 10}}\n");
    const std::string blob = core::write_json(core::output_of(first.tasks.at(0)).at("data"));

    const core::RunReport second =
        run("tasks:\n  - {name: make, blobs.make: {bytes: 20}}\n"
            "  - {name: sum, blobs.sum: {data: " +
            blob + "}}\n");

    EXPECT_EQ(second.status, core::RunStatus::Failed);
    ASSERT_TRUE(second.tasks.at(1).failure);
    EXPECT_EQ(second.tasks.at(1).failure->code, "not_found");
}

TEST_F(BlobRunTest, TasksThatRunAtTheSameTimeShareTheBlobsOfTheirRun) {
    std::ostringstream document;
    document << "tasks:\n  - {name: make, blobs.make: {bytes: 300000}}\n";
    std::string all;
    for (int i = 0; i < 16; ++i) {
        document << "  - {name: copy" << i
                 << ", blobs.copy: {data: \"${tasks.make.output.data}\"}, needs: make}\n"
                 << "  - {name: own" << i << ", blobs.make: {bytes: 100000, seed: " << i % 4
                 << "}, needs: make}\n";
        all += (i == 0 ? "copy" : ", copy") + std::to_string(i) + ", own" + std::to_string(i);
    }
    document << "  - {name: join, needs: [" << all
             << "], blobs.concat: {a: \"${tasks.copy1.output}\", b: \"${tasks.own2.output}\", c: "
                "\"${tasks.own6.output}\"}}\n";

    const core::RunReport report = run(document.str());

    ASSERT_EQ(report.status, core::RunStatus::Succeeded) << json_of(report);
    EXPECT_EQ(core::output_of(report.tasks.back()).at("size").to_number<int>(), 400000)
        << "equal content counts once";
    EXPECT_EQ(store.usage(), BlobStore::Usage{});
}

}  // namespace
}  // namespace oa::host
