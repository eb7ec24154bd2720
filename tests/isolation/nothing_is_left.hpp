#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/isolation/process_state.hpp"

namespace oa::test {

[[nodiscard]] inline std::string names_of(const std::vector<RunningProcess>& processes) {
    std::string out;
    for (const RunningProcess& process : processes) {
        out += process.name + " (" + std::to_string(process.pid) + ") ";
    }
    return out;
}

/// Once a house is gone, this process is as it was before.
class NothingIsLeft {
public:
    void check() const {
        ProcessState after;
        std::vector<std::string> changes;
        const bool same = eventually([&] {
            after = read_process_state();
            changes = differences(before_, after, memory_tolerance_kib);
            return changes.empty();
        });
        EXPECT_TRUE(same);
        for (const std::string& change : changes) {
            ADD_FAILURE() << "the host has changed: " << change
                          << "; processes: " << names_of(descendants());
        }
    }

private:
    // What the allocator keeps, and what the first fault of a kind makes for good.
    static constexpr std::size_t memory_tolerance_kib = 16 << 10;

    const ProcessState before_ = read_process_state();
};

}  // namespace oa::test
