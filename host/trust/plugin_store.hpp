#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "host/plugin/plugin_admission.hpp"

namespace oa::host {

/// Private copies of plug-ins, found by what is in them: <folder>/<sha256>/<name of the file>. What
/// was examined is what is loaded, whatever becomes of the original. Thread safe, also towards
/// other processes of the same user.
class PluginStore {
public:
    static constexpr std::uint64_t file_bytes_max = 512ULL << 20U;

    /// The folder is made with the first copy.
    explicit PluginStore(std::filesystem::path folder) : folder_(std::move(folder)) {}

    /// Whether a copy that is there already is read again before it is used.
    enum class Existing { Trust, Verify };
    /// The copy of a file (canonical path) and the hash of that copy. Throws PluginRefused when the
    /// file is no regular one or too large, or when there can be no copy of it.
    [[nodiscard]] AdmittedFile put(const std::filesystem::path& file, Existing existing) const;

    /// Removes copies that were last used before that time, and what was left half done. Returns
    /// the number of copies removed. Libraries that are loaded stay so.
    std::size_t prune(std::chrono::system_clock::time_point before) const;

    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

private:
    void prepare_folder() const;

    std::filesystem::path folder_;
};

}  // namespace oa::host
