#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/port/clock.hpp"
#include "host/isolation/isolation_settings.hpp"
#include "host/plugin/loaded_module.hpp"

namespace oa::host::isolation {

/// The content of a plug-in file, and what people call it.
struct PluginContent {
    std::string hash;  ///< the file's SHA-256; or, where nobody worked that out, a word that
                       ///< changes with the file
    std::string module;
    std::string id;
    std::string version;
    std::string file;
};
[[nodiscard]] PluginContent content_of(const LoadedModule& module);

struct QuarantineEntry {
    enum class State {
        Watched,   ///< it has crashed, but not often enough
        Refused,   ///< it is not called any more
        Isolated,  ///< the host died while it ran in its process: only in a process of its own
    } state = State::Watched;
    PluginContent content;
    std::string reason;
    std::chrono::system_clock::time_point since;
    std::vector<std::chrono::system_clock::time_point> crashes;
};

/// Remembers the plug-in files that crash, beyond the life of the host and together with other
/// hosts that use the same state folder. A file with another content starts clean. Thread safe.
class Quarantine {
public:
    /// `state_folder` is made when it is needed; empty: nothing is kept. `clock` is borrowed.
    Quarantine(std::filesystem::path state_folder, const core::Clock& clock, QuarantineRule rule);
    /// A clean shutdown, see leave_process().
    ~Quarantine();
    Quarantine(const Quarantine&) = delete;
    Quarantine& operator=(const Quarantine&) = delete;

    /// Nothing for a content that has done nothing.
    [[nodiscard]] std::optional<QuarantineEntry> find(const std::string& hash);
    void record_crash(const PluginContent& content, const std::string& reason);
    void refuse_now(const PluginContent& content, const std::string& reason);

    /// Marks that the content runs in this process from now on. If the process dies without ending
    /// cleanly, the next host finds the mark.
    void enter_process(const PluginContent& content);

    /// Nothing that runs in this process has brought it down: removes its marks. The destructor
    /// does the same; for a process that ends without running it.
    void leave_process() noexcept;

    /// Those that are refused or isolated.
    [[nodiscard]] std::vector<QuarantineEntry> list();
    /// Forgets all about the contents of a module (name or id), or whose hash starts so (at least
    /// eight characters). Returns what was forgotten.
    std::vector<QuarantineEntry> release(std::string_view name);

    /// Why the state cannot be kept; empty while it can.
    [[nodiscard]] std::string problem() const;

private:
    using Entries = std::map<std::string, QuarantineEntry>;  // by hash

    void refresh();
    template <typename Change>
    void change(const Change& make);
    void load();
    void save();
    void collect_dead_marks();

    const std::filesystem::path folder_;
    const core::Clock& clock_;
    const QuarantineRule rule_;

    mutable std::mutex mutex_;
    Entries entries_;
    std::optional<std::chrono::steady_clock::time_point> looked_at_;
    std::string seen_file_ = "-";  // what the file looked like when it was read; "-": there is none
    std::set<std::string> marks_;  // of this process, by file name
    std::string problem_;
};

/// The failure of a call whose module is refused: since when, why, and what to do.
[[nodiscard]] core::Failure refused_failure(const QuarantineEntry& entry);

/// "2026-03-01T12:00:00Z".
[[nodiscard]] std::string utc_text(std::chrono::system_clock::time_point time);

}  // namespace oa::host::isolation
