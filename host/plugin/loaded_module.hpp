#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/run/status.hpp"
#include "host/plugin/host_table.hpp"
#include "host/plugin/module_gate.hpp"
#include "host/plugin/module_info.hpp"
#include "host/plugin/plugin_library.hpp"
#include "host/plugin/plugin_problem.hpp"
#include "oa/plugin.h"

namespace oa::host {

/// Where a module came from.
struct ModuleSource {
    std::filesystem::path file;       ///< canonical
    std::string origin;               ///< which part of the search path named it
    std::filesystem::path load_from;  ///< what is mapped: a private copy, or the file
    std::string sha256;               ///< lower-case hex; empty where nobody asked for it
    std::string signed_by;            ///< name of the key; empty: not signed by a known one
    bool isolate = false;             ///< the trust policy wants it in a process of its own
    bool bundled = false;             ///< came with the host
    std::uint32_t generation = 1;     ///< counts the contents that the file has had so far
};

/// A module, and its one instance in this process. It may be known by its manifest alone: then its
/// code is mapped by the first call, and never where all calls go to other processes. The instance
/// is made by the first call and ended by stop() or retire(). Thread safe. Kept forever, because a
/// call that was given up may still be running in it when everything else has ended.
class LoadedModule {
public:
    /// Known by its manifest; `image` is what will be mapped. `host` lives as long as the process.
    LoadedModule(ModuleDescription description,
                 ModuleHost& host,
                 ModuleSource source,
                 PluginImage image);
    /// Mapped already: `descriptor` lives as long as the process. Throws PluginRefused when it
    /// breaks the contract.
    LoadedModule(const oa_module& descriptor, ModuleHost& host, ModuleSource source);

    LoadedModule(const LoadedModule&) = delete;
    LoadedModule& operator=(const LoadedModule&) = delete;

    [[nodiscard]] const ModuleInfo& info() const { return description_.info; }
    [[nodiscard]] const ModuleSource& source() const { return source_; }
    [[nodiscard]] const std::vector<std::unique_ptr<LoadedFunction>>& functions() const {
        return description_.functions;
    }
    [[nodiscard]] ModuleHost& host() const { return host_; }
    /// What an instance of it is made from: JSON text of an object.
    [[nodiscard]] std::string config() const;
    [[nodiscard]] ModuleGate& gate() { return gate_; }
    /// Things that a person should know but that keep nothing from working.
    [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }
    /// Only before anybody else knows the module.
    void warn(std::string text) { warnings_.push_back(std::move(text)); }

    /// Whether its code is in this process.
    [[nodiscard]] bool is_mapped() const { return mapped_.load(); }
    /// Maps it now rather than with the first call, and compares it with its manifest. Throws
    /// PluginRefused, each time again.
    void map();

    struct Entry {
        oa_instance* instance = nullptr;         ///< may be null: not every module needs one
        const core::Failure* failure = nullptr;  ///< set: the module does not work, and leave()
                                                 ///< must not be called
    };
    /// Announces a call. The first one maps the code, and makes and starts the instance; where the
    /// system lacks what that takes, that call fails and the next one tries again.
    [[nodiscard]] Entry enter();
    void leave() noexcept;

    /// Stops and destroys the instance and refuses every later call. False when a call is still
    /// running: then nothing is stopped, as the running code needs its instance.
    bool stop();
    /// Nobody will call it any more: does what stop() does, at once or when the last running call
    /// leaves.
    void retire() noexcept;
    /// `tell` is called when the module is retired; at once if it is. It must not throw.
    void on_retire(std::function<void()> tell);
    [[nodiscard]] bool is_retired() const { return retired_.load(); }
    /// The failure of every call after stop() or retire(); nullptr before.
    [[nodiscard]] const core::Failure* stop_failure() const {
        return stopping_.load() ? &stopped_ : nullptr;
    }

private:
    void adopt_functions();
    void map_once();
    [[nodiscard]] const oa_module& map_image();
    void start();
    [[nodiscard]] core::Failure map_failure() const;
    [[nodiscard]] std::optional<core::Failure> create_instance();
    [[nodiscard]] std::optional<core::Failure> start_instance();
    void end_instance() noexcept;

    ModuleDescription description_;
    ModuleHost& host_;
    ModuleSource source_;
    PluginImage image_;
    std::vector<std::string> warnings_;
    core::Failure stopped_;
    core::Failure no_room_;
    ModuleGate gate_;

    std::once_flag map_once_;
    const oa_module* descriptor_ = nullptr;     // written once, under map_once_
    std::optional<PluginRefused> map_refused_;  // written once, under map_once_
    std::atomic<bool> mapped_{false};

    std::atomic<std::uint32_t> active_{0};
    std::atomic<bool> stopping_{false};
    std::atomic<bool> retired_{false};
    std::mutex retire_mutex_;
    std::vector<std::function<void()>> retire_listeners_;  // guarded by retire_mutex_
    std::atomic<bool> running_{false};                     // between a successful start and stop
    std::once_flag started_;
    oa_instance* instance_ = nullptr;             // written once, under started_
    std::optional<core::Failure> start_failure_;  // written once, under started_
};

}  // namespace oa::host
