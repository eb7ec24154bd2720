#include <csignal>

#include <boost/json.hpp>

#include "tests/cli/cli_test.hpp"

namespace oa::test {
namespace {

struct RunCommandTest : CliTest {};

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST_F(RunCommandTest, RunsAWorkflowAndSummarisesIt) {
    const std::string file = folder.write("hi.yaml", R"(
tasks:
  - name: greet
    utils.print: {text: "Hello, ${inputs.who}!"}
inputs:
  who: {type: string, default: world}
outputs:
  said: ${tasks.greet.output.text}
)");

    const ProcessResult result = oa({"run", file, "--input", "who=Ada"});

    EXPECT_EQ(result.exit_status, 0) << result.err;
    EXPECT_TRUE(contains(result.out, "hi succeeded in")) << result.out;
    EXPECT_TRUE(contains(result.out, "said = Hello, Ada!")) << result.out;
    EXPECT_TRUE(contains(result.err, "greet: Hello, Ada!")) << result.err;
    EXPECT_FALSE(contains(result.out + result.err, "\x1b"))
        << "no colours where there is no terminal";
}

TEST_F(RunCommandTest, PrintsExactlyOneDocumentWithJson) {
    const std::string file = folder.write("w.yaml", R"(
tasks:
  - {name: a, utils.set: {value: {n: 5, x: 0.1, big: 9007199254740993}}}
  - {name: b, utils.fail: {message: "no luck", code: not_found, retryable: false}}
  - {name: c, utils.noop: {}}
outputs: {}
)");

    const ProcessResult result = oa({"run", file, "--json"});

    EXPECT_EQ(result.exit_status, 1);
    EXPECT_TRUE(contains(result.out, R"("n": 5,)")) << result.out;
    EXPECT_TRUE(contains(result.out, R"("x": 0.1,)")) << result.out;
    EXPECT_TRUE(contains(result.out, R"("big": 9007199254740993)")) << result.out;
    const boost::json::object document = json(result);
    const boost::json::object& run = document.at("run").as_object();
    EXPECT_EQ(run.at("workflow"), "w");
    EXPECT_EQ(run.at("status"), "failed");
    EXPECT_EQ(run.at("id").as_string().size(), 26U);
    EXPECT_EQ(run.at("error").at("message"), "task 'b' failed: no luck");
    EXPECT_TRUE(run.at("duration_ms").is_int64());
    std::vector<std::string> keys;
    for (const auto& member : task(document, "b")) {
        keys.emplace_back(member.key());
    }
    EXPECT_EQ(keys, (std::vector<std::string>{"name", "status", "attempts", "started_at",
                                              "duration_ms", "output", "error"}));
    EXPECT_EQ(
        task(document, "b").at("error"),
        (boost::json::value{{"code", "not_found"}, {"message", "no luck"}, {"retryable", false}}));
    EXPECT_EQ(task(document, "c").at("status"), "skipped");
    EXPECT_TRUE(task(document, "c").at("started_at").is_null());
}

TEST_F(RunCommandTest, SaysInOneLineWhyARunFailed) {
    const std::string file =
        folder.write("w.yaml",
                     "tasks:\n  - {name: a, utils.fail: {message: out of luck, code: unavailable}, "
                     "retry: {max_attempts: 2, delay: 1ms}}\n");
    const ProcessResult result = oa({"run", file});
    EXPECT_EQ(result.exit_status, 1);
    EXPECT_TRUE(contains(result.out, "  a  unavailable: out of luck (2 attempts)\n")) << result.out;
}

TEST_F(RunCommandTest, TellsAMissingFileFromAnInvalidOne) {
    EXPECT_EQ(oa({"run", folder.at("nothing.yaml")}).exit_status, 2);
    EXPECT_EQ(oa({"run", folder.path().string()}).exit_status, 2);
    const ProcessResult invalid =
        oa({"run", folder.write("bad.yaml", "tasks:\n  - {name: a, utils.prnt: {}}\n")});
    EXPECT_EQ(invalid.exit_status, 3);
    EXPECT_TRUE(contains(invalid.err, "bad.yaml:2:")) << invalid.err;
    EXPECT_TRUE(contains(invalid.err, "did you mean 'print'")) << invalid.err;
    EXPECT_TRUE(invalid.out.empty());
}

TEST_F(RunCommandTest, PrintsOneDocumentWithJsonEvenWhenNothingRuns) {
    const ProcessResult result = oa({"run", "--json", folder.write("bad.yaml", "tasks: []\n")});
    EXPECT_EQ(result.exit_status, 3);
    const boost::json::object document = json(result);
    EXPECT_TRUE(document.at("run").is_null());
    EXPECT_EQ(document.at("findings").at(0).at("line"), 1);
}

TEST_F(RunCommandTest, ChecksInputsBeforeAnythingRuns) {
    const std::string file = folder.write("w.yaml", R"(
inputs:
  days: {type: integer, required: true, maximum: 7}
tasks:
  - {name: a, utils.print: {text: "${inputs.days} days"}}
)");
    EXPECT_EQ(oa({"run", file}).exit_status, 2);
    const ProcessResult large = oa({"run", file, "--input", "days=8"});
    EXPECT_EQ(large.exit_status, 2);
    EXPECT_TRUE(contains(large.err, "days")) << large.err;
    const ProcessResult unknown = oa({"run", file, "--input", "days=3", "--input", "dayz=3"});
    EXPECT_EQ(unknown.exit_status, 2);
    EXPECT_TRUE(contains(unknown.err, "did you mean 'days'")) << unknown.err;
    EXPECT_EQ(oa({"run", file, "--input", "no equals sign"}).exit_status, 2);
    const std::string given = folder.write("in.json", R"({"days": 3})");
    EXPECT_EQ(oa({"run", file, "--inputs", given}).exit_status, 0);
    EXPECT_EQ(oa({"run", file, "--inputs", "-"}, {.input = R"({"days": 3})"}).exit_status, 0);
    EXPECT_EQ(oa({"run", file, "--inputs", "-"}, {.input = "[1]"}).exit_status, 2);
    EXPECT_EQ(oa({"run", "-", "--inputs", "-"}, {.input = "{}"}).exit_status, 2);
}

TEST_F(RunCommandTest, ReadsAWorkflowFromStandardInput) {
    const ProcessResult result =
        oa({"run", "-"}, {.input = "name: piped\ntasks: [{name: a, utils.noop: {}}]\n"});
    EXPECT_EQ(result.exit_status, 0) << result.err;
    EXPECT_TRUE(contains(result.out, "piped succeeded")) << result.out;
}

TEST_F(RunCommandTest, OnlyShowsThePlanInADryRun) {
    const std::string file =
        folder.write("w.yaml", "tasks:\n  - {name: a, files.write: {path: " + folder.at("made") +
                                   ", content: x}}\n");
    const ProcessResult result = oa({"run", file, "--dry-run"});
    EXPECT_EQ(result.exit_status, 0) << result.err;
    EXPECT_TRUE(contains(result.out, "a")) << result.out;
    EXPECT_TRUE(folder.read("made").empty());
}

TEST_F(RunCommandTest, WritesLogLinesAsJson) {
    const std::string file =
        folder.write("w.yaml", "tasks:\n  - {name: a, utils.print: {text: \"a \\e[31m line\"}}\n");
    const ProcessResult result = oa({"run", file, "--log-format", "json"});
    EXPECT_EQ(result.exit_status, 0);
    std::size_t lines = 0;
    std::istringstream stream(result.err);
    bool found = false;
    for (std::string line; std::getline(stream, line); ++lines) {
        const boost::json::value record = core::parse_json(line);
        EXPECT_TRUE(record.as_object().contains("time"));
        found = found || record.at("message") == "a \\x1b[31m line";
    }
    EXPECT_GE(lines, 4U);
    EXPECT_TRUE(found) << result.err;
}

TEST_F(RunCommandTest, ShowsEachLineOfWhatATaskSaysOnALineOfItsOwn) {
    const std::string file = folder.write(
        "w.yaml", "tasks:\n  - {name: a, utils.print: {text: \"one\\ntwo\\r\\nthree\\n\"}}\n");
    const std::string log = oa({"run", file}).err;
    EXPECT_TRUE(contains(log, "a: one\n")) << log;
    EXPECT_TRUE(contains(log, "a: two\n")) << log;
    EXPECT_TRUE(contains(log, "a: three\n")) << log;
    const ProcessResult live =
        oa({"run", file}, {.environment = {{"TERM", "dumb"}}, .terminal = true});
    EXPECT_TRUE(contains(live.err, "  a │ one\n  a │ two\n  a │ three\n")) << live.err;
    EXPECT_TRUE(
        contains(oa({"run", file, "--log-format", "json"}).err, R"("message":"one\ntwo\nthree")"));
}

TEST_F(RunCommandTest, WarnsOfAFailureThatTheDocumentAllows) {
    const std::string file = folder.write("w.yaml", R"(
tasks:
  - {name: a, allow_failure: true, utils.fail: {message: "no luck"}}
  - {name: b, for_each: [1], allow_failure: true, utils.fail: {message: "none either"}}
)");
    const ProcessResult result = oa({"run", file});
    EXPECT_EQ(result.exit_status, 0) << result.err;
    EXPECT_TRUE(contains(result.err, "WARN  a: failed")) << result.err;
    EXPECT_TRUE(contains(result.err, "WARN  b[0]: failed")) << result.err;
    EXPECT_FALSE(contains(result.err, "ERROR")) << result.err;
}

TEST_F(RunCommandTest, KeepsQuietAtAHighLogLevel) {
    const std::string file = folder.write("w.yaml", "tasks:\n  - {name: a, utils.noop: {}}\n");
    EXPECT_TRUE(oa({"run", file, "--log-level", "error"}).err.empty());
    EXPECT_TRUE(oa({"run", file}, {.environment = {{"OA_LOG_LEVEL", "error"}}}).err.empty());
}

TEST_F(RunCommandTest, ShowsProgressOnATerminal) {
    const std::string file = folder.write("w.yaml",
                                          "tasks:\n  - {name: first, utils.print: {text: "
                                          "spoken}}\n  - {name: second, utils.noop: {}}\n");
    const ProcessResult colours =
        oa({"run", file}, {.environment = {{"TERM", "xterm"}}, .terminal = true});
    EXPECT_EQ(colours.exit_status, 0);
    EXPECT_TRUE(contains(colours.err, "\x1b[32m✔\x1b[0m first")) << colours.err;
    EXPECT_TRUE(contains(colours.err, "spoken")) << colours.err;
    const ProcessResult plain = oa(
        {"run", file}, {.environment = {{"TERM", "xterm"}, {"NO_COLOR", "1"}}, .terminal = true});
    EXPECT_TRUE(contains(plain.err, "✔ first")) << plain.err;
    EXPECT_FALSE(contains(plain.err, "\x1b[32m")) << plain.err;
}

TEST_F(RunCommandTest, ShowsWhatRunsWhileItRuns) {
    const std::string file =
        folder.write("w.yaml", "tasks:\n  - {name: patient, utils.sleep: {duration: 1h}}\n");
    Subprocess running(command({"run", file}),
                       {.environment = {{"TERM", "xterm"}}, .terminal = true});
    EXPECT_TRUE(running.wait_for("0/1 tasks, 1 running"));
    running.signal(SIGINT);
    EXPECT_EQ(running.wait().exit_status, 130);
}

TEST_F(RunCommandTest, SaysWhatItWaitsFor) {
    const std::string file = folder.write("w.yaml", R"(
tasks:
  - {name: nap, sleep: 1ms}
  - name: gate
    for_each: [blue]
    approval: {message: "Deploy \e[31m ${item}?", by: [ada], timeout: 1ms, default: approve}
)");
    const ProcessResult plain = oa({"run", file});
    EXPECT_EQ(plain.exit_status, 0) << plain.err;
    EXPECT_TRUE(contains(plain.err, "INFO  nap: waiting until 2")) << plain.err;
    EXPECT_TRUE(
        contains(plain.err, "gate[0]: waits for approval: Deploy \\x1b[31m blue? (by ada, until 2"))
        << plain.err;
    EXPECT_TRUE(contains(oa({"run", file, "--log-format", "json"}).err,
                         R"("event":"wait_begun","task":"gate[0]")"));
    const ProcessResult live = oa(
        {"run", file}, {.environment = {{"TERM", "xterm"}, {"NO_COLOR", "1"}}, .terminal = true});
    EXPECT_TRUE(contains(live.err, "? gate[0]  waits for approval: Deploy \\x1b[31m blue?"))
        << live.err;
}

TEST_F(RunCommandTest, ShowsWhatWaitsWhileItWaits) {
    const std::string file = folder.write(
        "w.yaml", "tasks:\n  - {name: nap, sleep: 1h}\n  - {name: b, needs: nap, sleep: 1}\n");
    Subprocess running(command({"run", file}),
                       {.environment = {{"TERM", "xterm"}}, .terminal = true});
    EXPECT_TRUE(running.wait_for("  waiting until 2"));
    running.signal(SIGINT);
    EXPECT_EQ(running.wait().exit_status, 130);
}

TEST_F(RunCommandTest, EndsWith130AfterCtrlCAndLeavesNothingBehind) {
    std::string document = "tasks:\n";
    for (int index = 0; index < 40; ++index) {
        document += "  - {name: t" + std::to_string(index) +
                    ", utils.sleep: {duration: 1h}, needs: start}\n";
    }
    document +=
        "  - {name: start, utils.print: {text: off we go}}\n  - {name: marker, needs: start, "
        "utils.print: {text: all sleep}}\n";
    Subprocess running(command({"run", folder.write("w.yaml", document)}));
    ASSERT_TRUE(running.wait_for("off we go"));
    running.signal(SIGINT);
    const ProcessResult result = running.wait();
    EXPECT_EQ(result.exit_status, 130);
    EXPECT_TRUE(contains(result.out, "cancelled in")) << result.out;
    EXPECT_TRUE(contains(result.out, "interrupted by Ctrl-C")) << result.out;
}

TEST_F(RunCommandTest, LeavesAtOnceAtTheSecondCtrlC) {
    // The fixture ignores its cancellation, so that only the second signal can end the program
    // before the grace time.
    const std::string file =
        folder.write("w.yaml", "tasks:\n  - {name: deaf, fixture.ignore_cancel: {}}\n");
    Subprocess running(command({"--plugins", OA_FIXTURE_FOLDER "/deaf/deaf.so", "run", file}));
    ASSERT_TRUE(running.wait_for("not listening"));
    running.signal(SIGINT);
    ASSERT_TRUE(running.wait_for("once more leaves at once"));
    running.signal(SIGINT);
    const ProcessResult result = running.wait();
    EXPECT_EQ(result.exit_status, 130);
    EXPECT_LT(result.seconds, 8.0) << "the grace time is 10 s";
}

TEST_F(RunCommandTest, TakesTheControlBackWhenAFunctionIgnoresItsTimeout) {
    const std::string file = folder.write(
        "w.yaml", "tasks:\n  - {name: deaf, fixture.ignore_cancel: {}, timeout: 10ms}\n");
    const ProcessResult result = oa({"--plugins", OA_FIXTURE_FOLDER "/deaf/deaf.so", "run", file},
                                    {.environment = {{"OA_CANCEL_GRACE", "20ms"}}});
    EXPECT_EQ(result.exit_status, 1);
    EXPECT_TRUE(contains(result.out, "deadline: did not end within 10ms")) << result.out;
}

TEST_F(RunCommandTest, RunsTenThousandTasksOfOneDocument) {
    std::string document =
        "name: many\nconcurrency: {max_parallel: 50}\ntasks:\n  - {name: start, utils.noop: {}}\n";
    for (int index = 1; index < 10'000; ++index) {
        document += "  - {name: t" + std::to_string(index) + ", utils.noop: {}, needs: start}\n";
    }
    const ProcessResult result =
        oa({"run", folder.write("many.yaml", document), "--log-level", "warn"});
    EXPECT_EQ(result.exit_status, 0) << result.err;
    EXPECT_TRUE(contains(result.out, "10000 succeeded")) << result.out;
}

TEST_F(RunCommandTest, LetsTheCommandLineDecideHowManyRunInParallel) {
    const std::string file = folder.write("w.yaml", R"(
concurrency: {max_parallel: 3}
tasks:
  - {name: a, utils.sleep: {duration: 20ms}}
  - {name: b, utils.sleep: {duration: 20ms}}
  - {name: c, utils.noop: {}, needs: a}
)");

    const ProcessResult result = oa({"run", "--json", "--max-parallel", "1", file});

    // One at a time: b cannot have begun before a had slept. Timestamps of one format sort as text.
    const boost::json::object document = json(result);
    const auto milliseconds = [&](std::string_view name) {
        const std::string time(task(document, name).at("started_at").as_string());
        return std::stoi(time.substr(17, 2)) * 1000 + std::stoi(time.substr(20, 3));
    };
    EXPECT_GE((milliseconds("b") - milliseconds("a") + 60'000) % 60'000, 19);
}

TEST_F(RunCommandTest, HandlesFailuresByTransition) {
    const std::string file = folder.write("w.yaml", R"(
tasks:
  - name: work
    utils.fail: {message: no}
    on_success: done
    on_failure: mend
  - {name: mend, utils.print: {text: "mending: ${tasks.work.error.message}"}, on_success: end}
  - {name: done, utils.noop: {}}
)");
    const ProcessResult result = oa({"run", file});
    EXPECT_EQ(result.exit_status, 1);
    EXPECT_TRUE(contains(result.err, "mending: no")) << result.err;
}

}  // namespace
}  // namespace oa::test
