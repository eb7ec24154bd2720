#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "host/plugin/host_table.hpp"
#include "host/plugin/loaded_module.hpp"
#include "host/plugin/module_describer.hpp"
#include "host/plugin/plugin_admission.hpp"
#include "host/plugin/plugin_problem.hpp"
#include "host/plugin/plugin_search.hpp"

namespace oa::host {

/// Who takes part when a file is looked at. Each may be null; each outlives the scan.
struct PluginPorts {
    PluginAdmission* admission = nullptr;
    ModuleDescriber* describer = nullptr;
};

/// Something on the search path, and what became of it.
struct ConsideredFile {
    enum class Fate {
        Absent,       ///< a place that need not exist, and does not
        NotAPlugin,   ///< its name says that it is something else
        Refused,      ///< see `reason`
        Repeated,     ///< the same content as that of `module`
        Offered,      ///< as `module`
        OlderServes,  ///< refused, see `reason`; what it held before is offered, as `module`
    };
    std::filesystem::path file;  ///< as it was found
    std::size_t place = 0;       ///< in PluginSearch::places
    Fate fate = Fate::Absent;
    const LoadedModule* module = nullptr;
    std::string reason;
    std::string fix;
};

/// What a scan remembers of a file for the next one.
struct ScannedFile {
    FileIdentity identity;
    PluginClaims claims;
    std::shared_ptr<LoadedModule> module;  ///< shared with the snapshots; null: it offers none now
    std::uint32_t generation = 0;          ///< how many contents it has had
};

/// What lies on a search path.
struct PluginScan {
    std::vector<std::shared_ptr<LoadedModule>> modules;  ///< shared with snapshots before and after
                                                         ///< this one; the last one retires them
    std::vector<RefusedPlugin> refused;
    std::vector<ConsideredFile> considered;              ///< in the order of the search path
    std::map<std::filesystem::path, ScannedFile> files;  ///< by canonical path
};

/// Looks at everything on the search path. A file that has not changed since `previous` keeps its
/// module; one that has changed and is refused keeps it, too.
[[nodiscard]] PluginScan scan_plugins(const PluginSearch& search,
                                      const HostServices& services,
                                      const PluginPorts& ports,
                                      const PluginScan* previous);

}  // namespace oa::host
