#include "host/cli/service_house.hpp"

#include <chrono>
#include <fstream>
#include <stdexcept>
#include <utility>

#include <boost/json.hpp>
#include <fcntl.h>
#include <oa/plugin.h>
#include <unistd.h>

#include "core/json/json.hpp"
#include "host/api/api_call.hpp"
#include "host/api/legacy/legacy_routes.hpp"
#include "host/api/live_routes.hpp"
#include "host/api/run_routes.hpp"
#include "host/api/schemas.hpp"
#include "host/api/system_routes.hpp"
#include "host/api/token_routes.hpp"
#include "host/api/workflow_routes.hpp"
#include "host/audit/audit_reader.hpp"

namespace oa::host {

namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

constexpr std::chrono::days ended_tokens_stay{30};

std::string abi_text() {
    return std::to_string(OA_ABI_MAJOR) + "." + std::to_string(OA_ABI_MINOR);
}

bool is_loopback(const std::string& address) {
    return address == "::1" || address.starts_with("127.");
}

json::object audit_page(const fs::path& file,
                        std::optional<std::int64_t> cursor,
                        std::size_t limit) {
    std::optional<std::uint64_t> before;
    if (cursor) {
        before = static_cast<std::uint64_t>(*cursor);
    }
    json::array records;
    AuditPage page;
    try {
        page = read_audit(file, limit, before);
    } catch (const std::exception& error) {
        // A place that there is not is the client's mistake, or the log was moved away meanwhile.
        throw ServiceError(cursor ? ServiceError::Kind::Invalid : ServiceError::Kind::Unavailable,
                           cursor ? "no_such_page" : "audit_unavailable", error.what());
    }
    for (const std::string& line : page.lines) {
        try {
            records.push_back(core::parse_json(line));
        } catch (const core::JsonError&) {
            records.push_back(json::object{{"damaged", line}});
        }
    }
    return {{"records", std::move(records)},
            {"next", page.next ? json::value(std::to_string(*page.next)) : json::value()}};
}

json::object to_json(const HttpServerStatistics& statistics) {
    return {{"connections_total", statistics.accepted},
            {"connections_refused_total", statistics.refused},
            {"connections_cut_off_total", statistics.cut_off},
            {"requests_total", statistics.requests},
            {"bad_requests_total", statistics.bad_requests},
            {"connections", statistics.connections},
            {"streams", statistics.streams},
            {"web_sockets", statistics.web_sockets}};
}

/// What of a request an audit record is about: the values of its path.
std::string object_of(const ApiCall& call) {
    std::string object;
    for (const RouteParameter& parameter : call.route().parameters) {
        if (parameter.in == RouteParameter::In::Path) {
            object += (object.empty() ? "" : "/") + call.at(parameter.name);
        }
    }
    return object.empty() ? call.request().raw_path : object;
}

}  // namespace

ServiceHouse::ServiceHouse(WalletAccess wallet, Workbench& workbench)
    : workbench_(workbench),
      server_(workbench.config.server),
      log_([&workbench](std::size_t count) {
          workbench.logger->write(LogLevel::Warn,
                                  std::to_string(count) + " lines of the access log were dropped");
      }),
      secrets_(std::move(wallet), workbench),
      audit_(workbench.config.audit_file),
      runs_(workbench, store_settings(std::nullopt, std::nullopt, workbench.config)),
      store_(*runs_.store()),
      wallet_(secrets_),
      plugins_(workbench, [this] { read_workflows(); }),
      token_storage_(store_),
      tokens_(token_storage_) {
    demand_safety();
    live_.emplace(LiveEvents::Sources{
        .records = [this](const std::string& run) { return store_.load(run); },
        .workflow =
            [this](const std::string& /*run*/, const core::JournalRecord& first) {
                return service_->workflow_of(std::get<core::RunCreated>(first.entry));
            }});
    journal_.emplace(store_, *live_, ends_);
    runs_.open(&secrets_, &*journal_);
    const fs::path beside = store_.file().parent_path() / "workflows";
    const fs::path folder = workbench.config.workflows_folder.value_or(beside);
    library_.emplace(
        WorkflowLibrary::Settings{
            .folder = fs::absolute(folder).lexically_normal(),
            .bytes_max = std::size_t{workbench.config.max_document_mib} << 20U,
            .check = [this](std::string_view text,
                            const std::string& file) { return check(text, file); }},
        store_, runs_.clock());
    service_.emplace(runs_.engine(), store_, ends_, runs_.clock(),
                     RunService::Settings{.runs = run_settings(workbench.config),
                                          .load = [this](const std::string& documents) {
                                              return runs_.load(documents)->workflow;
                                          }});
    system_.emplace(SystemView::Sources{
        .engine = runs_.engine(), .store = store_, .pool = runs_.pool(), .http = [this] {
            return http_ ? to_json(http_->statistics()) : json::object();
        }});
    open_.emplace();
    read_workflows();
    make_first_token();
    recover();
    listen();
    system_->set_started();
}

