#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "host/plugin/plugin_registry.hpp"

namespace oa::host {

/// One thing that a reload changed, or could not change.
struct ReloadChange {
    enum class Kind {
        Added,     ///< a module that was not there
        Replaced,  ///< a file has another content now
        Removed,   ///< a module whose file is gone, or may not run any more
        Kept,      ///< a file has another content that was refused: the one before goes on serving
        Refused,   ///< a file that is not taken, and offered nothing before; told once
    };
    Kind kind = Kind::Added;
    std::filesystem::path file;
    std::string module;  ///< name; empty for Refused
    std::string version;
    std::string version_before;    ///< for Replaced
    std::uint32_t generation = 0;  ///< that serves now; for Removed: that served
    std::string reason;            ///< for Kept, Refused, and Removed where there is one
    std::string fix;
};

struct ReloadReport {
    std::vector<ReloadChange> changes;
    std::size_t unchanged = 0;  ///< modules
};

[[nodiscard]] std::string_view to_string(ReloadChange::Kind kind);

/// The plug-ins of a host that runs for long: a snapshot of its modules, and a way to get to the
/// next one. Who works with modules takes the snapshot and keeps it for as long as that takes; a
/// module that is replaced is stopped when the last snapshot that holds it is gone. Thread safe.
class PluginHost {
public:
    /// What `ports` names outlives this object.
    explicit PluginHost(const PluginSearch& search,
                        HostServices services = {},
                        const PluginPorts& ports = {});
    PluginHost(const PluginHost&) = delete;
    PluginHost& operator=(const PluginHost&) = delete;

    /// Never null. Shared with whoever asked, for as long as they like.
    [[nodiscard]] std::shared_ptr<const PluginRegistry> current() const;

    /// Looks at the same search path again. What runs is not disturbed.
    ReloadReport reload();

    /// Stops all modules, also of snapshots that are still in use; see PluginRegistry::shutdown().
    std::vector<std::string> shutdown();

private:
    const PluginPorts ports_;
    std::mutex reload_mutex_;  // held while a reload looks at files
    mutable std::mutex mutex_;
    std::shared_ptr<PluginRegistry> current_;             // guarded by mutex_
    std::vector<std::weak_ptr<PluginRegistry>> earlier_;  // guarded by mutex_
};

}  // namespace oa::host
