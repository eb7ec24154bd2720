#include "host/config/config_settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include <arpa/inet.h>

#include "core/duration.hpp"

namespace oa::host {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

// ----- what a value looks like in the file -----

json::value shown(bool value) {
    return value;
}
json::value shown(std::uint32_t value) {
    return value;
}
json::value shown(const std::string& value) {
    return value.empty() ? json::value() : json::value(value);
}
json::value shown(const fs::path& value) {
    return shown(value.string());
}
json::value shown(LogLevel value) {
    return json::value(name_of(value));
}
json::value shown(LogFormat value) {
    return json::value(value == LogFormat::Json ? "json" : "text");
}
json::value shown(IsolationMode value) {
    return json::value(value == IsolationMode::Process ? "process" : "in-process");
}
json::value shown(core::Milliseconds value) {
    return json::value(core::duration_text(value));
}
template <typename T>
json::value shown(const std::optional<T>& value) {
    return value ? shown(*value) : json::value();
}

template <typename T, typename Member>
std::function<json::value(const T&)> show(Member T::*member) {
    return [member](const T& source) { return shown(source.*member); };
}

// ----- kinds of settings -----

template <typename T, typename Member, typename Value>
Setting<T> word(std::string key,
                std::string environment,
                std::string expected,
                Member T::*member,
                std::optional<Value> (*parse)(std::string_view)) {
    return {std::move(key), std::move(environment), std::move(expected),
            [member, parse](T& target, const std::string& text) {
                const std::optional<Value> value = parse(text);
                if (value) {
                    target.*member = *value;
                }
                return value.has_value();
            },
            show(member)};
}

template <typename T, typename Member>
Setting<T> number(std::string key,
                  std::string environment,
                  std::uint32_t least,
                  std::uint32_t most,
                  Member T::*member) {
    return {std::move(key), std::move(environment),
            "a number from " + std::to_string(least) + " to " + std::to_string(most),
            [least, most, member](T& target, const std::string& text) {
                std::uint32_t value = 0;
                const char* end = text.data() + text.size();
                const auto [stopped, error] = std::from_chars(text.data(), end, value);
                const bool fine =
                    error == std::errc{} && stopped == end && value >= least && value <= most;
                if (fine) {
                    target.*member = value;
                }
                return fine;
            },
            show(member)};
}

/// A path of the file system; relative ones are relative to the file's folder.
template <typename T, typename Member>
Setting<T> path(std::string key, std::string environment, Member T::*member) {
    Setting<T> made{std::move(key), std::move(environment), "a path",
                    [member](T& target, const std::string& text) {
                        if (!text.empty()) {
                            target.*member = fs::path(text);
                        }
                        return !text.empty();
                    },
                    show(member)};
    made.is_path = true;
    return made;
}

/// Text that is not empty.
template <typename T, typename Member>
Setting<T> text(std::string key, Member T::*member) {
    return {std::move(key), "", "a text",
            [member](T& target, const std::string& given) {
                if (!given.empty()) {
                    target.*member = given;
                }
                return !given.empty();
            },
            show(member)};
}

std::optional<IsolationMode> isolation_mode_from(std::string_view text) {
    if (text == "process") {
        return IsolationMode::Process;
    }
    return text == "in-process" ? std::optional(IsolationMode::InProcess) : std::nullopt;
}

std::optional<bool> bool_from(std::string_view text) {
    if (text == "true") {
        return true;
    }
    return text == "false" ? std::optional(false) : std::nullopt;
}

std::optional<std::string> durability_from(std::string_view text) {
    return text == "full" || text == "normal" || text == "none" ? std::optional<std::string>(text)
                                                                : std::nullopt;
}

std::optional<std::string> address_from(std::string_view text) {
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    const std::string address(text);
    const bool is_one = ::inet_pton(AF_INET, address.c_str(), bytes.data()) == 1 ||
                        ::inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1;
    return is_one ? std::optional(address) : std::nullopt;
}

/// Words of the older system, too, and in any case: "WARNING".
std::optional<LogLevel> level_from(std::string_view text) {
    std::string word(text);
    std::transform(word.begin(), word.end(), word.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    if (word == "warning") {
        return LogLevel::Warn;
    }
    return word == "critical" ? LogLevel::Error : log_level_from(word);
}

/// A time that may also be without an end.
std::optional<std::optional<core::Milliseconds>> time_limit_from(std::string_view text) {
    using Limit = std::optional<core::Milliseconds>;
    if (text == "none") {
        return std::optional<Limit>(std::in_place);
    }
    const Limit time = core::parse_duration(text);
    return time && time->count() > 0 ? std::optional<Limit>(std::in_place, time) : std::nullopt;
}

template <typename T>
Setting<T> formerly(std::initializer_list<const char*> older, Setting<T> setting) {
    setting.older.assign(older.begin(), older.end());
    return setting;
}

constexpr const char* modes = "process or in-process";
constexpr const char* duration = "a duration such as 500ms, 10s or 1m";
constexpr const char* truth = "true or false";

}  // namespace

const Settings<Config>& top_settings() {
    static const Settings<Config> all{
        formerly({"LOGLEVEL"},
                 word("log_level", "OA_LOG_LEVEL", "trace, debug, info, warn, error or off",
                      &Config::log_level, level_from)),
        word("log_format", "OA_LOG_FORMAT", "text or json", &Config::log_format, log_format_from),
        word("cancel_grace", "OA_CANCEL_GRACE", duration, &Config::cancel_grace,
             core::parse_duration),
        number("max_parallel", "OA_MAX_PARALLEL", 1, 1'000, &Config::max_parallel),
        number("max_tasks", "OA_MAX_TASKS", 1, 100'000, &Config::max_tasks),
        number("max_document_mib", "OA_MAX_DOCUMENT_MIB", 1, 256, &Config::max_document_mib),
        path("state_folder", "OA_STATE_FOLDER", &Config::state_folder),
        path("runtime_folder", "OA_RUNTIME_FOLDER", &Config::runtime_folder),
        formerly({"OA_DATA_DIR"}, path("data", "OA_DATA", &Config::data_folder)),
        word("durability", "OA_DURABILITY", "full, normal or none", &Config::durability,
             durability_from),
        formerly({"MAX_CONCURRENT_JOBS", "OA_MAX_CONCURRENT_WORKFLOWS"},
                 number("max_runs", "OA_MAX_RUNS", 1, 100'000, &Config::max_runs)),
        number("max_queued_runs", "OA_MAX_QUEUED_RUNS", 1, 10'000'000, &Config::max_queued_runs),
        number("max_output_kib", "OA_MAX_OUTPUT_KIB", 1, 1U << 20U, &Config::max_output_kib),
        number("max_log_mib", "OA_MAX_LOG_MIB", 1, 1U << 14U, &Config::max_log_mib),
        word("task_timeout", "OA_TASK_TIMEOUT", "a duration such as 30m or 2h, or none",
             &Config::task_timeout, time_limit_from),
        path("trust", "OA_TRUST", &Config::trust_policy),
        path("audit_file", "OA_AUDIT_FILE", &Config::audit_file),
        formerly({"WORKFLOW_PATH"},
                 path("workflows", "OA_WORKFLOWS_DIR", &Config::workflows_folder)),
        word("allow_plain_wallet", "OA_ALLOW_PLAIN_WALLET", truth, &Config::allow_plain_wallet,
             bool_from),
    };
    return all;
}

const Settings<WalletConfig>& wallet_settings() {
    static const Settings<WalletConfig> all{
        path("file", "OA_WALLET_FILE", &WalletConfig::file),
        path("password_file", "OA_WALLET_PASSWORD_FILE", &WalletConfig::password_file),
        path("key_file", "OA_WALLET_KEY_FILE", &WalletConfig::key_file),
    };
    return all;
}

const Settings<VaultConfig>& vault_settings() {
    static const Settings<VaultConfig> all{
        text("address", &VaultConfig::address),
        text("mount", &VaultConfig::mount),
        text("namespace", &VaultConfig::name_space),
        path("token_file", "", &VaultConfig::token_file),
        text("role_id", &VaultConfig::role_id),
        path("secret_id_file", "", &VaultConfig::secret_id_file),
        path("ca_file", "", &VaultConfig::ca_file),
        word("allow_http", "", truth, &VaultConfig::allow_http, bool_from),
        word("timeout", "", duration, &VaultConfig::timeout, core::parse_duration),
        word("cache", "", duration, &VaultConfig::cache, core::parse_duration),
    };
    return all;
}

const Settings<SecretCommandConfig>& command_settings() {
    static const Settings<SecretCommandConfig> all{
        word("timeout", "", duration, &SecretCommandConfig::timeout, core::parse_duration),
        word("cache", "", duration, &SecretCommandConfig::cache, core::parse_duration),
        number("missing_status", "", 1, 255, &SecretCommandConfig::missing_status),
    };
    return all;
}

const Settings<BlobConfig>& blob_settings() {
    static const Settings<BlobConfig> all{
        number("memory_mib", "", 1, 1U << 20U, &BlobConfig::memory_mib),
        number("run_mib", "", 1, 1U << 24U, &BlobConfig::run_mib),
        path("folder", "", &BlobConfig::folder),
    };
    return all;
}

const Settings<ServerConfig>& server_settings() {
    static const Settings<ServerConfig> all{
        formerly({"API_HOST", "FASTAPI_HOST"},
                 word("listen", "OA_LISTEN", "an address such as 127.0.0.1, 0.0.0.0 or ::1",
                      &ServerConfig::listen, address_from)),
        formerly({"API_PORT", "FASTAPI_PORT"},
                 number("port", "OA_PORT", 0, 65'535, &ServerConfig::port)),
        path("certificate", "OA_TLS_CERTIFICATE", &ServerConfig::certificate),
        path("key", "OA_TLS_KEY", &ServerConfig::key),
        word("behind_proxy", "OA_BEHIND_PROXY", truth, &ServerConfig::behind_proxy, bool_from),
        word("legacy_api", "OA_LEGACY_API", truth, &ServerConfig::legacy_api, bool_from),
        word("grace", "", duration, &ServerConfig::grace, core::parse_duration),
    };
    return all;
}

const Settings<ServerLimits>& server_limit_settings() {
    static const Settings<ServerLimits> all{
        number("connections", "", 1, 1U << 20U, &ServerLimits::connections),
        number("connections_per_address", "", 1, 1U << 20U, &ServerLimits::connections_per_address),
        number("request_line_kib", "", 1, 64, &ServerLimits::request_line_kib),
        number("head_fields", "", 8, 1'000, &ServerLimits::head_fields),
        number("head_kib", "", 1, 1'024, &ServerLimits::head_kib),
        word("head_time", "", duration, &ServerLimits::head_time, core::parse_duration),
        number("body_mib", "", 1, 1'024, &ServerLimits::body_mib),
        number("bodies_mib", "", 1, 1U << 20U, &ServerLimits::bodies_mib),
        number("backlog_kib", "", 16, 1U << 20U, &ServerLimits::backlog_kib),
    };
    return all;
}

const Settings<RetentionConfig>& retention_settings() {
    static const Settings<RetentionConfig> all{
        word("age", "", "a duration such as 12h or 30d", &RetentionConfig::age,
             core::parse_duration),
        number("count", "", 0, 1U << 30U, &RetentionConfig::count),
    };
    return all;
}

const Settings<IsolationConfig>& isolation_settings() {
    static const Settings<IsolationConfig> all{
        word("default", "", modes, &IsolationConfig::third_party, isolation_mode_from),
        word("bundled", "", modes, &IsolationConfig::bundled, isolation_mode_from),
        word("sandbox", "", truth, &IsolationConfig::sandbox, bool_from),
    };
    return all;
}

const Settings<ModuleIsolation>& module_settings() {
    static const Settings<ModuleIsolation> all{
        word("mode", "", modes, &ModuleIsolation::mode, isolation_mode_from),
    };
    return all;
}

const Settings<IsolationLimits>& limit_settings() {
    static const Settings<IsolationLimits> all{
        number("memory_mib", "", 16, 1U << 24U, &IsolationLimits::memory_mib),
        number("cpu_seconds", "", 1, 1U << 30U, &IsolationLimits::cpu_seconds),
        number("open_files", "", 16, 1U << 20U, &IsolationLimits::open_files),
        number("processes", "", 1, 1U << 20U, &IsolationLimits::processes),
        number("file_mib", "", 0, 1U << 24U, &IsolationLimits::file_mib),
        number("workers", "", 1, 1'000, &IsolationLimits::workers),
        number("threads", "", 1, 256, &IsolationLimits::threads),
    };
    return all;
}

}  // namespace oa::host
