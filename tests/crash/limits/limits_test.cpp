// The whole host without descriptors, threads, memory or inodes: it refuses work with a reason,
// does not crash, and what it had accepted ends when a host that has enough takes it up.

#include <chrono>
#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "tests/cli/cli_test.hpp"

namespace oa::test {
namespace {

constexpr std::size_t two_gib = 2048;       // in MiB
constexpr std::size_t stack_kib = 262'144;  // the address space has room for few of these

/// Sixty calls that keep a thread each and sixty that open a file, beside each other.
std::string many_tasks(const std::string& file) {
    std::string items = "1";
    for (int i = 2; i <= 60; ++i) {
        items += "," + std::to_string(i);
    }
    return "name: many\n"
           "inputs: {items: {type: array, default: [" +
           items +
           "]}}\n"
           "concurrency: {max_parallel: 120}\n"
           "tasks:\n"
           "  - {name: wait, sleep: 10ms}\n"
           "  - {name: keep, needs: wait, for_each: inputs.items, max_parallel: 60,\n"
           "     utils.sleep: {duration: 20ms}}\n"
           "  - {name: read, needs: wait, for_each: inputs.items, max_parallel: 60,\n"
           "     files.read: {path: " +
           file +
           "}}\n"
           "  - {name: last, needs: [keep, read], utils.noop: {}}\n";
}

struct LimitsTest : CliTest {
    const std::string data = folder.at("data");
    const std::string small_file = folder.write("small", "something to read\n");

    [[nodiscard]] Subprocess::Options environment() const {
        Subprocess::Options options;
        options.environment = {{"OA_RUNTIME_FOLDER", folder.at("runtime")},
                               {"OA_STATE_FOLDER", folder.at("state")}};
        options.patience = std::chrono::minutes(1);
        return options;
    }
    [[nodiscard]] ProcessResult with_store(std::vector<std::string> arguments) const {
        arguments.insert(arguments.end(), {"--data", data});
        return oa(std::move(arguments), environment());
    }
    [[nodiscard]] std::vector<std::string> run_command(const std::string& text) const {
        return command({"run", folder.write("w.yaml", text), "--data", data});
    }
    /// Lives to its end, or until it waits for memory that nobody will give it.
    static ProcessResult live(Subprocess& host, bool& is_held_up) {
        is_held_up = host.wait_for("held up until");
        if (is_held_up) {
            host.signal(SIGKILL);
        }
        return host.wait();
    }
    /// A store with runs that wait, whose hosts were killed.
    void leave_open_runs(int count, const std::string& text) const {
        for (int i = 0; i < count; ++i) {
            Subprocess host(run_command(text), environment());
            ASSERT_TRUE(host.wait_for("wait: waiting until"));
            host.signal(SIGKILL);
            static_cast<void>(host.wait());
        }
    }
    /// With all that it needs a host ends whatever is open, and the store is sound.
    void expect_all_to_end() const {
        const ProcessResult recovered = with_store({"runs", "recover"});
        EXPECT_LE(recovered.exit_status, 1) << recovered.err;
        const ProcessResult listed = with_store({"runs", "list", "--json", "--limit", "1000"});
        ASSERT_EQ(listed.exit_status, 0) << listed.err;
        const boost::json::value runs = core::parse_json(listed.out);
        for (const auto& run : runs.as_array()) {
            EXPECT_FALSE(run.at("ended_at").is_null()) << run.at("id");
        }
        const ProcessResult check = with_store({"store", "check"});
        EXPECT_EQ(check.exit_status, 0) << check.out << check.err;
    }
};

/// What hosts did under limits that get wider and wider.
struct Sweep {
    std::size_t succeeded = 0;
    std::size_t failed = 0;   ///< runs, with a reason
    std::size_t refused = 0;  ///< nothing was accepted
    std::size_t held_up = 0;

