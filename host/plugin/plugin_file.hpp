#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include <sys/stat.h>
#include <sys/types.h>

#include "host/plugin/elf_file.hpp"

namespace oa::host {

/// Whether files that others may change are refused.
enum class TrustPolicy { Enforce, Ignore };

/// Which content a file has, as far as that can be told without reading it.
struct FileIdentity {
    dev_t device = 0;
    ino_t inode = 0;
    std::uint64_t size = 0;
    std::int64_t modified_ns = 0;
    std::int64_t changed_ns = 0;  ///< also when its mode, owner or name changed

    friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

[[nodiscard]] FileIdentity identity_of(const struct stat& status);

/// A library on disk that has passed every check that needs none of its code to run.
struct PluginFile {
    std::filesystem::path path;  ///< canonical
    dev_t device = 0;
    ino_t inode = 0;
    FileIdentity identity;
    ElfFacts facts;
};

/// A file held open, so that what it held can be had when another has taken its name.
class OpenedFile {
public:
    explicit OpenedFile(int descriptor) : descriptor_(descriptor) {}
    ~OpenedFile();
    OpenedFile(const OpenedFile&) = delete;
    OpenedFile& operator=(const OpenedFile&) = delete;

    [[nodiscard]] int descriptor() const { return descriptor_; }

private:
    int descriptor_;
};

/// What a library is, wherever it lies.
struct PluginContent {
    FileIdentity identity;
    ElfFacts facts;
    std::shared_ptr<const OpenedFile> opened;  ///< shared with the images of it
};

/// Follows links, and checks what the file system says of a file; its `facts` are left empty. Never
/// blocks on a pipe or device. Throws PluginRefused.
[[nodiscard]] PluginFile find_plugin_file(const std::filesystem::path& path, TrustPolicy trust);

/// Reads a library. The file may be a link, such as those below /proc/self/fd: whoever names it
/// here vouches for it. Throws PluginRefused.
[[nodiscard]] PluginContent examine_content(const std::filesystem::path& file);

/// Both of the above for one file. Throws PluginRefused.
[[nodiscard]] PluginFile examine_plugin_file(const std::filesystem::path& path, TrustPolicy trust);

/// Whether two files hold the same bytes. False where one cannot be read.
[[nodiscard]] bool have_same_content(const std::filesystem::path& left,
                                     const std::filesystem::path& right);

}  // namespace oa::host
