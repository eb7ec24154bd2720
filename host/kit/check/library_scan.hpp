#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace oa::host {

/// A version of a system library that a plug-in was linked with: "GLIBC_2.34" of "libc.so.6".
struct NeededVersion {
    std::string library;
    std::string version;
};

/// What can be seen of a plug-in's file beyond what its loader asks.
struct LibraryScan {
    std::vector<std::string> exported;        ///< every symbol that it offers
    std::vector<std::string> unique_symbols;  ///< those that the whole process has to share
    std::vector<std::string> needed;          ///< libraries that it asks for
    std::vector<NeededVersion> versions;
    std::vector<std::string> search_paths;  ///< RPATH and RUNPATH
    std::vector<std::string>
        source_paths;  ///< absolute paths of sources in its data, a few of them
    bool text_relocations = false;
    bool executable_stack = false;
    bool static_tls = false;
    bool build_id = false;
};

/// Reads a library that read_elf() has passed (ELF64, this machine's). Numbers in it that point
/// outside of the file are as if they were not there. Throws std::system_error when the file cannot
/// be read.
[[nodiscard]] LibraryScan scan_library(const std::filesystem::path& file);

}  // namespace oa::host
