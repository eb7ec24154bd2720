#pragma once

#include <cstdint>
#include <optional>

namespace oa::test {

/// Puts itself between SQLite and its files, as the way that all of them are opened from now on;
/// once, before the first. Has crash points around each write and sync of a database and its WAL.
///
/// With a seed, the death of the process is a power cut: what was written since a file's last sync
/// exists in this process alone, except for sectors of 512 bytes that chance lets through at once,
/// each by itself: so what is left after the cut is torn, reordered or missing. Without one, writes
/// go to the system, which survives the process.
void put_between_sqlite_and_its_files(std::optional<std::uint64_t> power_cut_seed);

}  // namespace oa::test
