#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/port/task_invoker.hpp"
#include "oa/plugin.h"

namespace oa::host {

struct ModuleInfo;

/// Where plug-ins write outside of calls. Called from any thread.
class PluginLog {
public:
    virtual ~PluginLog() = default;
    /// `fields` is JSON text of an object, or empty.
    virtual void log(std::string_view module,
                     core::TaskLogLevel level,
                     std::string_view message,
                     std::string_view fields) = 0;
    [[nodiscard]] virtual bool wants(core::TaskLogLevel level) const = 0;

protected:
    PluginLog() = default;
    PluginLog(const PluginLog&) = default;
    PluginLog& operator=(const PluginLog&) = default;
};

/// A table of functions that plug-ins can ask for by its id, such as "oa.schema/1".
struct HostExtension {
    std::string id;
    const void* table = nullptr;  ///< [valid: until the process ends]
};

/// What the host offers to every plug-in.
struct HostServices {
    std::shared_ptr<PluginLog> log;  ///< shared with every plug-in, for as long as code of it runs;
                                     ///< may be null
    std::vector<HostExtension> extensions;
    /// The configuration that an instance of a module is made from: JSON text of an object. Asked
    /// from any thread; none: "{}" for all.
    std::function<std::string(const ModuleInfo& module)> config = {};
};

/// The host as one plug-in sees it: the table of the contract, and behind it what the table's
/// functions need. Kept forever, as the plug-in may use it from any thread of its own.
struct ModuleHost final : oa_host {
    ModuleHost(std::string module_name, HostServices host_services);
    ModuleHost(const ModuleHost&) = delete;
    ModuleHost& operator=(const ModuleHost&) = delete;

    std::string module;
    HostServices services;
    /// How often the plug-in broke the contract in a way that the host caught: a call on an
    /// oa_call that had ended, an exception out of run(), fields that are no JSON object.
    std::atomic<std::uint64_t> misbehaviours{0};
};

}  // namespace oa::host
