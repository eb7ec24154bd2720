#include "tests/plugins/support/footprint.hpp"

#include <cstdio>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "tests/plugins/support/open_files.hpp"

namespace oa::test {

#if defined(__SANITIZE_ADDRESS__)
const bool keeps_freed_memory = true;
#else
const bool keeps_freed_memory = false;
#endif

namespace {

long status_kib(const std::string& name) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with(name + ":")) {
            return std::stol(line.substr(name.size() + 1));
        }
    }
    return 0;
}

}  // namespace

Footprint footprint() {
    return {.rss_kib = status_kib("VmRSS"), .descriptors = open_files()};
}

long peak_rss_kib() {
    return status_kib("VmHWM");
}

void reset_peak() {
    std::ofstream("/proc/self/clear_refs") << "5";
}

void expect_nothing_left(const char* what,
                         const char* file,
                         const std::function<void(PluginHarness& plugin, int i)>& round) {
    constexpr int first = 200;
    constexpr int rounds = 1000;
    constexpr int of_one_harness = 50;
    const auto repeat = [&](int from, int to) {
        for (int i = from; i < to; i += of_one_harness) {
            PluginHarness plugin{file};
            for (int k = i; k < i + of_one_harness; ++k) {
                round(plugin, k);
            }
        }
    };
    repeat(0, first);
    const Footprint before = footprint();
    repeat(first, first + rounds);
    const Footprint after = footprint();
    EXPECT_EQ(after.descriptors, before.descriptors);
    std::printf("%s, %d rounds: %ld KiB more\n", what, rounds, after.rss_kib - before.rss_kib);
    if (!keeps_freed_memory) {
        EXPECT_LT(after.rss_kib - before.rss_kib, 1024);
    }
}

}  // namespace oa::test
