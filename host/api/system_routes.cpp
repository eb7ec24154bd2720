#include "host/api/system_routes.hpp"

#include <memory>
#include <utility>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "core/wall_time.hpp"
#include "host/api/api_call.hpp"
#include "host/api/common_parameters.hpp"
#include "host/api/openapi.hpp"
#include "host/service/json_values.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

using Call = std::shared_ptr<ApiCall>;
using In = RouteParameter::In;

constexpr RouteParameter secret_in_path{In::Path, "secret", "The name of a secret.",
                                        R"({"type": "string", "maxLength": 256})"};

json::object wallet_json(const WalletControl::State& state) {
    return {{"configured", state.is_configured},
            {"open", state.is_open},
            {"file", state.file.empty() ? json::value() : json::value(state.file)},
            {"secrets", state.secrets ? json::value(*state.secrets) : json::value()}};
}

void list_secrets(const Call& call, const SystemRoutes& on) {
    json::array secrets;
    for (const WalletControl::Entry& entry : on.wallet.secrets()) {
        secrets.push_back(
            json::object{{"name", entry.name}, {"changed_at", time_or_null(entry.changed)}});
    }
    call->answer(200, json::object{{"secrets", std::move(secrets)}});
}

void back_up(const Call& call, const SystemRoutes& on) {
    const std::filesystem::path folder = on.store.file().parent_path() / "backups";
    const std::filesystem::path file = folder / call->text_member("file");
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
    if (std::filesystem::exists(file, error)) {
        throw ApiProblem(409, "file_exists", file.string() + " is there already",
                         "choose another name");
    }
    on.store.back_up(file);
    call->answer(201, json::object{{"file", file.string()},
                                   {"bytes", std::filesystem::file_size(file, error)}});
}

void ready(const Call& call, const SystemRoutes& on) {
    const json::object found = on.system.ready();
    call->answer(found.at("ready").as_bool() ? 200 : 503, found);
}