ServiceHouse::~ServiceHouse() {
    if (!is_stopped_) {
        stop();
    }
}

LibraryDocument ServiceHouse::check(std::string_view text, const std::string& file) const {
    // Whoever sends a document may not read the files of this machine by it.
    LoadedWorkflow loaded = check_workflow(text, file, workbench_, WorkflowFiles::Reach::Folders);
    return {std::move(loaded.workflow), std::move(loaded.diagnostics), std::move(loaded.secrets),
            std::move(loaded.bundle)};
}

// ----- starting -----

/// Nobody offers what he has to a network by mistake.
void ServiceHouse::demand_safety() const {
    if (server_.certificate.has_value() != server_.key.has_value()) {
        throw std::invalid_argument(
            "server.certificate and server.key belong together, and only one of them is there");
    }
    if (!is_loopback(server_.listen) && !server_.certificate && !server_.behind_proxy) {
        throw std::invalid_argument(
            "to listen on " + server_.listen +
            " means that tokens travel over the network as they are: set server.certificate and "
            "server.key, or server.behind_proxy: true where a proxy with TLS stands in front");
    }
}

void ServiceHouse::read_workflows() {
    const WorkflowLibrary::Report report = library_->reload();
    for (const core::Diagnostic& diagnostic : report.diagnostics) {
        workbench_.logger->write(
            diagnostic.severity == core::Severity::Error ? LogLevel::Error : LogLevel::Warn,
            to_string(diagnostic));
    }
    workbench_.logger->write(LogLevel::Info, "workflows are read",
                             {{"folder", library_->folder().string()},
                              {"workflows", report.workflows},
                              {"added", report.added},
                              {"changed", report.changed},
                              {"removed", report.removed}});
}

void ServiceHouse::recover() {
    std::vector<OpenRun> open;
    for (const RunSummary& run : store_.open_runs()) {
        open.push_back({run.id, run.records, run.started.has_value(), run.parent_run_id});
    }
    if (!open.empty()) {
        workbench_.logger->write(LogLevel::Info, "runs that a host before left open go on",
                                 {{"runs", open.size()}});
    }
    runs_.engine().recover(open, store_.last_host_died(), nullptr);
}

// Nobody can do anything without a token, so the first start makes one.
void ServiceHouse::make_first_token() {
    const core::WallTime now = runs_.clock().wall();
    if (tokens_.has_admin(now)) {
        return;
    }
    const fs::path file = store_.file().parent_path() / "admin-token";
    const access::CreatedToken made = tokens_.create({.name = "admin",
                                                      .scopes = {access::Scope::Admin},
                                                      .lifetime = std::nullopt,
                                                      .created_by = "first start"},
                                                     now);
    ::unlink(file.c_str());  // of tokens that have all ended
    const int descriptor =
        ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    std::string text(made.text.reveal());
    text += '\n';
    const bool is_written =
        descriptor >= 0 &&
        ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
        ::fsync(descriptor) == 0;
    if (descriptor >= 0) {
        ::close(descriptor);
    }
    if (!is_written) {
        static_cast<void>(tokens_.revoke(made.info.id, now, true));
        throw std::runtime_error("the first token cannot be written to " + file.string());
    }
    first_token_ = file;
}

