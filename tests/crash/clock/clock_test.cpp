// The clock on the wall is set while the whole host works, and while there is none.

#include <chrono>
#include <csignal>
#include <functional>
#include <limits>
#include <regex>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "core/duration.hpp"
#include "core/wall_time.hpp"
#include "tests/cli/cli_test.hpp"
#include "tests/crash/clock/moved_clock.hpp"

namespace oa::test {
namespace {

using namespace std::chrono_literals;
using core::WallTime;

// The rules of Central Europe, by themselves: no data of time zones is needed.
constexpr const char* zone = "CET-1CEST,M3.5.0,M10.5.0/3";
constexpr auto year = 365 * 24h;

/// A clock that is set from the right time.
struct Move {
    const char* name;
    std::function<WallTime(WallTime)> to;
};
std::ostream& operator<<(std::ostream& out, const Move& move) {
    return out << move.name;
}

const std::vector<Move> forward{
    {"OneHourForward", [](WallTime now) { return now + 1h + 1min; }},
    {"TenYearsForward", [](WallTime now) { return now + 10 * year; }},
};
const std::vector<Move> back{
    {"OneHourBack", [](WallTime now) { return now - 1h; }},
    {"To1970", [](WallTime) { return WallTime(1s); }},
};

/// A moment just before people in Central Europe set their clocks.
struct Change {
    const char* name;
    const char* at;
};
std::ostream& operator<<(std::ostream& out, const Change& change) {
    return out << change.name;
}

const std::vector<Change> changes{
    {"Spring", "2026-03-29T01:00:00Z"},
    {"Autumn", "2026-10-25T01:00:00Z"},
};

constexpr auto name_of = [](const auto& info) { return std::string(info.param.name); };

/// One task for each way in which time passes in a run; `others` comes when all but `until` have
/// ended.
constexpr const char* short_waits =
    "name: clock\n"
    "inputs: {until: {required: true}}\n"
    "timeout: 30m\n"
    "tasks:\n"
    "  - {name: begin, utils.noop: {}}\n"
    "  - {name: nap, needs: begin, sleep: 1500ms}\n"
    "  - {name: again, needs: begin, allow_failure: true, utils.fail: {code: unavailable},\n"
    "     retry: {max_attempts: 3, delay: 600ms, backoff: 1, jitter: 0}}\n"
    "  - {name: slow, needs: begin, allow_failure: true, timeout: 1s, utils.sleep: {duration: "
    "1h}}\n"
    "  - {name: patient, needs: begin, timeout: 10m, utils.sleep: {duration: 1s}}\n"
    "  - {name: ask, needs: begin, allow_failure: true, approval: {message: now, timeout: 1s}}\n"
    "  - {name: until, needs: begin, wait_until: \"${inputs.until}\"}\n"
    "  - {name: others, needs: [nap, again, slow, patient, ask],\n"
    "     utils.print: {text: all else is over}}\n";

/// The same with an hour everywhere.
constexpr const char* long_waits =
    "name: clock\n"
    "inputs: {until: {required: true}}\n"
    "tasks:\n"
    "  - {name: begin, utils.noop: {}}\n"
    "  - {name: nap, needs: begin, sleep: 1h}\n"
    "  - {name: again, needs: begin, allow_failure: true, utils.fail: {code: unavailable},\n"
    "     retry: {max_attempts: 2, delay: 1h, jitter: 0}}\n"
    "  - {name: ask, needs: begin, allow_failure: true, approval: {message: now, timeout: 1h}}\n"
    "  - {name: until, needs: begin, wait_until: \"${inputs.until}\"}\n";

struct ClockTest : CliTest {
    const std::string data = folder.at("data");
    const std::string document = folder.at("w.yaml");
    MovedClock clock{folder.at("clock")};

