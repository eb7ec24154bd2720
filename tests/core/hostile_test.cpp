#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <functional>
#include <string>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/core/reader_fixture.hpp"
#include "tests/support/fake_workflow_source.hpp"

namespace oa::core {
namespace {

// The language promises 100 ms. It is processor time that is measured, since other tests run at the
// same time. A slow machine, and a build without optimisation, get more before the test fails; the
// figures are printed.
#ifdef NDEBUG
constexpr std::chrono::milliseconds time_allowed{1'000};
#else
constexpr std::chrono::milliseconds time_allowed{10'000};
#endif
// Sanitizers keep what was freed, so under them memory tells nothing.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr long memory_allowed_kib = 4L * 1024 * 1024;
#else
constexpr long memory_allowed_kib = 64L * 1024;
#endif

/// What one reading took, measured in a process of its own.
struct Cost {
    std::int64_t microseconds = 0;
    long growth_kib = 0;  ///< of the process's peak, over what it had before
    std::size_t errors = 0;
    std::array<char, 160> first{};
};

long peak_kib() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

std::int64_t processor_microseconds() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return std::int64_t{time.tv_sec} * 1'000'000 + time.tv_nsec / 1'000;
}

std::string repeat(const std::string& text, int times) {
    std::string result;
    result.reserve(text.size() * static_cast<std::size_t>(times));
    for (int i = 0; i < times; ++i) {
        result += text;
    }
    return result;
}

std::string numbered(const std::string& before, int times, const std::string& after) {
    std::string result;
    for (int i = 0; i < times; ++i) {
        result += before + std::to_string(i) + after;
    }
    return result;
}

struct HostileTest : ReaderFixture {
    ReadOptions options;

    Cost measure(const std::string& text) const {
        std::array<int, 2> channel{};
        EXPECT_EQ(pipe(channel.data()), 0);
        const pid_t child = fork();
        if (child == 0) {
            const Cost cost = read_here(text);
            const bool sent = write(channel[1], &cost, sizeof(cost)) == sizeof(cost);
            _exit(sent ? 0 : 1);
        }
        close(channel[1]);
        Cost cost;
        EXPECT_EQ(::read(channel[0], &cost, sizeof(cost)), static_cast<ssize_t>(sizeof(cost)));
        close(channel[0]);
        int status = 0;
        EXPECT_EQ(waitpid(child, &status, 0), child);
        EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        return cost;
    }

    Cost read_here(const std::string& text) const {
        Cost cost;
        const long before = peak_kib();
        const std::int64_t start = processor_microseconds();
        const ReadResult result = read_workflow(text, "f.yaml", catalog, options);
        cost.microseconds = processor_microseconds() - start;
        cost.growth_kib = peak_kib() - before;
        cost.errors = result.diagnostics.size();
        if (!result.diagnostics.empty()) {
            (void)std::snprintf(cost.first.data(), cost.first.size(), "%s",
                                to_string(result.diagnostics.front()).c_str());
        }
        return cost;
    }

    /// Reads the text and expects an error that begins so.
    void expect_refused(const std::string& what,
                        const std::string& text,
                        const std::string& error) {
        const Cost cost = measure(text);
        (void)std::printf("%-28s %8zu bytes %8.1f ms %6.1f MiB  %zu: %s\n", what.c_str(),
                          text.size(), static_cast<double>(cost.microseconds) / 1000.0,
                          static_cast<double>(cost.growth_kib) / 1024.0, cost.errors,
                          cost.first.data());
        EXPECT_GE(cost.errors, 1U) << what;
        EXPECT_EQ(std::string(cost.first.data()).substr(0, error.size()), error) << what;
        EXPECT_LT(cost.microseconds, std::chrono::microseconds(time_allowed).count()) << what;
        EXPECT_LT(cost.growth_kib, memory_allowed_kib) << what;
    }
};

TEST_F(HostileTest, RefusesAliasBombs) {
    std::string laughs = "a: &a [x, x, x, x, x, x, x, x, x]\n";
    for (char name = 'b'; name <= 'i'; ++name) {
        laughs += std::string(1, name) + ": &" + name + " [" +
                  repeat("*" + std::string(1, static_cast<char>(name - 1)) + ", ", 9) + "]\n";
    }
    const std::string tasks = "tasks: [{util.print: {}}]\n";
    expect_refused("billion laughs", laughs + tasks, "f.yaml:6:8: error: aliases expand");
    expect_refused("long text, many aliases",
                   tasks + "variables:\n  a: &a \"" + std::string(100'000, 'x') + "\"\n" +
                       numbered("  v", 10'000, ": *a\n"),
                   "f.yaml:4:");
    expect_refused("merge keys",
                   tasks + "variables:\n  a: &a {" + numbered("k", 10'000, ": 1, ") + "}\n" +
                       numbered("  v", 10'000, ": {<<: *a}\n"),
                   "f.yaml:");
    expect_refused("alias of itself", tasks + "variables: {a: &a [*a]}\n", "f.yaml:2:20: error:");
}

TEST_F(HostileTest, RefusesDeepNesting) {
    const std::string deeper = "collections are nested deeper than 64";
    expect_refused("brackets", "a: " + std::string(4'000'000, '['),
                   "f.yaml:1:1004: error: " + deeper);
    expect_refused("braces", std::string(1'000'000, '{'), "f.yaml:1:1001: error: " + deeper);
    expect_refused("brackets in lines", repeat("[\n", 1'000'000),
                   "f.yaml:1001:1: error: " + deeper);
    expect_refused("65 brackets", std::string(65, '[') + std::string(65, ']'),
                   "f.yaml:1:65: error: " + deeper);
    expect_refused("dashes", repeat("- ", 2'000'000), "f.yaml:1:");
    expect_refused("dashes, few", repeat("- ", 100'000), "f.yaml:1:129: error: " + deeper);
    expect_refused("question marks", repeat("? ", 2'000'000), "f.yaml:1:");
    std::string ladder;
    for (int i = 0; i < 2'000; ++i) {
        ladder += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
    }
    expect_refused("indentation", ladder, "f.yaml:65:65: error: " + deeper);
}

TEST_F(HostileTest, RefusesDuplicateKeys) {
    expect_refused("duplicate keys", repeat("a: 1\n", 290'000),
                   "f.yaml:2:1: error: the key 'a' stands twice");
}

TEST_F(HostileTest, RefusesWhatIsNoText) {
    expect_refused("NUL", repeat("a: 1\n", 700'000) + std::string(1, '\0'),
                   "f.yaml:700001:1: error: a NUL");
    expect_refused("invalid UTF-8", std::string(4'000'000, 'x') + "\xff",
                   "f.yaml:1:4000001: error: the byte 0xFF");
    expect_refused("UTF-16",
                   std::string("\xff\xfe"
                               "a\0",
                               4),
                   "f.yaml:1:1: error: the text is UTF-16");
    expect_refused("control character", "a: \x01", "f.yaml:1:4: error: the control character");
}

TEST_F(HostileTest, RefusesLongScalars) {
    const std::string error = "a text has more than 1048576 bytes";
    const std::string long_text(4'000'000, 'x');
    expect_refused("plain", "a: " + long_text, "f.yaml:1:4: error: " + error);
    expect_refused("plain lines", "a: " + repeat("\n  xx xx", 400'000),
                   "f.yaml:2:3: error: " + error);
    expect_refused("double-quoted", "a: \"" + long_text + "\"", "f.yaml:1:4: error: " + error);
    expect_refused("single-quoted", "a: '" + long_text + "'", "f.yaml:1:4: error: " + error);
    expect_refused("never closed", "a: \"" + long_text, "f.yaml:1:4: error: " + error);
    expect_refused("block", "a: |\n" + repeat("  xxxxxxx\n", 400'000),
                   "f.yaml:1:4: error: " + error);
    expect_refused("key", long_text + ": 1", "f.yaml:1:1: error: " + error);
}

TEST_F(HostileTest, RefusesLargeFiles) {
    expect_refused("over 4 MiB", std::string((4U << 20U) + 1, ' '),
                   "f.yaml: error: the file has 4194305 bytes; at most 4194304 are allowed");
}

TEST_F(HostileTest, RefusesTooManyTasks) {
    const std::string error = "the workflow has more than 10000 tasks";
    expect_refused("tasks",
                   "tasks:\n" + numbered("- name: t", 10'001, "\n  util.print:\n    text: x\n"),
                   "f.yaml:30002:1: error: " + error);
    expect_refused("tasks, older shape",
                   "- tasks:\n" + numbered("    - name: t", 80'000, "\n      util.print: {}\n"),
                   "f.yaml:20002:5: error: " + error);
    expect_refused("nodes in brackets", "tasks: [" + repeat("a,", 1'900'000) + "]",
                   "f.yaml:1:600006: error: the document has more than 300000 nodes");
}

TEST_F(HostileTest, RefusesSeveralDocuments) {
    expect_refused("documents", repeat("a: 1\n---\n", 400'000),
                   "f.yaml:2:1: error: a second document");
    expect_refused("commas", ",", "f.yaml:1:1: error:");
    expect_refused("comma and text", ", a", "f.yaml:1:1: error:");
    expect_refused("late second one",
                   "tasks:\n" + numbered("- util.print: {text: ", 9'000, "}\n") + "---\n",
                   "f.yaml:9002:1: error: a second document");
}

TEST_F(HostileTest, StaysBoundedWhereAllIsWrong) {
    // Each of these has a suggestion to look for among thousands of names.
    expect_refused(
        "unknown targets",
        "tasks:\n" + numbered("- name: task-", 2'000, "\n  needs: tsak\n  util.print:\n"),
        "f.yaml:3:10: error: there is no task 'tsak'");
    expect_refused("placeholders",
                   "tasks:\n- util.print:\n    text: '" + repeat("${x", 100'000) + "'\n",
                   "f.yaml:3:");
    expect_refused("unknown placeholders",
                   "tasks:\n- util.print:\n    text: '" + repeat("${x} ", 20'000) + "'\n",
                   "f.yaml:3:12: error: ${x}");
    expect_refused("unknown keys", "tasks: []\n" + numbered("key", 20'000, ": 1\n"), "f.yaml:2:1:");
}

TEST_F(HostileTest, StaysBoundedWhereEveryTaskIsWrong) {
    const std::string wrong_type = "f.yaml:3:";
    expect_refused("conditions",
                   "tasks:\n" + numbered("- util.print:\n  when: x", 10'000, " > 1 && y\n"),
                   "f.yaml:3:9: error: x0: 'x0' is unknown here");
    expect_refused("conditions that are none",
                   "tasks:\n" + numbered("- util.print:\n  when: 1 +", 10'000, " )\n"), wrong_type);
    expect_refused("loops",
                   "tasks:\n" + numbered("- util.print:\n  for_each: {items: ", 10'000, "}\n"),
                   "f.yaml:3:21: error: 'for_each' takes a list");
    expect_refused("parameters",
                   "tasks:\n" + numbered("- io.read: {path: ", 10'000, ", lines: x, pth: 1}\n"),
                   "f.yaml:2:19: error: the parameter 'path'");
    expect_refused(
        "final tasks",
        "tasks: [{util.print: }]\nfinally:\n" + numbered("- {util.print: , needs: x", 9'000, "}\n"),
        "f.yaml:3:18: error: the tasks of 'finally'");
    expect_refused("schedules",
                   "tasks: [{util.print: }]\nschedule:\n" + repeat("- '1 2 3 4 XYZ'\n", 20'000),
                   "f.yaml:3:12: error: the field 'day of the week'");
    expect_refused("inputs",
                   "tasks: [{util.print: }]\ninputs:\n" +
                       numbered("  i", 10'000, ": {type: strng, pattern: '['}\n"),
                   "f.yaml:3:");
}

TEST_F(HostileTest, StaysBoundedForReferencesToDistantTasks) {
    std::string tasks = "wrong: 1\ntasks:\n";
    for (int i = 0; i < 3'000; ++i) {
        tasks += "- name: t" + std::to_string(i) + "\n  util.print: {text: '${tasks.x" +
                 std::to_string(i % 7) + ".output} ${tasks.t0.output}'}\n  needs: [";
        for (int need = std::max(0, i - 60); need < i; ++need) {
            tasks += "t" + std::to_string(need) + ",";
        }
        tasks += "]\n";
    }
    tasks += numbered("- {name: x", 7, ", util.print: }\n");
    expect_refused("distant tasks", tasks, "f.yaml:1:1: error: the key 'wrong'");
}

TEST_F(HostileTest, RefusesTooManyPlaceholders) {
    const std::string error = "there are more than 100000 placeholders and expressions";
    expect_refused("placeholders",
                   "tasks:\n- util.print: {text: '" + repeat("${run.id}", 110'000) + "'}\n",
                   "f.yaml:2:900023: error: " + error);
    expect_refused("placeholders in lines",
                   "tasks:\n- util.print:\n    text:\n" + repeat("    - ${run.id}\n", 110'000),
                   "f.yaml:");
    expect_refused("placeholders, older",
                   "compat: oa3\ntasks:\n- util.print: {text: '" + repeat("{a}", 300'000) + "'}\n",
                   "f.yaml:3:22: error: " + error);
    expect_refused(
        "braces, older",
        "compat: oa3\ntasks:\n- util.prnt:\n    text: x " + repeat("{{a[\"", 45'000) + "\n",
        "f.yaml:3:3: error: the module 'util' has no function");
}

TEST_F(HostileTest, StaysBoundedForManyWorkflows) {
    test::FakeWorkflowSource source;
    for (int i = 0; i < 500; ++i) {
        std::string text = "tasks:\n";
        for (int task = 1; task < 20; ++task) {
            text += "- {workflow: w" + std::to_string(i + task) + ", with: {a: 1}, tmeout: 1}\n";
        }
        source.documents["w" + std::to_string(i)] = text;
    }
    options.workflows = &source;
    expect_refused("workflows", source.documents["w0"], "f.yaml:2:32: error: the key 'tmeout'");
    for (int i = 0; i < 20; ++i) {
        source.documents["big" + std::to_string(i)] = "tags:\n" + repeat("- a\n", 200'000) +
                                                      "tasks: [{workflow: big" +
                                                      std::to_string(i + 1) + "}]\n";
    }
    expect_refused("large workflows", "tasks: [{workflow: big0}]\n", "big1:");
}

}  // namespace
}  // namespace oa::core