HttpServerSettings ServiceHouse::http_settings() const {
    HttpServerSettings settings;
    const ServerLimits& limits = server_.limits;
    settings.connections_max = limits.connections;
    settings.connections_per_peer_max = limits.connections_per_address.value_or(
        server_.behind_proxy ? limits.connections : std::max(limits.connections / 4, 1U));
    settings.request_line_max = std::size_t{limits.request_line_kib} << 10U;
    settings.fields_max = limits.head_fields;
    settings.head_bytes_max = std::size_t{limits.head_kib} << 10U;
    settings.head_time = limits.head_time;
    settings.bodies_max = std::size_t{limits.bodies_mib} << 20U;
    settings.backlog_max = std::size_t{limits.backlog_kib} << 10U;
    settings.addresses.push_back({server_.listen, static_cast<std::uint16_t>(server_.port)});
    if (server_.listen == "127.0.0.1" && server_.port != 0) {
        settings.addresses.push_back({"::1", static_cast<std::uint16_t>(server_.port)});
    }
    if (server_.certificate) {
        settings.tls = TlsSettings{*server_.certificate, *server_.key};
        settings.fields.add("Strict-Transport-Security", "max-age=31536000");
    }
    settings.fields.add("X-Content-Type-Options", "nosniff");
    settings.fields.add("X-Frame-Options", "DENY");
    settings.fields.add("Referrer-Policy", "no-referrer");
    settings.fields.add("Cross-Origin-Resource-Policy", "same-origin");
    settings.fields.add("Content-Security-Policy",
                        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; "
                        "form-action 'none'");
    return settings;
}

access::OriginSettings ServiceHouse::origin_settings(std::uint16_t port) const {
    access::OriginSettings settings;
    settings.port = port;
    settings.is_https = server_.certificate.has_value() || server_.behind_proxy;
    settings.names = server_.names;
    settings.cross_origins = server_.cors_origins;
    if (!is_loopback(server_.listen) && server_.listen != "0.0.0.0" && server_.listen != "::") {
        settings.names.push_back(server_.listen);
    }
    return settings;
}

void ServiceHouse::listen() {
    const bool is_https = server_.certificate.has_value() || server_.behind_proxy;
    origins_.emplace(origin_settings(static_cast<std::uint16_t>(server_.port)));
    policy_.emplace(
        access::AccessPolicy::Parts{tokens_, sessions_, limiter_, *origins_, runs_.clock()});
    RunRoutes{*library_, *service_, runs_.timers(), runs_.clock()}.add_to(routes_);
    WorkflowRoutes{*library_, store_}.add_to(routes_);
    const auto still_valid = [this](const Caller& caller) {
        return policy_->still_admits(caller.who.token_id, caller.session);
    };
    LiveRoutes{*service_, *live_, *open_, still_valid}.add_to(routes_);
    TokenRoutes{tokens_, sessions_, *policy_, runs_.clock(), is_https}.add_to(routes_);
    SystemRoutes{*system_,
                 store_,
                 plugins_,
                 wallet_,
                 OA_VERSION,
                 abi_text(),
                 [file = workbench_.config.audit_file](std::optional<std::int64_t> cursor,
                                                       std::size_t limit) {
                     return audit_page(file, cursor, limit);
                 }}
        .add_to(routes_);
    if (server_.legacy_api) {
        legacy::LegacyRoutes{
            *library_, *service_,      runs_.engine(), wallet_,     *live_,
            *open_,    runs_.timers(), runs_.clock(),  still_valid, workbench_.config.max_runs,
            OA_VERSION}
            .add_to(routes_);
    }
    limit_bodies(routes_, std::size_t{server_.limits.body_mib} << 20U,
                 std::size_t{workbench_.config.max_document_mib} << 20U);
    add_description(routes_, OA_VERSION);
    application_ = std::make_unique<ApiApplication>(routes_, api_schemas(), *policy_, watch());
    HttpServerSettings settings = http_settings();
    try {
        http_ = std::make_unique<HttpServer>(settings, *application_, workbench_.logger.get());
    } catch (const std::runtime_error&) {
        if (settings.addresses.size() < 2) {
            throw;
        }
        settings.addresses.resize(1);  // a machine without IPv6
        http_ = std::make_unique<HttpServer>(settings, *application_, workbench_.logger.get());
    }
    // Which port is free is known now. Nobody has asked for the rules: the application is not open.
    origins_.emplace(origin_settings(http_->addresses().front().port));
    application_->open();
}