    [[nodiscard]] Subprocess::Options environment() const {
        Subprocess::Options options;
        options.environment = {{"OA_RUNTIME_FOLDER", folder.at("runtime")},
                               {"LD_PRELOAD", OA_MOVED_CLOCK},
                               {"OA_TEST_CLOCK", clock.file()},
                               {"TZ", zone}};
        options.patience = 1min;
        return options;
    }
    [[nodiscard]] ProcessResult with_store(std::vector<std::string> arguments) const {
        arguments.insert(arguments.end(), {"--data", data});
        return oa(std::move(arguments), environment());
    }
    [[nodiscard]] std::vector<std::string> run_command(const std::string& text, WallTime until) {
        folder.write("w.yaml", text);
        return command({"run", document, "--json", "--data", data, "--input",
                        "until=" + core::format_time(until)});
    }
    /// Starts a run and kills its host when everything waits.
    void kill_while_all_wait(const std::string& text, WallTime until) {
        Subprocess host(run_command(text, until), environment());
        for (const char* said : {"nap: waiting until", "again: attempt 1 failed",
                                 "ask: waits for approval", "until: waiting until"}) {
            ASSERT_TRUE(host.wait_for(said)) << said;
        }
        host.signal(SIGKILL);
        ASSERT_EQ(host.wait().exit_status, 128 + SIGKILL);
    }
    [[nodiscard]] std::vector<std::string> recover_command() const {
        return command({"runs", "recover", "--json", "--data", data});
    }

