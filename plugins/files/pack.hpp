#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "archive_support.hpp"
#include "glob.hpp"
#include "support.hpp"

namespace oa::files {

struct PackJob {
    std::string path;                  // of the archive
    std::vector<std::string> sources;  // files, links and folders
    ArchiveKind kind = ArchiveKind::Zip;
    Compression compression = Compression::None;  // of a tar archive
    std::optional<int> level;                     // 0 to 9
    Globs include;                                // files below the folders; all when empty
    Globs exclude;
    Links links = Links::Keep;
    bool keep_folder = true;  // names in the archive start with the folder's own
    WriteOptions write;
};

struct PackCounts {
    std::uint64_t files = 0;
    std::uint64_t directories = 0;
    std::uint64_t symlinks = 0;
    std::uint64_t skipped = 0;  // pipes, sockets, devices
    std::uint64_t bytes = 0;    // of the files
    std::uint64_t size = 0;     // of the archive
    bool created = false;       // nothing was there before
};

/// Writes an archive in one step. The order of the entries is that of their names, and nothing of
/// the machine or the moment is in it, so the same files make the same bytes.
[[nodiscard]] PackCounts pack(Call& call, const PackJob& job);

}  // namespace oa::files