ApiApplication::Watch ServiceHouse::watch() {
    ApiApplication::Watch watch;
    watch.record = [this](const ApiCall& call) {
        AuditRecord record;
        record.action = call.route().audit;
        record.object = object_of(call);
        record.who = {call.principal().token_id, call.principal().name};
        record.source = call.request().peer;
        record.request = call.request().id;
        // That a run was started is in the store, on the disk, before anybody is told.
        const bool is_run = call.route().operation == "startRun";
        return audit_.append(record, is_run ? AuditSync::Later : AuditSync::Now);
    };
    watch.refused = [this](const Route& route, const HttpRequest& request,
                           const access::Refusal& refusal) {
        if (refusal.reason.empty() && refusal.status != 403) {
            return;  // nothing was shown, or it was one of too many
        }
        AuditRecord record;
        record.action = "access.refused";
        record.object = std::string(route.method) + ' ' + request.raw_path;
        record.who = {refusal.token_id, {}};
        record.detail = refusal.reason.empty() ? refusal.code : refusal.reason;
        record.source = request.peer;
        record.request = request.id;
        record.result = AuditResult::Refused;
        log_.write(
            [this, record = std::move(record)] { static_cast<void>(audit_.append(record)); });
    };
    watch.answered = [this](const HttpRequest& request, int status, std::size_t bytes,
                            std::chrono::nanoseconds took) {
        if (!workbench_.logger->wants(LogLevel::Debug) && status < 500) {
            return;
        }
        log_.write([this, status, bytes, took, method = request.method, path = request.raw_path,
                    peer = request.peer, id = request.id] {
            workbench_.logger->write(
                status < 500 ? LogLevel::Debug : LogLevel::Warn, method + ' ' + path,
                {{"status", status},
                 {"bytes", bytes},
                 {"us", std::chrono::duration_cast<std::chrono::microseconds>(took).count()},
                 {"peer", peer},
                 {"request", id}});
        });
    };
    watch.failed = [this](const HttpRequest& request, const std::string& what) {
        log_.write([this, what, id = request.id, path = request.raw_path] {
            workbench_.logger->write(LogLevel::Error, "a request failed: " + what,
                                     {{"path", path}, {"request", id}});
        });
    };
    return watch;
}

std::vector<std::string> ServiceHouse::urls() const {
    std::vector<std::string> urls;
    for (const HttpServerSettings::Address& address : http_->addresses()) {
        const bool is_v6 = address.host.find(':') != std::string::npos;
        urls.push_back(std::string(server_.certificate ? "https://" : "http://") +
                       (is_v6 ? "[" + address.host + "]" : address.host) + ":" +
                       std::to_string(address.port));
    }
    return urls;
}

// ----- working -----

void ServiceHouse::reload() {
    const auto attempt = [this](const char* what, const std::function<void()>& work) {
        try {
            work();
        } catch (const std::exception& error) {
            workbench_.logger->write(LogLevel::Error,
                                     std::string(what) + " stay as they were: " + error.what());
        }
    };
    attempt("plug-ins and workflows", [this] { static_cast<void>(plugins_.reload()); });
    if (server_.certificate) {
        attempt("certificates", [this] { http_->reload_tls(); });
    }
}

void ServiceHouse::tidy_up() {
    runs_.tidy_up();
    try {
        tokens_.flush();
        tokens_.forget_ended(runs_.clock().wall() - ended_tokens_stay);
    } catch (const std::exception& error) {
        workbench_.logger->write(LogLevel::Warn,
                                 std::string("tokens are not tidied up: ") + error.what());
    }
}

void ServiceHouse::stop() {
    is_stopped_ = true;
    system_->set_stopping();
    application_->drain();
    open_.reset();
    http_->stop(server_.grace);
    runs_.engine().stop(workbench_.config.cancel_grace);
    tidy_up();
}

}  // namespace oa::host
