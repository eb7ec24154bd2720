#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "archive_support.hpp"
#include "glob.hpp"
#include "support.hpp"

namespace oa::files {

/// What bombs run into.
struct UnpackLimits {
    std::uint64_t entries = 100'000;
    std::uint64_t bytes = std::uint64_t{10} << 30U;
    std::uint64_t ratio = 200;  // bytes out of each byte of the archive, once it is over 64 MiB
};

/// What becomes of a folder that is there.
enum class Into {
    Merge,   // it gets what the archive holds
    Empty,   // it may hold nothing
    Replace  // it makes way as a whole
};

struct UnpackJob {
    std::string path;  // of the archive
    std::string destination;
    ArchiveKind kind = ArchiveKind::Zip;
    Into into = Into::Merge;
    Existing existing = Existing::Replace;  // files, when merging
    Missing parents = Missing::Fail;
    Globs include;  // all when empty
    Globs exclude;
    std::size_t strip = 0;   // parts to take off the start of each name
    bool last_wins = false;  // of two entries of one name; else they are refused
    bool links = true;       // symbolic links; else they are refused
    UnpackLimits limits;
};

struct UnpackCounts {
    std::uint64_t files = 0;
    std::uint64_t directories = 0;
    std::uint64_t symlinks = 0;
    std::uint64_t bytes = 0;
};

/// Unpacks beside the destination, or in a folder of its own within it, and moves what is there
/// into place when the whole archive has been read: what fails before leaves all as it was. Owners,
/// set-uid, set-gid and sticky bits are dropped; devices and pipes are refused.
[[nodiscard]] UnpackCounts unpack(Call& call, const UnpackJob& job);

}  // namespace oa::files
