#pragma once

#include <functional>
#include <mutex>

#include "host/access/failure_limiter.hpp"
#include "host/cli/secret_sources.hpp"
#include "host/cli/workbench.hpp"
#include "host/service/controls.hpp"

namespace oa::host {

class ServiceWallet final : public WalletControl {
public:
    /// Borrows the sources.
    explicit ServiceWallet(SecretSources& sources) : sources_(sources) {}

    [[nodiscard]] State state() const override;
    /// One at a time, and ten wrong passwords a minute: each costs much memory and time.
    void unlock(const core::Secret& password) override;
    void lock() override;
    [[nodiscard]] std::vector<Entry> secrets() const override;
    void set(const std::string& name, core::Secret value) override;
    void remove(const std::string& name) override;

private:
    [[nodiscard]] std::shared_ptr<WalletSecrets> open_one() const;

    SecretSources& sources_;
    std::mutex opening_;
    access::FailureLimiter wrong_passwords_;  // whoever gives them
};

class ServicePlugins final : public PluginControl {
public:
    /// Borrows the workbench. `on_reload` is called when modules have changed.
    ServicePlugins(Workbench& workbench, std::function<void()> on_reload)
        : workbench_(workbench), on_reload_(std::move(on_reload)) {}

    [[nodiscard]] boost::json::object list() const override;
    [[nodiscard]] boost::json::object get(const std::string& module) const override;
    boost::json::object reload() override;

private:
    Workbench& workbench_;
    std::function<void()> on_reload_;
};

}  // namespace oa::host
