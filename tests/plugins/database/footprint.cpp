#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/plugins/database/database_fixture.hpp"

namespace oa::test {

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

void repeat(int rounds, const std::function<void(PluginHarness& database, int i)>& round) {
    for (int i = 0; i < rounds; i += 50) {
        PluginHarness database{OA_PLUGIN_FILE};
        for (int k = i; k < i + 50; ++k) {
            round(database, k);
        }
    }
}

}  // namespace

void expect_nothing_left(const char* what,
                         const std::function<void(PluginHarness& database, int i)>& round) {
    repeat(200, round);
    const Footprint before = footprint();
    repeat(1000, round);
    const Footprint after = footprint();
    EXPECT_EQ(after.descriptors, before.descriptors);
    std::printf("%s, 1000 rounds: %ld KiB more\n", what, after.rss_kib - before.rss_kib);
    EXPECT_LT(after.rss_kib - before.rss_kib, 1024);
}

Footprint footprint() {
    const std::filesystem::directory_iterator entries("/proc/self/fd");
    return {status_kib("VmRSS"), static_cast<std::size_t>(std::distance(entries, {}))};
}

long peak_rss_kib() {
    return status_kib("VmHWM");
}

void reset_peak() {
    std::ofstream("/proc/self/clear_refs") << "5";
}

}  // namespace oa::test
