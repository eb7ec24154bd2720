#pragma once

#include <cstdint>
#include <filesystem>

namespace oa::test {

/// A disk whose power fails, under SQLite: its default way to files in the whole program. What is
/// written goes to real files, as a system that still runs shows it; what has been synced is kept
/// apart. When the power has failed, nothing is written any more, and settle() puts on the real
/// files what such a disk may have: of what was not synced any part, torn at 512 bytes, in any
/// order; files that were made or removed, or not yet. Thread safe.
class PowerCutDisk {
public:
    /// Once for the program, before SQLite is used.
    static void install();

    /// From now on the files in the folder are followed, as they are now on the disk. The power
    /// fails at write, sync, truncation or removal number `at`, from 1; 0: never.
    static void arm(const std::filesystem::path& folder, std::uint64_t at);
    [[nodiscard]] static bool is_cut();
    /// Pulls the plug now, if that has not happened.
    static void cut();
    /// When all has been closed: the files as they are found when the power comes back. The same
    /// seed gives the same. Nothing is followed then.
    static void settle(std::uint64_t seed);
};

}  // namespace oa::test
