#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "tests/plugins/support/open_files.hpp"
#include "tests/plugins/support/plugin_harness.hpp"

namespace oa::test {

/// Memory of this process that is in RAM, in KiB.
inline std::size_t resident_kib() {
    std::ifstream status("/proc/self/status");
    std::string word;
    while (status >> word) {
        if (word == "VmRSS:") {
            std::size_t kib = 0;
            status >> kib;
            return kib;
        }
    }
    return 0;
}

/// That 1,000 rounds with a plug-in leave neither memory nor descriptors behind; the host of the
/// tests, which keeps what calls gave, is a new one now and then. `name` is for the figures.
inline void expect_nothing_left(const char* name,
                                const std::function<void(PluginHarness& plugin)>& round) {
    const auto repeat = [&](int rounds) {
        for (int i = 0; i < rounds; i += 50) {
            PluginHarness plugin{OA_PLUGIN_FILE};
            for (int k = 0; k < 50; ++k) {
                round(plugin);
            }
        }
    };
    repeat(200);
    const std::size_t files = open_files();
    const std::size_t memory = resident_kib();
    repeat(1000);
    EXPECT_EQ(open_files(), files);
    const std::size_t now = resident_kib();
    const std::size_t more = now - std::min(now, memory);
    std::printf("%s, 1000 rounds: %zu KiB more\n", name, more);
    EXPECT_LT(more, 1024U);
}

}  // namespace oa::test
