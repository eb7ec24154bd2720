#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "core/secret/secret.hpp"
#include "core/wall_time.hpp"

namespace oa::host {

/// The wallet of a host that works, as operators reach it. Thread safe. What it does not do it
/// throws as ServiceError.
class WalletControl {
public:
    struct State {
        bool is_configured = false;  ///< there is one, or one is named
        bool is_open = false;
        std::string file;
        std::optional<std::size_t> secrets;  ///< while it is open
    };
    struct Entry {
        std::string name;
        std::optional<core::WallTime> changed;
    };

    virtual ~WalletControl() = default;
    [[nodiscard]] virtual State state() const = 0;
    virtual void unlock(const core::Secret& password) = 0;
    /// Runs that ask for a secret fail from now on.
    virtual void lock() = 0;
    /// By name; never the values.
    [[nodiscard]] virtual std::vector<Entry> secrets() const = 0;
    virtual void set(const std::string& name, core::Secret value) = 0;
    virtual void remove(const std::string& name) = 0;

protected:
    WalletControl() = default;
    WalletControl(const WalletControl&) = default;
    WalletControl& operator=(const WalletControl&) = default;
};

/// The plug-ins of a host that works. Thread safe. What it does not do it throws as ServiceError.
class PluginControl {
public:
    virtual ~PluginControl() = default;
    /// {"plugins": [...], ...}, as `oa plugin list --json` prints it.
    [[nodiscard]] virtual boost::json::object list() const = 0;
    /// A module with its functions, as `oa plugin describe --json` prints it.
    [[nodiscard]] virtual boost::json::object get(const std::string& module) const = 0;
    virtual boost::json::object reload() = 0;

protected:
    PluginControl() = default;
    PluginControl(const PluginControl&) = default;
    PluginControl& operator=(const PluginControl&) = default;
};

}  // namespace oa::host
