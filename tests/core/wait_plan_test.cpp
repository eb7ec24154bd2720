#include "core/run/wait_plan.hpp"

#include <memory>
#include <string>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "core/run/run_data.hpp"
#include "tests/core/reader_fixture.hpp"

namespace oa::core {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

struct WaitPlanTest : ReaderFixture {
    const WallTime now = parse_time("2026-01-01T00:00:00.000Z").value();

    /// What the first task waits for; the document has an input `x`.
    WaitPlan plan(const std::string& lines, const json::value& x = nullptr) const {
        const Workflow read = workflow("inputs: {x: {}}\ntasks:\n" + lines);
        RunData data(read, {"run-1"}, {{"x", x}}, {});
        return data.wait({}, now);
    }
    std::string refusal(const std::string& lines, const json::value& x) const {
        try {
            static_cast<void>(plan(lines, x));
        } catch (const TemplateError& error) {
            return std::to_string(error.position().line) + ": " + error.what() +
                   (error.hint().empty() ? "" : "; " + error.hint());
        }
        return "taken";
    }
};

TEST_F(WaitPlanTest, SleepsAsLongAsItIsTold) {
    const WaitPlan read = plan("  - sleep: 90s\n");
    EXPECT_EQ(read.delay, 90s);
    EXPECT_EQ(format_time(*read.until), "2026-01-01T00:01:30.000Z");
    EXPECT_EQ(plan("  - sleep: 0.25\n").delay, 250ms);
    EXPECT_EQ(plan("  - sleep: ${inputs.x}\n", "2m").delay, 2min);
    EXPECT_EQ(plan("  - sleep: ${inputs.x}\n", 3).delay, 3s);
    EXPECT_EQ(plan("  - sleep: ${inputs.x}\n", 0.5).delay, 500ms);
    EXPECT_EQ(plan("  - sleep: ${inputs.x}h\n", 2).delay, 2h);
    EXPECT_EQ(plan("  - sleep: ${duration('1m')}\n").delay, 1min);
}

TEST_F(WaitPlanTest, WaitsForATime) {
    const WaitPlan read = plan("  - wait_until: 2026-01-01T01:00:00+00:30\n");
    EXPECT_EQ(read.delay, 30min);
    EXPECT_EQ(format_time(*read.until), "2026-01-01T00:30:00.000Z");
    EXPECT_EQ(plan("  - wait_until: ${inputs.x}\n", "2026-01-01T00:00:00.0001Z").delay, 1ms)
        << "never too early";
    EXPECT_EQ(plan("  - wait_until: ${timestamp('2026-01-01T00:00:05Z')}\n").delay, 5s);
}

TEST_F(WaitPlanTest, DoesNotWaitForWhatIsPast) {
    const WaitPlan read = plan("  - wait_until: 2020-01-01T00:00:00Z\n");
    EXPECT_EQ(read.delay, 0ms);
    EXPECT_EQ(format_time(*read.until), "2020-01-01T00:00:00.000Z");
    EXPECT_EQ(plan("  - wait_until: 0001-01-01T00:00:00Z\n").delay, 0ms);
}

TEST_F(WaitPlanTest, AsksForAnApproval) {
    const WaitPlan open = plan("  - approval: Deploy ${inputs.x}?\n", json::array{1, "a"});
    EXPECT_FALSE(open.delay);
    EXPECT_FALSE(open.until);
    EXPECT_EQ(open.message, R"(Deploy [1,"a"]?)");
    EXPECT_TRUE(open.by.empty());

    const WaitPlan limited = plan(
        "  - approval: {message: '${inputs.x}', by: ['${inputs.x}', 'group:ops'], timeout: 2h}\n",
        "ada");
    EXPECT_EQ(limited.message, "ada");
    EXPECT_EQ(limited.by, (std::vector<std::string>{"ada", "group:ops"}));
    EXPECT_EQ(limited.delay, 2h);
    EXPECT_EQ(format_time(*limited.until), "2026-01-01T02:00:00.000Z");
    EXPECT_EQ(plan("  - approval: ${inputs.x}\n", 5).message, "5");
    EXPECT_EQ(plan("  - approval: {message: a, by: '${inputs.x}'}\n", {"a", "b"}).by.size(), 2U);
}

TEST_F(WaitPlanTest, RefusesWhatIsNoDurationAndNoTime) {
    const std::string duration =
        "; give 250ms, 30s, 5m, 2h, 1d or a number of seconds, at most 366d";
    EXPECT_EQ(refusal("  - sleep: ${inputs.x}\n", "soon"),
              "3: 'sleep' takes a duration, not the text 'soon'" + duration);
    EXPECT_EQ(refusal("  - sleep: ${inputs.x}\n", -1),
              "3: 'sleep' takes a duration, not the number -1" + duration);
    EXPECT_EQ(refusal("  - sleep: ${inputs.x}\n", 1e9),
              "3: 'sleep' takes a duration, not the number 1e+09" + duration);
    EXPECT_EQ(refusal("  - sleep: ${inputs.x}\n", nullptr),
              "3: 'sleep' takes a duration, not null" + duration);
    EXPECT_EQ(refusal("  - approval: {message: a, timeout: '${inputs.x}'}\n", nullptr),
              "3: 'timeout' takes a duration, not null" + duration);
    EXPECT_EQ(refusal("  - wait_until: ${inputs.x}\n", "tomorrow"),
              "3: 'wait_until' takes a time, not the text 'tomorrow'; give one with its zone, such "
              "as 2027-01-01T08:00:00Z");
    EXPECT_EQ(refusal("  - sleep: ${inputs.x.y}\n", json::object{}).substr(0, 18),
              "3: ${inputs.x.y}: ");
}

TEST_F(WaitPlanTest, DoesNotLetAnybodyAnswerWhereNobodyIsNamed) {
    const std::string by = "  - approval: {message: a, by: '${inputs.x}'}\n";
    EXPECT_EQ(refusal(by, nullptr), "3: 'by' takes a name or a list of names, not null");
    EXPECT_EQ(refusal(by, ""), "3: 'by' takes a name or a list of names, not the text ''");
    EXPECT_EQ(refusal(by, json::array{}),
              "3: 'by' names nobody who could answer; give at least one name");
    EXPECT_EQ(refusal(by, json::array{"a", 5}),
              "3: 'by' takes a name or a list of names, not the number 5");
}

}  // namespace
}  // namespace oa::core