void metrics(const Call& call, const SystemRoutes& on) {
    HttpResponse response{.body = on.system.metrics()};
    response.fields.add("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    call->answer(std::move(response));
}

void add_health(Routes& routes, const SystemRoutes& on) {
    routes.push_back({.method = "GET",
                      .path = "/livez",
                      .operation = "isAlive",
                      .tag = "health",
                      .summary = "Whether the host answers",
                      .access = access::RouteAccess::open_to_all(),
                      .answers = {{200, "It does.", {}, "text/plain"}},
                      .is_quick = true,
                      .handler = [](const Call& call) {
                          HttpResponse response{.body = "ok\n"};
                          response.fields.add("Content-Type", "text/plain; charset=utf-8");
                          call->answer(std::move(response));
                      }});
    routes.push_back({.method = "GET",
                      .path = "/readyz",
                      .operation = "isReady",
                      .tag = "health",
                      .summary = "Whether the host can accept runs and work on them",
                      .access = needs(access::Scope::Read),
                      .answers = {{200, "It can.", "Ready"}, {503, "It cannot, and why.", "Ready"}},
                      .handler = [on](const Call& call) { ready(call, on); }});
    routes.push_back({.method = "GET",
                      .path = "/metrics",
                      .operation = "getMetrics",
                      .tag = "health",
                      .summary = "Counters for Prometheus",
                      .access = needs(access::Scope::Read),
                      .answers = {{200, "The text format 0.0.4.", {}, "text/plain"}},
                      .handler = [on](const Call& call) { metrics(call, on); }});
    routes.push_back(
        {.method = "GET",
         .path = "/api/v1/version",
         .operation = "getVersion",
         .tag = "health",
         .summary = "What runs here",
         .access = needs(access::Scope::Read),
         .answers = {{200, "The version.", "Version"}},
         .is_quick = true,
         .handler = [on](const Call& call) {
             call->answer(200,
                          json::object{{"version", on.version}, {"api", "v1"}, {"abi", on.abi}});
         }});
}

void add_plugins(Routes& routes, const SystemRoutes& on) {
    routes.push_back(
        {.method = "GET",
         .path = "/api/v1/plugins",
         .operation = "listPlugins",
         .tag = "plugins",
         .summary = "List the plug-ins",
         .access = needs(access::Scope::Read),
         .answers = {{200, "Those that were taken, and those that were not.", "PluginList"}},
         .handler = [on](const Call& call) { call->answer(200, on.plugins.list()); }});
    routes.push_back(
        {.method = "GET",
         .path = "/api/v1/plugins/{module}",
         .operation = "getPlugin",
         .tag = "plugins",
         .summary = "Get a module with its functions and their schemas",
         .access = needs(access::Scope::Read),
         .parameters = {{In::Path, "module", "The name of a module, or its id.", text_schema}},
         .answers = {{200, "The module.", "Plugin"}},
         .handler = [on](const Call& call) {
             call->answer(200, on.plugins.get(call->at("module")));
         }});
    routes.push_back(
        {.method = "POST",
         .path = "/api/v1/plugins/reload",
         .operation = "reloadPlugins",
         .tag = "plugins",
         .summary = "Look for plug-ins anew",
         .description = "Runs that are there go on with what they began with.",
         .access = needs(access::Scope::Admin),
         .audit = "plugin.reloaded",
         .answers = {{200, "What has changed.", "PluginReload"}},
         .handler = [on](const Call& call) { call->answer(200, on.plugins.reload()); }});
}

void add_wallet(Routes& routes, const SystemRoutes& on) {
    routes.push_back(
        {.method = "GET",
         .path = "/api/v1/wallet",
         .operation = "getWallet",
         .tag = "wallet",
         .summary = "How the wallet is",
         .access = needs(access::Scope::Secrets),
         .answers = {{200, "Its state.", "Wallet"}},
         .handler = [on](const Call& call) { call->answer(200, wallet_json(on.wallet.state())); }});
    routes.push_back({.method = "POST",
                      .path = "/api/v1/wallet/unlock",
                      .operation = "unlockWallet",
                      .tag = "wallet",
                      .summary = "Open the wallet with its password",
                      .access = needs(access::Scope::Secrets),
                      .audit = "wallet.unlocked",
                      .body = RouteBody{.description = "The password.", .schema = "Unlock"},
                      .answers = {{200, "It is open.", "Wallet"}},
                      .handler = [on](const Call& call) {
                          on.wallet.unlock(core::Secret(call->text_member("password")));
                          call->answer(200, wallet_json(on.wallet.state()));
                      }});
    routes.push_back({.method = "POST",
                      .path = "/api/v1/wallet/lock",
                      .operation = "lockWallet",
                      .tag = "wallet",
                      .summary = "Forget the wallet's key",
                      .description = "Runs that ask for a secret fail until it is unlocked.",
                      .access = needs(access::Scope::Secrets),
                      .audit = "wallet.locked",
                      .answers = {{200, "It is locked.", "Wallet"}},
                      .handler = [on](const Call& call) {
                          on.wallet.lock();
                          call->answer(200, wallet_json(on.wallet.state()));
                      }});
    routes.push_back({.method = "GET",
                      .path = "/api/v1/wallet/secrets",
                      .operation = "listSecrets",
                      .tag = "wallet",
                      .summary = "List the names of the secrets",
                      .description = "Nothing gives their values.",
                      .access = needs(access::Scope::Secrets),
                      .answers = {{200, "Names and dates.", "SecretList"}},
                      .handler = [on](const Call& call) { list_secrets(call, on); }});
    routes.push_back({.method = "PUT",
                      .path = "/api/v1/wallet/secrets/{secret}",
                      .operation = "setSecret",
                      .tag = "wallet",
                      .summary = "Set a secret",
                      .access = needs(access::Scope::Secrets),
                      .audit = "secret.set",
                      .parameters = {secret_in_path},
                      .body = RouteBody{.description = "Its value.",
                                        .schema = "SecretValue",
                                        .kind = RouteBody::Kind::Own,
                                        .bytes_max = 2U << 20U},
                      .answers = {{204, "It is kept.", {}, {}}},
                      .handler = [on](const Call& call) {
                          on.wallet.set(call->at("secret"),
                                        core::Secret(call->text_member("value")));
                          call->done();
                      }});
    routes.push_back({.method = "DELETE",
                      .path = "/api/v1/wallet/secrets/{secret}",
                      .operation = "deleteSecret",
                      .tag = "wallet",
                      .summary = "Remove a secret",
                      .access = needs(access::Scope::Secrets),
                      .audit = "secret.removed",
                      .parameters = {secret_in_path},
                      .answers = {{204, "It is gone.", {}, {}}},
                      .handler = [on](const Call& call) {
                          on.wallet.remove(call->at("secret"));
                          call->done();
                      }});
}

void add_admin(Routes& routes, const SystemRoutes& on) {
    routes.push_back({.method = "GET",
                      .path = "/api/v1/stats",
                      .operation = "getStats",
                      .tag = "admin",
                      .summary = "How much there is and goes on",
                      .access = needs(access::Scope::Read),
                      .answers = {{200, "Numbers.", "Stats"}},
                      .handler = [on](const Call& call) { call->answer(200, on.system.stats()); }});
    routes.push_back({.method = "GET",
                      .path = "/api/v1/audit",
                      .operation = "listAudit",
                      .tag = "admin",
                      .summary = "Who did what, the newest first",
                      .access = needs(access::Scope::Admin),
                      .parameters = {page_limit, number_cursor},
                      .answers = {{200, "A page of records.", "AuditPage"}},
                      .handler = [on](const Call& call) {
                          call->answer(200, on.audit(call->number("cursor"),
                                                     static_cast<std::size_t>(
                                                         call->number("limit").value_or(100))));
                      }});
    routes.push_back(
        {.method = "POST",
         .path = "/api/v1/backup",
         .operation = "backUp",
         .tag = "admin",
         .summary = "Copy the store while it is in use",
         .access = needs(access::Scope::Admin),
         .audit = "store.backed_up",
         .body = RouteBody{.description = "What the copy is called.", .schema = "Backup"},
         .answers = {{201, "The copy is there.", "BackupDone"}},
         .handler = [on](const Call& call) { back_up(call, on); }});
}

}  // namespace

void SystemRoutes::add_to(Routes& routes) const {
    add_health(routes, *this);
    add_plugins(routes, *this);
    add_wallet(routes, *this);
    add_admin(routes, *this);
}

void add_description(Routes& routes, const std::string& version) {
    const auto text = std::make_shared<std::string>();
    routes.push_back({.method = "GET",
                      .path = "/api/v1/openapi.json",
                      .operation = "getDescription",
                      .tag = "health",
                      .summary = "The description of this API",
                      .access = needs(access::Scope::Read),
                      .answers = {{200, "OpenAPI 3.1.", "Description"}},
                      .is_quick = true,
                      .handler = [text](const Call& call) {
                          HttpResponse response{.body = *text};
                          response.fields.add("Content-Type", "application/json");
                          call->answer(std::move(response));
                      }});
    *text = core::write_json(openapi_document(routes, version));
}

}  // namespace oa::host
