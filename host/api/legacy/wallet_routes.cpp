// The wallet, as the page of the older system reached it: forms in, JSON out.

#include <filesystem>

#include <boost/json.hpp>

#include "core/secret/secret.hpp"
#include "host/api/legacy/form_body.hpp"
#include "host/api/legacy/legacy_call.hpp"
#include "host/api/legacy/legacy_routes.hpp"
#include "host/api/legacy/legacy_wallet.hpp"

namespace oa::host::legacy {

namespace json = boost::json;

namespace {

json::object done(const WalletControl& wallet, const std::string& message) {
    const WalletControl::State state = wallet.state();
    return {{"success", true},
            {"message", message},
            {"secrets_count", state.secrets ? json::value(*state.secrets) : json::value()}};
}

void demand_open(const WalletControl& wallet) {
    if (!wallet.state().is_open) {
        throw ApiProblem(400, "no_wallet_loaded", "no wallet is loaded",
                         "load it with POST /api/wallet/load");
    }
}

void show_status(const Call& call, const WalletControl& wallet) {
    const WalletControl::State state = wallet.state();
    if (!state.is_open) {
        call->answer(200, json::object{{"loaded", false}, {"message", "No wallet loaded"}});
        return;
    }
    call->answer(200, json::object{{"loaded", true},
                                   {"wallet_type", "encrypted"},
                                   {"secrets_count", state.secrets.value_or(0)},
                                   {"wallet_file", state.file}});
}

void load(const Call& call, WalletControl& wallet) {
    const Form form(call->request().body);
    open_wallet(wallet, {.file = form.get("wallet_file"),
                         .password = form.find("master_password").value_or(""),
                         .type = form.find("wallet_type").value_or("")});
    json::object answer = done(wallet, "Wallet loaded successfully");
    answer["wallet_type"] = "encrypted";
    answer["wallet_file"] = wallet.state().file;
    call->answer(200, answer);
}

void create(const Call& call, const WalletControl& wallet) {
    static_cast<void>(Form(call->request().body).get("wallet_file"));
    throw ApiProblem(409, "not_offered",
                     wallet.state().is_configured
                         ? "this host has its wallet, and has one at a time"
                         : "a wallet is not made over the network",
                     "make one on the host with oa wallet create");
}

void list_keys(const Call& call, const WalletControl& wallet) {
    demand_open(wallet);
    json::array names;
    for (const WalletControl::Entry& entry : wallet.secrets()) {
        names.push_back(json::value(entry.name));
    }
    const std::size_t count = names.size();
    call->answer(200, json::object{{"secrets", std::move(names)}, {"count", count}});
}

void add_secret(const Call& call, WalletControl& wallet) {
    const Form form(call->request().body);
    const std::string key = form.get("key");
    const core::Secret value(form.get("value"));
    demand_open(wallet);
    check_password(wallet, form.find("master_password").value_or(""));
    wallet.set(key, value.clone());
    call->answer(200, done(wallet, "Secret '" + key + "' added"));
}

void delete_secret(const Call& call, WalletControl& wallet) {
    const Form form(call->request().body);
    const std::string key = form.get("key");
    demand_open(wallet);
    check_password(wallet, form.find("master_password").value_or(""));
    wallet.remove(key);
    call->answer(200, done(wallet, "Secret '" + key + "' deleted"));
}

void unload(const Call& call, WalletControl& wallet) {
    wallet.lock();
    call->answer(200, json::object{{"success", true}, {"message", "Wallet unloaded"}});
}

}  // namespace

void check_password(WalletControl& wallet, const std::string& password) {
    if (password.empty()) {
        throw ApiProblem(400, "missing_password", "the wallet needs its password",
                         "send it as master_password");
    }
    try {
        wallet.unlock(core::Secret(password));
    } catch (const ServiceError& error) {
        if (error.kind() != ServiceError::Kind::Forbidden) {
            throw;
        }
        throw ApiProblem(401, error.code(), error.what(), error.hint());
    }
}

void check_named(const WalletControl& wallet, const NamedWallet& named) {
    const WalletControl::State state = wallet.state();
    if (!state.is_configured) {
        throw ApiProblem(404, "no_wallet", "this host has no wallet",
                         "make one on the host with oa wallet create");
    }
    const std::filesystem::path own(state.file);
    if (!named.file.empty() && named.file != own && named.file != own.filename()) {
        throw ApiProblem(409, "other_wallet", "'" + named.file + "' is not the wallet of this host",
                         "a host has one wallet: wallet.file in its configuration names it");
    }
    if (named.type == "plain") {
        throw ApiProblem(400, "not_offered", "plain wallets are not loaded over the network",
                         "encrypt it with oa wallet");
    }
}

void open_wallet(WalletControl& wallet, const NamedWallet& named) {
    check_named(wallet, named);
    check_password(wallet, named.password);
}

void LegacyRoutes::add_wallet(Routes& routes) const {
    const auto with = [&on = wallet](auto function) {
        return [&on, function](const Call& call) { function(call, on); };
    };
    const auto form = [](std::string_view fields) {
        return RouteBody{.content_type = "application/x-www-form-urlencoded",
                         .description = fields,
                         .schema = {}};
    };
    const access::RouteAccess access = needs(access::Scope::Secrets);
    const auto add = [&](std::string_view method, std::string_view path, std::string_view operation,
                         std::string_view summary, std::string_view audit,
                         std::optional<RouteBody> body, auto function) {
        routes.push_back({.method = method,
                          .path = path,
                          .operation = operation,
                          .tag = tag,
                          .summary = summary,
                          .access = access,
                          .audit = audit,
                          .body = body,
                          .answers = {{200, "It is done.", answer_schema}},
                          .handler = with(function)});
    };
    add("GET", "/api/wallet/status", "legacyWalletStatus", "Whether the wallet is open", {}, {},
        show_status);
    add("POST", "/api/wallet/load", "legacyLoadWallet", "Open the wallet with its password",
        "wallet.unlocked", form("wallet_file, master_password, wallet_type"), load);
    add("POST", "/api/wallet/create", "legacyCreateWallet",
        "Not offered: a wallet is made on the host", "wallet.created",
        form("wallet_file, master_password, wallet_type, secrets"), create);
    add("GET", "/api/wallet/secrets", "legacyListSecrets", "List the names of the secrets", {}, {},
        list_keys);
    add("POST", "/api/wallet/secret/add", "legacyAddSecret", "Set a secret", "secret.set",
        form("key, value, master_password"), add_secret);
    add("POST", "/api/wallet/secret/delete", "legacyDeleteSecret", "Remove a secret",
        "secret.removed", form("key, master_password"), delete_secret);
    add("POST", "/api/wallet/unload", "legacyUnloadWallet", "Forget the wallet's key",
        "wallet.locked", {}, unload);
}

}  // namespace oa::host::legacy
