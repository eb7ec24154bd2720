#include <string>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "core/json/json.hpp"
#include "tests/core/reader_fixture.hpp"

namespace oa::core {
namespace {

struct ReaderScheduleTest : ReaderFixture {
    static std::string document(const std::string& keys) {
        return keys + "tasks: [{util.print: {}}]\n";
    }
    Workflow with(const std::string& keys) const { return workflow(document(keys)); }
    std::string mistakes(const std::string& keys) const { return diagnostics(document(keys)); }
};

// ----- schedule -----

TEST_F(ReaderScheduleTest, ReadsATextAMappingAndAList) {
    EXPECT_EQ(with("schedule: '@daily'\n").schedules.at(0).cron, "@daily");
    const Workflow read = with(
        "inputs: {who: {type: string}, n: {type: integer}}\n"
        "schedule:\n"
        "  - '0 6 * * MON-FRI'\n"
        "  - cron: '*/5 * * * *'\n"
        "    timezone: Europe/Rome\n"
        "    inputs: {who: all, n: 3}\n"
        "    catch_up: latest\n");
    ASSERT_EQ(read.schedules.size(), 2U);
    EXPECT_EQ(read.schedules[0].position, (SourcePosition{3, 5}));
    EXPECT_EQ(read.schedules[0].catch_up, Schedule::CatchUp::None);
    EXPECT_TRUE(read.schedules[0].time_zone.empty());
    EXPECT_EQ(read.schedules[1].cron, "*/5 * * * *");
    EXPECT_EQ(read.schedules[1].time_zone, "Europe/Rome");
    EXPECT_EQ(write_json(read.schedules[1].inputs), R"({"who":"all","n":3})");
    EXPECT_EQ(read.schedules[1].catch_up, Schedule::CatchUp::Latest);
    EXPECT_EQ(with("schedule: {cron: '@hourly', catch_up: all}\n").schedules.at(0).catch_up,
              Schedule::CatchUp::All);
}

TEST_F(ReaderScheduleTest, PointsAtTheWrongField) {
    EXPECT_EQ(mistakes("schedule: '0 25 * * *'\n"),
              "f.yaml:1:14: error: the field 'hour' takes 0 to 23, not '25'\n");
    EXPECT_EQ(mistakes("schedule: [{cron: 0 0 * * XYZ}]\n"),
              "f.yaml:1:27: error: the field 'day of the week' takes 0 to 7 or SUN to SAT, not "
              "'XYZ'\n");
}

TEST_F(ReaderScheduleTest, ChecksTheKeys) {
    EXPECT_EQ(mistakes("schedule:\n"
                       "  - {timezone: UTC}\n"
                       "  - {cron: '@daily', timezone: '+02:00', catch_up: last, zone: UTC}\n"
                       "  - [a]\n"
                       "  - {cron: [a], inputs: x, timezone: Europe/}\n"),
              "f.yaml:2:5: error: the schedule has no 'cron'; such as cron: '30 6 * * MON-FRI'\n"
              "f.yaml:3:32: error: '+02:00' is no name of a time zone; write one of the IANA "
              "database, such as Europe/Rome or UTC\n"
              "f.yaml:3:52: error: 'catch_up' takes none, latest or all, not the text 'last'; did "
              "you mean 'latest'?\n"
              "f.yaml:3:58: error: the key 'zone' is unknown here\n"
              "f.yaml:4:5: error: each schedule is a text or a mapping, not a list\n"
              "f.yaml:5:12: error: 'cron' takes a text, not a list\n"
              "f.yaml:5:25: error: 'inputs' takes a mapping, not the text 'x'\n"
              "f.yaml:5:38: error: 'Europe/' is no name of a time zone; write one of the IANA "
              "database, such as Europe/Rome or UTC\n");
}

TEST_F(ReaderScheduleTest, ChecksTheInputsOfASchedule) {
    EXPECT_EQ(mistakes("inputs: {who: {type: string, required: true}, n: {type: integer}}\n"
                       "schedule:\n"
                       "  - '@daily'\n"
                       "  - {cron: '@daily', inputs: {who: x, n: y, hwo: z}}\n"),
              "f.yaml:3:5: error: the schedule's input 'who' is required and was not given\n"
              "f.yaml:4:42: error: the schedule's input 'n' takes an integer, not the text 'y'\n"
              "f.yaml:4:45: error: the schedule's input 'hwo' is no input of this workflow; did "
              "you mean 'who'?\n");
}

TEST_F(ReaderScheduleTest, SaysThatInputsOfAScheduleAreValues) {
    EXPECT_EQ(mistakes("inputs: {a: {}}\n"
                       "schedule: {cron: '@daily', inputs: {a: [{b: '${ENV:X}'}]}}\n"),
              "f.yaml:2:45: warning: '${ENV:X}' stays as it is: placeholders are not filled in "
              "here\n");
}

// ----- concurrency -----

TEST_F(ReaderScheduleTest, ReadsConcurrency) {
    const Workflow read = with(
        "inputs: {env: {}}\n"
        "concurrency: {max_parallel: 3, max_runs: 2, overlap: cancel_running, key: inputs.env}\n");
    EXPECT_EQ(read.concurrency.max_parallel, 3U);
    EXPECT_EQ(read.concurrency.max_runs, 2U);
    EXPECT_EQ(read.concurrency.overlap, Overlap::CancelRunning);
    ASSERT_TRUE(read.concurrency.key);
    EXPECT_FALSE(read.concurrency.key->is_literal());
    const Workflow text = with("inputs: {env: {}}\nconcurrency: {key: 'to ${inputs.env}'}\n");
    EXPECT_FALSE(text.concurrency.key->is_literal());
}

TEST_F(ReaderScheduleTest, LimitsRunsToOneWhereOnlyTheRestIsGiven) {
    EXPECT_EQ(with("concurrency: {overlap: skip}\n").concurrency.max_runs, 1U);
    EXPECT_EQ(with("concurrency: {key: workflow.name}\n").concurrency.max_runs, 1U);
    EXPECT_EQ(with("concurrency: {max_parallel: 3}\n").concurrency.max_runs, std::nullopt);
    EXPECT_EQ(with("concurrency: {}\n").concurrency.overlap, Overlap::Queue);
}

TEST_F(ReaderScheduleTest, ChecksConcurrency) {
    EXPECT_EQ(mistakes("concurrency: {max_runs: 0, overlap: skp, max_paralel: 2, key: tasks.a}\n"),
              "f.yaml:1:25: error: 'max_runs' takes a whole number from 1 to 10000, not the number "
              "0\n"
              "f.yaml:1:37: error: 'overlap' takes queue, skip or cancel_running, not the text "
              "'skp'; did you mean 'skip'?\n"
              "f.yaml:1:42: error: the key 'max_paralel' is unknown here; did you mean "
              "'max_parallel'?\n"
              "f.yaml:1:63: error: tasks.a: the key is evaluated before any task runs\n");
    EXPECT_EQ(mistakes("concurrency: {key: input}\n"),
              "f.yaml:1:20: error: input: only tasks have an 'input', the output of the task "
              "before; the run's parameters are under 'inputs'\n");
}

}  // namespace
}  // namespace oa::core
