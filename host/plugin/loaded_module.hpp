#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "core/port/function_catalog.hpp"
#include "core/run/status.hpp"
#include "host/plugin/host_table.hpp"
#include "host/plugin/module_gate.hpp"
#include "oa/plugin.h"

namespace oa::host {

class LoadedModule;

/// A function as its plug-in describes it. Every text is a checked copy.
struct LoadedFunction final : core::FunctionInfo {
    const oa_function* descriptor = nullptr;  ///< [owner: plug-in, mapped for ever]
    LoadedModule* owner = nullptr;            ///< never null once the module stands
    std::uint32_t flags = 0;                  ///< OA_F_*
    std::vector<std::string> aliases;
    std::string title;
    std::string summary;
    std::string deprecated_since;
    std::string deprecation_reason;
    boost::json::value output_schema;  ///< null: anything
    boost::json::array examples;
    std::uint32_t max_concurrency = 0;
    std::string subject;          ///< "module http function get", for messages
    mutable FunctionLimit limit;  ///< guarded by the module's gate
};

/// What a plug-in says of its module. Every text is a checked copy.
struct ModuleInfo {
    std::string id;
    std::string name;
    std::vector<std::string> aliases;
    std::string version;
    std::string vendor;
    std::string license;
    std::string homepage;
    std::string summary;
    std::string build;
    boost::json::value config_schema;  ///< null: none
    std::uint32_t abi = 0;
    std::uint32_t abi_min = 0;
    std::uint32_t flags = 0;  ///< OA_M_*
};

/// Where a module came from.
struct ModuleSource {
    std::filesystem::path file;  ///< canonical
    std::string origin;          ///< which part of the search path named it
};

/// A module of a mapped plug-in, and its one instance. The instance is made by the first call and
/// ended by stop(). Thread safe. Kept forever, because a call that was given up may still be
/// running in it when everything else has ended.
class LoadedModule {
public:
    /// `descriptor` and `host` live as long as the process.
    LoadedModule(const oa_module& descriptor, ModuleHost& host, ModuleSource source);

    LoadedModule(const LoadedModule&) = delete;
    LoadedModule& operator=(const LoadedModule&) = delete;

    [[nodiscard]] const ModuleInfo& info() const { return info_; }
    [[nodiscard]] const ModuleSource& source() const { return source_; }
    [[nodiscard]] const std::vector<std::unique_ptr<LoadedFunction>>& functions() const {
        return functions_;
    }
    [[nodiscard]] ModuleHost& host() const { return host_; }
    [[nodiscard]] ModuleGate& gate() { return gate_; }
    /// Things that a person should know but that keep nothing from working.
    [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }
    void warn(std::string text) { warnings_.push_back(std::move(text)); }

    struct Entry {
        oa_instance* instance = nullptr;         ///< may be null: not every module needs one
        const core::Failure* failure = nullptr;  ///< set: the module does not work, and leave()
                                                 ///< must not be called
    };
    /// Announces a call. The first one makes and starts the instance.
    [[nodiscard]] Entry enter();
    void leave() noexcept;

    /// Stops and destroys the instance and refuses every later call. False when a call is still
    /// running: then nothing is stopped, as the running code needs its instance.
    bool stop();

private:
    void start() noexcept;
    [[nodiscard]] std::optional<core::Failure> create_instance();
    [[nodiscard]] std::optional<core::Failure> start_instance();

    const oa_module& descriptor_;
    ModuleHost& host_;
    ModuleSource source_;
    ModuleInfo info_;
    std::vector<std::unique_ptr<LoadedFunction>> functions_;
    std::vector<std::string> warnings_;
    core::Failure stopped_;
    ModuleGate gate_;

    std::atomic<std::uint32_t> active_{0};
    std::atomic<bool> stopping_{false};
    std::atomic<bool> running_{false};  // between a successful start and stop
    std::once_flag started_;
    oa_instance* instance_ = nullptr;             // written once, under started_
    std::optional<core::Failure> start_failure_;  // written once, under started_
};

}  // namespace oa::host