    static core::Milliseconds duration(const boost::json::object& task) {
        return core::Milliseconds(task.at("duration_ms").as_int64());
    }
    static void expect_durations_between(const boost::json::object& report,
                                         core::Milliseconds low,
                                         core::Milliseconds high) {
        const boost::json::object& run = report.at("run").as_object();
        EXPECT_GE(duration(run), low);
        EXPECT_LE(duration(run), high);
        for (const auto& item : report.at("tasks").as_array()) {
            const boost::json::object& task = item.as_object();
            EXPECT_GE(duration(task), low) << task.at("name");
            EXPECT_LE(duration(task), high) << task.at("name");
        }
    }
    /// Of a run of `short_waits`: nothing of it went by the clock on the wall but `until`.
    static void expect_true_durations(const boost::json::object& report) {
        EXPECT_EQ(report.at("run").at("status"), "succeeded");
        // Beginning and end are told in whole milliseconds.
        EXPECT_GE(duration(task(report, "nap")), 1499ms);
        EXPECT_EQ(task(report, "again").at("attempts"), 3);
        EXPECT_GE(duration(task(report, "again")), 1199ms);
        EXPECT_EQ(task(report, "slow").at("error").at("code"), "deadline");
        EXPECT_GE(duration(task(report, "slow")), 999ms);
        EXPECT_EQ(task(report, "patient").at("status"), "succeeded");
        EXPECT_EQ(task(report, "ask").at("error").at("code"), "deadline");
        EXPECT_GE(duration(task(report, "ask")), 999ms);
        expect_durations_between(report, 0ms, 30min);
    }
    /// What is in the store, and shown of it.
    void expect_sound_store() const {
        const ProcessResult check = with_store({"store", "check"});
        EXPECT_EQ(check.exit_status, 0) << check.out << check.err;
        expect_durations_between(json(with_store({"runs", "show", "last", "--json"})), 0ms,
                                 core::Milliseconds::max());
        const std::regex negative("(^|\\s)-[0-9]");
        for (const ProcessResult& shown :
             {with_store({"runs", "list"}), with_store({"runs", "show", "last"})}) {
            EXPECT_EQ(shown.exit_status, 0) << shown.err;
            EXPECT_FALSE(std::regex_search(shown.out, negative)) << shown.out;
        }
    }
    /// From the earliest to the latest time on record.
    [[nodiscard]] WallTime::duration recorded_span() const {
        WallTime first = WallTime::max();
        WallTime last = WallTime::min();
        std::istringstream lines(with_store({"store", "export"}).out);
        std::string line;
        while (std::getline(lines, line)) {
            const boost::json::value record = core::parse_json(line);
            const auto at = core::parse_time(record.at("at").as_string());
            first = std::min(first, at.value());
            last = std::max(last, at.value());
        }
        return last - first;
    }
};

// ----- while the host works -----

struct ClockSetForward : ClockTest, testing::WithParamInterface<Move> {};
INSTANTIATE_TEST_SUITE_P(Clock, ClockSetForward, testing::ValuesIn(forward), name_of);

TEST_P(ClockSetForward, EndsAWaitForThatTimeAndNothingElse) {
    const WallTime before = clock.now();
    Subprocess host(run_command(short_waits, before + 1h), environment());
    ASSERT_TRUE(host.wait_for("until: waiting until"));
    clock.set(GetParam().to(before));
    const ProcessResult result = host.wait();
    EXPECT_EQ(result.exit_status, 0) << result.err;
    expect_true_durations(json(result));
    EXPECT_GE(recorded_span(), 1h) << "it was set while the run went on";
    expect_sound_store();
}

TEST_P(ClockSetForward, WhatIsDueMeanwhileEndsWhenThereIsAHostAgain) {
    const WallTime before = clock.now();
    kill_while_all_wait(long_waits, before + 1h);
    clock.set(GetParam().to(before));
    Subprocess host(recover_command(), environment());
    const ProcessResult result = host.wait();
    EXPECT_EQ(result.exit_status, 0) << result.err;
    const boost::json::object report = json(result);
    EXPECT_EQ(task(report, "nap").at("status"), "succeeded");
    EXPECT_EQ(task(report, "again").at("attempts"), 2);
    EXPECT_EQ(task(report, "ask").at("error").at("code"), "deadline");
    EXPECT_EQ(task(report, "until").at("status"), "succeeded");
    expect_sound_store();
}

struct ClockSetBack : ClockTest, testing::WithParamInterface<Move> {};
INSTANTIATE_TEST_SUITE_P(Clock, ClockSetBack, testing::ValuesIn(back), name_of);

TEST_P(ClockSetBack, HoldsUpAWaitForALaterTimeAndNothingElse) {
    const WallTime before = clock.now();
    Subprocess host(run_command(short_waits, before + 1s), environment());
    ASSERT_TRUE(host.wait_for("until: waiting until"));
    clock.set(GetParam().to(before));
    ASSERT_TRUE(host.wait_for("others: all else is over"));
    const boost::json::object still = json(with_store({"runs", "show", "last", "--json"}));
    EXPECT_EQ(task(still, "until").at("status"), "running");
    clock.set_offset(0s);
    const ProcessResult result = host.wait();
    EXPECT_EQ(result.exit_status, 0) << result.err;
    expect_true_durations(json(result));
    EXPECT_GE(recorded_span(), 59min) << "it was set while the run went on";
    expect_sound_store();
}

TEST_P(ClockSetBack, MakesNoWaitLongerWhenThereIsAHostAgain) {
    const WallTime before = clock.now();
    kill_while_all_wait(short_waits, before + 2s);
    clock.set(GetParam().to(before));
    Subprocess host(recover_command(), environment());
    ASSERT_TRUE(host.wait_for("others: all else is over")) << "sooner than in an hour";
    const boost::json::object still = json(with_store({"runs", "show", "last", "--json"}));
    EXPECT_EQ(task(still, "until").at("status"), "running");
    clock.set_offset(0s);
    const ProcessResult result = host.wait();
    EXPECT_EQ(result.exit_status, 0) << result.err;
    const boost::json::object report = json(result);
    EXPECT_EQ(task(report, "again").at("attempts"), 3);
    EXPECT_EQ(task(report, "slow").at("error").at("code"), "deadline");
    expect_durations_between(report, 0ms, 30min);
    expect_sound_store();
}

// ----- summer time -----

struct ClockChanges : ClockTest, testing::WithParamInterface<Change> {
    const WallTime change = core::parse_time(GetParam().at).value();
};
INSTANTIATE_TEST_SUITE_P(Clock, ClockChanges, testing::ValuesIn(changes), name_of);

TEST_P(ClockChanges, AreNothingToARun) {
    clock.set(change - 1s);
    Subprocess host(run_command(short_waits, change + 1s), environment());
    const ProcessResult result = host.wait();
    EXPECT_EQ(result.exit_status, 0) << result.err;
    expect_true_durations(json(result));
    EXPECT_LT(recorded_span(), 30min);
    expect_sound_store();
}

TEST_P(ClockChanges, AreNothingToARunThatIsTakenUp) {
    clock.set(change - 1min);
    kill_while_all_wait(long_waits, change + 1h);
    clock.set(change + 1min);
    {
        Subprocess host(recover_command(), environment());
        ASSERT_TRUE(host.wait_for("nap: waiting until"));
        const boost::json::object still = json(with_store({"runs", "show", "last", "--json"}));
        for (const char* name : {"nap", "again", "ask", "until"}) {
            EXPECT_EQ(task(still, name).at("status"), "running") << name;
        }
    }
    clock.set(change + 1h);
    Subprocess host(recover_command(), environment());
    const ProcessResult result = host.wait();
    EXPECT_EQ(result.exit_status, 0) << result.err;
    EXPECT_EQ(task(json(result), "again").at("attempts"), 2);
    expect_sound_store();
}

}  // namespace
}  // namespace oa::test
