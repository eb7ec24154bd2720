#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/diagnostic.hpp"
#include "core/duration.hpp"
#include "host/log/logger.hpp"

namespace oa::host {

/// Where functions of a module run.
enum class IsolationMode { InProcess, Process };

/// What a plug-in may cost and reach in a process of its own; what is absent is the host's default.
struct IsolationLimits {
    std::optional<std::uint32_t> memory_mib;
    std::optional<std::uint32_t> cpu_seconds;
    std::optional<std::uint32_t> open_files;
    std::optional<std::uint32_t> processes;
    std::optional<std::uint32_t> file_mib;
    std::optional<std::uint32_t> workers;  ///< processes at one time
    std::optional<std::uint32_t> threads;  ///< calls at one time in a process
    std::vector<std::string> allow;  ///< network, filesystem, processes: beyond its own claims
};

struct ModuleIsolation {
    std::optional<IsolationMode> mode;
    IsolationLimits limits;
};

/// `isolation:` of the file.
struct IsolationConfig {
    IsolationMode third_party = IsolationMode::Process;  ///< `default`
    IsolationMode bundled = IsolationMode::InProcess;    ///< `bundled`
    IsolationLimits limits;                              ///< `limits`, for every module
    std::map<std::string, ModuleIsolation> modules;      ///< `modules`, by id or name
    bool sandbox = true;                                 ///< `sandbox`: Landlock and seccomp
};

/// `blobs:` of the file.
struct BlobConfig {
    std::uint32_t memory_mib = 64;
    std::uint32_t run_mib = 4'096;
    std::optional<std::filesystem::path> folder;
};

/// `wallet:` of the file, and the variables OA_WALLET_...
struct WalletConfig {
    std::optional<std::filesystem::path> file;           ///< OA_WALLET_FILE
    std::optional<std::filesystem::path> password_file;  ///< OA_WALLET_PASSWORD_FILE
    std::optional<std::filesystem::path> key_file;       ///< OA_WALLET_KEY_FILE
};

/// `vault:` of the file; docs/secret-stores.md says what they mean. What is absent is the
/// provider's default.
struct VaultConfig {
    std::string address;  ///< empty: there is none
    std::optional<std::string> mount;
    std::optional<std::string> name_space;  ///< `namespace`
    std::optional<std::filesystem::path> token_file;
    std::optional<std::string> role_id;
    std::optional<std::filesystem::path> secret_id_file;
    std::optional<std::filesystem::path> ca_file;
    bool allow_http = false;
    std::optional<core::Milliseconds> timeout;
    std::optional<core::Milliseconds> cache;
};

/// `secret_command:` of the file, a list or a mapping.
struct SecretCommandConfig {
    std::vector<std::string> command;      ///< a program and its arguments; empty: there is none
    std::vector<std::string> environment;  ///< further variables that it gets
    std::optional<core::Milliseconds> timeout;
    std::optional<core::Milliseconds> cache;
    std::optional<std::uint32_t> missing_status;
};

/// `retention:` of the file: how long runs that have ended are kept. One goes when either says so.
struct RetentionConfig {
    std::optional<core::Milliseconds> age = std::chrono::hours(24 * 30);  ///< since their end
    std::optional<std::uint32_t> count = 10'000;                          ///< the newest of them
};

/// `server.limits` of the file: what clients can cost. docs/api.md says what happens past each.
struct ServerLimits {
    std::uint32_t connections = 10'000;
    /// Else a quarter of them, so that nobody shuts out all others; behind a proxy, whose address
    /// is that of all clients, all.
    std::optional<std::uint32_t> connections_per_address;
    std::uint32_t request_line_kib = 8;
    std::uint32_t head_fields = 100;
    std::uint32_t head_kib = 16;
    core::Milliseconds head_time{10'000};
    std::uint32_t body_mib = 1;         ///< of one request; documents have `max_document_mib`
    std::uint32_t bodies_mib = 256;     ///< of all requests at one time
    std::uint32_t backlog_kib = 1'024;  ///< of a client that does not read its events
};

/// `server:` of the file: how `oa serve` is reached.
struct ServerConfig {
    std::string listen = "127.0.0.1";                  ///< OA_LISTEN: an address
    std::uint32_t port = 8080;                         ///< OA_PORT; 0: any that is free
    std::optional<std::filesystem::path> certificate;  ///< OA_TLS_CERTIFICATE: PEM, with the chain
    std::optional<std::filesystem::path> key;          ///< OA_TLS_KEY: PEM
    /// A proxy in front of it has TLS, and is the only one that can reach it.
    bool behind_proxy = false;
    bool legacy_api = false;                ///< OA_LEGACY_API: also the paths of the older system
    std::vector<std::string> names;         ///< by which clients call it, beside the loopback's
    std::vector<std::string> cors_origins;  ///< OA_CORS_ORIGINS: pages elsewhere that may use it
    ServerLimits limits;
    core::Milliseconds grace{30'000};  ///< for what is being done when it is told to stop
};

/// Where a value comes from.
struct ConfigSource {
    enum class Kind { Default, File, Environment, Flag };
    Kind kind = Kind::Default;
    std::string name = {};  ///< "/etc/oa/oa.yaml:3:1", "OA_PORT", "--port"
};

/// What an operator can set, from the file `oa.yaml` and the environment. Flags of the command line
/// come on top.
struct Config {
    std::string file;  ///< the file that was read; empty when there is none
    std::vector<std::filesystem::path> plugins_from_environment;  ///< OA_PLUGINS, separated by ':'
    std::vector<std::filesystem::path>
        plugins;  ///< `plugins:` of the file; relative to the file's folder
    LogLevel log_level = LogLevel::Info;
    LogFormat log_format = LogFormat::Text;
    std::optional<std::uint32_t> max_parallel;
    std::uint32_t max_tasks = 10'000;         ///< of one document
    std::uint32_t max_document_mib = 4;       ///< size of one document
    core::Milliseconds cancel_grace{10'000};  ///< from asking a task to stop to giving up on it
    /// What must survive a restart. $XDG_STATE_HOME/oa, ~/.local/state/oa; /var/lib/oa for root.
    std::filesystem::path state_folder;
    /// Sockets of running hosts. $XDG_RUNTIME_DIR/oa; else /tmp/oa-<uid>; /run/oa for root.
    std::filesystem::path runtime_folder;
    /// Where runs are kept: `data`, OA_DATA; else data in the state folder.
    std::filesystem::path data_folder;
    /// What a failure of the power may cost: `durability`, OA_DURABILITY; full, normal or none.
    std::string durability = "full";
    RetentionConfig retention;
    ServerConfig server;
    /// Where `oa serve` finds workflows: `workflows`, OA_WORKFLOWS_DIR.
    std::optional<std::filesystem::path> workflows_folder;
    std::uint32_t max_runs = 100;             ///< `max_runs`, OA_MAX_RUNS: at one time
    std::uint32_t max_queued_runs = 100'000;  ///< that wait for their turn; more are refused
    std::uint32_t max_output_kib = 1'024;     ///< what a task may hand on
    std::uint32_t max_log_mib = 16;           ///< kept of what a run says
    /// For an attempt of a task where neither the document nor the function has a limit.
    std::optional<core::Milliseconds> task_timeout = std::chrono::hours(1);
    std::optional<std::filesystem::path> trust_policy;  ///< `trust:`, a file
    IsolationConfig isolation;
    /// `modules:` of the file: what a module, by its name, id or alias, is configured with; JSON
    /// texts of objects. The module's config_schema says what they mean.
    std::map<std::string, std::string> modules;
    /// `network.deny`, OA_NETWORK_DENY: addresses that no module which can refuse some connects to;
    /// docs/security.md has the words. Not set: what each module refuses by itself.
    std::optional<std::vector<std::string>> network_deny;
    BlobConfig blobs;
    WalletConfig wallet;
    VaultConfig vault;
    SecretCommandConfig secret_command;
    bool allow_plain_wallet = false;  ///< `allow_plain_wallet`, OA_ALLOW_PLAIN_WALLET
    /// `secret_environment`: variables whose values are secrets, beside those that sound so.
    std::vector<std::string> secret_environment;
    /// `audit_file`, OA_AUDIT_FILE; else audit.log in the state folder.
    std::filesystem::path audit_file;
    /// Of all settings that are not defaults, by their full names: "server.port". Whether there is
    /// a password for the wallet stands here, too: "wallet.password".
    std::map<std::string, ConfigSource> sources;
};

struct ConfigResult {
    Config config;
    core::Diagnostics diagnostics;  ///< of the file and the environment; warnings change nothing
};

/// Reads an environment variable.
using GetEnvironment = std::function<std::optional<std::string>(const std::string&)>;

/// The file is `explicit_file`, else OA_CONFIG, else the first that exists of
/// $XDG_CONFIG_HOME/oa/oa.yaml (~/.config/oa/oa.yaml) and /etc/oa/oa.yaml. One that is named must
/// exist. Then the environment variables that docs/command-line.md lists.
[[nodiscard]] ConfigResult read_config(const std::optional<std::filesystem::path>& explicit_file,
                                       const GetEnvironment& environment);

}  // namespace oa::host