    void count(const ProcessResult& result, bool is_held_up, const std::string& limit) {
        if (is_held_up) {
            ++held_up;
            return;
        }
        ASSERT_LT(result.exit_status, 128) << limit << ": " << result.err;
        const std::string said = result.out + result.err;
        if (result.exit_status == 0) {
            ++succeeded;
        } else if (said.find("run of 'many' failed") != std::string::npos) {
            ++failed;
        } else {
            ++refused;
            EXPECT_TRUE(has_reason(said)) << limit << ": " << said;
        }
    }
    void print(const char* what) const {
        std::printf("%s: %zu succeeded, %zu failed, %zu refused, %zu held up\n", what, succeeded,
                    failed, refused, held_up);
    }

private:
    static bool has_reason(const std::string& said) {
        for (const char* reason : {"Too many open files", "no more threads", "no memory", "memory",
                                   "failed to map segment", "ulimit", "Error 24"}) {
            if (said.find(reason) != std::string::npos) {
                return true;
            }
        }
        return false;
    }
};

TEST_F(LimitsTest, ManyTasksGoThroughSixtyFourDescriptors) {
    Subprocess::Options options = environment();
    options.descriptors = 64;
    const ProcessResult result = run_program(run_command(many_tasks(small_file)), options);
    EXPECT_LT(result.exit_status, 2) << result.err;
    expect_all_to_end();
}

TEST_F(LimitsTest, EachNumberOfDescriptorsIsEnoughOrARefusal) {
    Sweep sweep;
    for (std::size_t descriptors = 4; descriptors <= 40; ++descriptors) {
        Subprocess::Options options = environment();
        options.descriptors = descriptors;
        Subprocess host(run_command(many_tasks(small_file)), options);
        bool is_held_up = false;
        const ProcessResult result = live(host, is_held_up);
        sweep.count(result, is_held_up, std::to_string(descriptors) + " descriptors");
    }
    sweep.print("4 to 40 descriptors");
    EXPECT_GT(sweep.succeeded + sweep.failed, 0U);
    EXPECT_GT(sweep.refused, 0U);
    expect_all_to_end();
}

TEST_F(LimitsTest, WhatNeedsDescriptorsGoesOnWhenThereAreSomeAgain) {
    Subprocess::Options options = environment();
    options.descriptors = 64;
    options.environment["OA_CONFIG"] =
        folder.write("oa.yaml", "isolation: {modules: {hoarder: {mode: in-process}}}\n");
    const std::string hoarder = OA_FIXTURE_FOLDER "/hoarder/hoarder.so";
    const std::string document =
        "tasks:\n"
        "  - {name: take, hoarder.take: {}}\n"
        "  - {name: without, allow_failure: true, files.read: {path: " +
        small_file +
        "}}\n"
        "  - {name: wait, sleep: 10ms}\n"
        "  - {name: give, hoarder.give_back: {}}\n"
        "  - {name: with, files.read: {path: " +
        small_file + "}}\n";
    const ProcessResult result = oa(
        {"--plugins", hoarder, "run", "--json", "--data", data, folder.write("w.yaml", document)},
        options);
    ASSERT_EQ(result.exit_status, 0) << result.err;
    const boost::json::object report = json(result);
    EXPECT_GT(task(report, "take").at("output").as_int64(), 0);
    EXPECT_EQ(task(report, "without").at("error").at("code"), "exhausted");
    EXPECT_EQ(task(report, "with").at("status"), "succeeded");
    expect_all_to_end();
}

TEST_F(LimitsTest, ManyRunsAreTakenUpWithSixtyFourDescriptors) {
    leave_open_runs(6, many_tasks(small_file));
    Subprocess::Options options = environment();
    options.descriptors = 64;
    const ProcessResult result = run_program(command({"runs", "recover", "--data", data}), options);
    EXPECT_LT(result.exit_status, 2) << result.err;
    expect_all_to_end();
}

// Stacks of a quarter of a GiB each: the address space has room for few of them.
TEST_F(LimitsTest, FewThreadsDoTheWorkOfMany) {
    Subprocess::Options options = environment();
    options.stack_kib = stack_kib;
    options.memory_mib = two_gib;
    const ProcessResult result = run_program(run_command(many_tasks(small_file)), options);
    EXPECT_EQ(result.exit_status, 0) << result.err;
    expect_all_to_end();
}

TEST_F(LimitsTest, EachNumberOfThreadsIsEnoughOrARefusal) {
    Sweep sweep;
    for (std::size_t memory = 300; memory <= two_gib; memory += 256) {
        Subprocess::Options options = environment();
        options.stack_kib = stack_kib;
        options.memory_mib = memory;
        Subprocess host(run_command(many_tasks(small_file)), options);
        bool is_held_up = false;
        const ProcessResult result = live(host, is_held_up);
        sweep.count(result, is_held_up, std::to_string(memory) + " MiB for stacks");
    }
    sweep.print("300 to 2048 MiB for stacks of 256");
    EXPECT_GT(sweep.succeeded, 0U);
    EXPECT_GT(sweep.refused, 0U);
    expect_all_to_end();
}

TEST_F(LimitsTest, EachAmountOfMemoryIsEnoughOrARefusal) {
    leave_open_runs(2, many_tasks(small_file));
    Sweep sweep;
    for (std::size_t memory = 40; memory <= 450; memory += memory < 90 ? 5 : 40) {
        Subprocess::Options options = environment();
        options.memory_mib = memory;
        Subprocess host(run_command(many_tasks(small_file)), options);
        bool is_held_up = false;
        const ProcessResult result = live(host, is_held_up);
        sweep.count(result, is_held_up, std::to_string(memory) + " MiB");
    }
    sweep.print("40 to 450 MiB");
    EXPECT_GT(sweep.succeeded, 0U);
    EXPECT_GT(sweep.refused, 0U);
    expect_all_to_end();
}

// A file system of its own, mounted where nobody else sees it.
TEST_F(LimitsTest, AStoreWithoutInodesIsRefusedAndGoesOnWithMore) {
    const std::string place = folder.at("place");
    const std::string script =
        "set -e\n"
        "mkdir " +
        place +
        "\n"
        "mount -t tmpfs -o nr_inodes=2,size=16m none " +
        place +
        " || exit 77\n"
        "i=2\n"
        "while [ $i -le 7 ]; do\n"
        "  mount -o remount,nr_inodes=$i " +
        place +
        "\n"
        "  status=0\n"
        "  " OA_PROGRAM " run " +
        folder.write("w.yaml", many_tasks(small_file)) + " --data " + place +
        "/data || status=$?\n"
        "  echo \"inodes $i: status $status\"\n"
        "  i=$((i + 1))\n"
        "done\n" OA_PROGRAM " store check --data " +
        place +
        "/data\n"
        "exec " OA_PROGRAM " runs list --data " +
        place + "/data\n";
    const ProcessResult result =
        run_program({"/usr/bin/unshare", "-Urm", "/bin/sh", "-c", script}, environment());
    if (result.err.find("unshare:") != std::string::npos || result.exit_status == 77) {
        GTEST_SKIP() << "no file system can be mounted here: " << result.err;
    }
    EXPECT_EQ(result.exit_status, 0) << result.out << result.err;
    EXPECT_NE(result.out.find("inodes 2: status 4"), std::string::npos) << result.out;
    EXPECT_NE(result.out.find("inodes 7: status 0"), std::string::npos) << result.out;
    EXPECT_NE(result.err.find("No space left on device"), std::string::npos) << result.err;
    EXPECT_EQ(result.out.find("status 1"), std::string::npos) << result.out;
    std::printf("%s", result.out.c_str());
}

TEST_F(LimitsTest, AFolderThatCannotBeWrittenIsRefusedByItsName) {
    const std::string below_a_file = small_file + "/data";
    const ProcessResult result =
        oa({"run", folder.write("w.yaml", many_tasks(small_file)), "--data", below_a_file},
           environment());
    EXPECT_EQ(result.exit_status, 4) << result.err;
    EXPECT_NE(result.err.find(below_a_file), std::string::npos) << result.err;
    EXPECT_NE(result.err.find("Not a directory"), std::string::npos) << result.err;
}

TEST_F(LimitsTest, AFileSystemThatMayOnlyBeReadIsRefusedByItsName) {
    const std::string place = folder.at("place");
    const ProcessResult result = run_program(
        {"/usr/bin/unshare", "-Urm", "/bin/sh", "-c",
         "mkdir " + place + "; mount -t tmpfs -o ro none " + place +
             " || exit 77\nexec " OA_PROGRAM " run " +
             folder.write("w.yaml", many_tasks(small_file)) + " --data " + place + "/data"},
        environment());
    if (result.err.find("unshare:") != std::string::npos || result.exit_status == 77) {
        GTEST_SKIP() << "no file system can be mounted here: " << result.err;
    }
    EXPECT_EQ(result.exit_status, 4) << result.err;
    EXPECT_NE(result.err.find(place + "/data"), std::string::npos) << result.err;
    EXPECT_NE(result.err.find("Read-only file system"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace oa::test
