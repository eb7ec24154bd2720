#include <array>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/core/reader_fixture.hpp"

namespace oa::core {
namespace {

using Clock = std::chrono::steady_clock;

// The language promises 100 ms. A loaded machine, and a build without optimisation, get more before
// the test fails; the figures are printed.
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
        const auto start = Clock::now();
        const ReadResult result = ReaderFixture::read(text);
        const auto spent = Clock::now() - start;
        cost.microseconds = std::chrono::duration_cast<std::chrono::microseconds>(spent).count();
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

}  // namespace
}  // namespace oa::core
