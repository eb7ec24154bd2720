#include "host/cli/service_controls.hpp"

#include <chrono>

#include <boost/json.hpp>

#include "core/nearest.hpp"
#include "host/cli/control_commands.hpp"
#include "host/cli/plugin_json.hpp"
#include "host/service/service_error.hpp"
#include "host/wallet/wallet_error.hpp"

namespace oa::host {

namespace json = boost::json;
using Kind = ServiceError::Kind;

// ----- the wallet -----

WalletControl::State ServiceWallet::state() const {
    State state;
    state.is_configured = sources_.has_wallet();
    state.file = sources_.file().string();
    if (const auto opened = sources_.opened()) {
        state.is_open = true;
        state.secrets = opened->facts().size();
    }
    return state;
}

void ServiceWallet::unlock(const core::Secret& password) {
    if (!sources_.has_wallet()) {
        throw ServiceError(Kind::NotFound, "no_wallet",
                           "there is no wallet at " + sources_.file().string(),
                           "make one with oa wallet create");
    }
    const std::unique_lock only(opening_, std::try_to_lock);
    if (!only) {
        throw ServiceError(Kind::Busy, "wallet_is_being_opened",
                           "another password is being tried right now", "try again in a moment");
    }
    if (const auto rest = wrong_passwords_.wait({}, std::chrono::steady_clock::now())) {
        throw ServiceError(
            Kind::Busy, "too_many_failures",
            "too many passwords were wrong; try again in " + std::to_string(rest->count()) + " s");
    }
    try {
        sources_.unlock(password);
    } catch (const WalletNotOpened& error) {
        wrong_passwords_.note_failure({}, std::chrono::steady_clock::now());
        throw ServiceError(Kind::Forbidden, "wallet_not_opened", error.what());
    } catch (const WalletError& error) {
        throw ServiceError(Kind::Unavailable, "wallet_unavailable", error.what());
    }
}

void ServiceWallet::lock() {
    sources_.lock();
}

std::shared_ptr<WalletSecrets> ServiceWallet::open_one() const {
    if (auto opened = sources_.opened()) {
        return opened;
    }
    throw ServiceError(Kind::Conflict, "wallet_locked", "the wallet is not open",
                       "unlock it first");
}

std::vector<WalletControl::Entry> ServiceWallet::secrets() const {
    std::vector<Entry> entries;
    for (const WalletEntryFacts& facts : open_one()->facts()) {
        Entry entry{facts.name, std::nullopt};
        if (facts.updated > 0) {
            entry.changed = core::WallTime(std::chrono::seconds(facts.updated));
        }
        entries.push_back(std::move(entry));
    }
    return entries;
}

void ServiceWallet::set(const std::string& name, core::Secret value) {
    try {
        open_one()->modify([&](Wallet& wallet) { wallet.set(name, std::move(value)); });
    } catch (const WalletError& error) {
        throw ServiceError(Kind::Invalid, "invalid_secret", error.what());
    }
}

void ServiceWallet::remove(const std::string& name) {
    bool is_removed = false;
    try {
        open_one()->modify([&](Wallet& wallet) { is_removed = wallet.remove(name); });
    } catch (const WalletError& error) {
        throw ServiceError(Kind::Unavailable, "wallet_unavailable", error.what());
    }
    if (!is_removed) {
        throw ServiceError(Kind::NotFound, "no_such_secret", "there is no secret '" + name + "'");
    }
}

// ----- the plug-ins -----

json::object ServicePlugins::list() const {
    return to_json(*workbench_.stack->plugins().current());
}

json::object ServicePlugins::get(const std::string& module) const {
    const std::shared_ptr<const PluginRegistry> registry = workbench_.stack->plugins().current();
    const LoadedModule* const found = registry->find_module(module);
    if (found != nullptr) {
        json::object object = to_json(*found);
        object["module"] = found->info().name;
        return object;
    }
    std::vector<std::string> names;
    for (const LoadedModule* other : registry->modules()) {
        names.push_back(other->info().name);
    }
    throw ServiceError(Kind::NotFound, "no_such_module", "there is no module '" + module + "'",
                       core::did_you_mean(module, names));
}

json::object ServicePlugins::reload() {
    const ReloadReport report = workbench_.stack->plugins().reload();
    on_reload_();
    return to_json(report);
}

}  // namespace oa::host
