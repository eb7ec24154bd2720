#include "host/config/config.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <functional>
#include <sstream>
#include <system_error>
#include <utility>

#include <arpa/inet.h>
#include <unistd.h>

#include "core/nearest.hpp"
#include "core/workflow/yaml.hpp"

namespace oa::host {

namespace fs = std::filesystem;

namespace {

/// One value of a T that can be set in the file and, where a variable is named, in the environment.
template <typename T>
struct Setting {
    std::string key;                                                ///< in the file
    std::string environment;                                        ///< the variable
    std::string expected;                                           ///< "'x' is not ..."
    std::function<bool(T& target, const std::string& text)> apply;  ///< false: not acceptable
};

template <typename T>
using Settings = std::vector<Setting<T>>;

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
            }};
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
            }};
}

/// A path of the file system; relative ones are relative to the file's folder.
template <typename T, typename Member>
Setting<T> path(std::string key, std::string environment, Member T::*member) {
    return {std::move(key), std::move(environment), "a path",
            [member](T& target, const std::string& text) {
                if (!text.empty()) {
                    target.*member = fs::path(text);
                }
                return !text.empty();
            }};
}

/// Text that is not empty.
template <typename T, typename Member>
Setting<T> text(std::string key, Member T::*member) {
    return {std::move(key), "", "a text", [member](T& target, const std::string& given) {
                if (!given.empty()) {
                    target.*member = given;
                }
                return !given.empty();
            }};
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

constexpr const char* modes = "process or in-process";

const Settings<Config>& settings() {
    static const Settings<Config> all{
        word("log_level", "OA_LOG_LEVEL", "trace, debug, info, warn, error or off",
             &Config::log_level, log_level_from),
        word("log_format", "OA_LOG_FORMAT", "text or json", &Config::log_format, log_format_from),
        word("cancel_grace", "OA_CANCEL_GRACE", "a duration such as 500ms, 10s or 1m",
             &Config::cancel_grace, core::parse_duration),
        number("max_parallel", "OA_MAX_PARALLEL", 1, 1'000, &Config::max_parallel),
        number("max_tasks", "OA_MAX_TASKS", 1, 100'000, &Config::max_tasks),
        number("max_document_mib", "OA_MAX_DOCUMENT_MIB", 1, 256, &Config::max_document_mib),
        path("state_folder", "OA_STATE_FOLDER", &Config::state_folder),
        path("runtime_folder", "OA_RUNTIME_FOLDER", &Config::runtime_folder),
        path("data", "OA_DATA", &Config::data_folder),
        word("durability", "OA_DURABILITY", "full, normal or none", &Config::durability,
             durability_from),
        number("max_runs", "OA_MAX_RUNS", 1, 100'000, &Config::max_runs),
        path("trust", "OA_TRUST", &Config::trust_policy),
        path("audit_file", "OA_AUDIT_FILE", &Config::audit_file),
        path("workflows", "OA_WORKFLOWS_DIR", &Config::workflows_folder),
        word("allow_plain_wallet", "OA_ALLOW_PLAIN_WALLET", "true or false",
             &Config::allow_plain_wallet, bool_from),
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
    static constexpr const char* duration = "a duration such as 500ms, 10s or 1m";
    static const Settings<VaultConfig> all{
        text("address", &VaultConfig::address),
        text("mount", &VaultConfig::mount),
        text("namespace", &VaultConfig::name_space),
        path("token_file", "", &VaultConfig::token_file),
        text("role_id", &VaultConfig::role_id),
        path("secret_id_file", "", &VaultConfig::secret_id_file),
        path("ca_file", "", &VaultConfig::ca_file),
        word("allow_http", "", "true or false", &VaultConfig::allow_http, bool_from),
        word("timeout", "", duration, &VaultConfig::timeout, core::parse_duration),
        word("cache", "", duration, &VaultConfig::cache, core::parse_duration),
    };
    return all;
}

const Settings<SecretCommandConfig>& command_settings() {
    static constexpr const char* duration = "a duration such as 500ms, 10s or 1m";
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

std::optional<std::string> address_from(std::string_view text) {
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    const std::string address(text);
    const bool is_one = ::inet_pton(AF_INET, address.c_str(), bytes.data()) == 1 ||
                        ::inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1;
    return is_one ? std::optional(address) : std::nullopt;
}

const Settings<ServerConfig>& server_settings() {
    static const Settings<ServerConfig> all{
        word("listen", "OA_LISTEN", "an address such as 127.0.0.1, 0.0.0.0 or ::1",
             &ServerConfig::listen, address_from),
        number("port", "OA_PORT", 0, 65'535, &ServerConfig::port),
        path("certificate", "OA_TLS_CERTIFICATE", &ServerConfig::certificate),
        path("key", "OA_TLS_KEY", &ServerConfig::key),
        word("behind_proxy", "OA_BEHIND_PROXY", "true or false", &ServerConfig::behind_proxy,
             bool_from),
        word("legacy_api", "OA_LEGACY_API", "true or false", &ServerConfig::legacy_api, bool_from),
        word("grace", "", "a duration such as 500ms, 10s or 1m", &ServerConfig::grace,
             core::parse_duration),
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
        word("sandbox", "", "true or false", &IsolationConfig::sandbox, bool_from),
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

class FileReader {
public:
    FileReader(Config& config, core::Diagnostics& diagnostics)
        : config_(config),
          diagnostics_(diagnostics),
          folder_(fs::absolute(config.file).parent_path()) {}

    void read(const core::YamlNode& root) {
        read_mapping(
            root, "the configuration", settings(), config_,
            {{"plugins", [this](const core::YamlNode& node) { read_plugins(node); }},
             {"isolation", [this](const core::YamlNode& node) { read_isolation(node); }},
             {"wallet",
              [this](const core::YamlNode& node) {
                  read_mapping(node, "wallet", wallet_settings(), config_.wallet, {});
              }},
             {"vault",
              [this](const core::YamlNode& node) {
                  read_mapping(node, "vault", vault_settings(), config_.vault, {});
              }},
             {"secret_command", [this](const core::YamlNode& node) { read_secret_command(node); }},
             {"secret_environment",
              [this](const core::YamlNode& node) {
                  read_names(node, "secret_environment", config_.secret_environment);
              }},
             {"server", [this](const core::YamlNode& node) { read_server(node); }},
             {"retention",
              [this](const core::YamlNode& node) {
                  read_mapping(node, "retention", retention_settings(), config_.retention, {});
              }},
             {"blobs", [this](const core::YamlNode& node) {
                  read_mapping(node, "blobs", blob_settings(), config_.blobs, {});
              }}});
        make_absolute(config_.state_folder);
        make_absolute(config_.runtime_folder);
        make_absolute(config_.data_folder);
        make_absolute(config_.trust_policy);
        make_absolute(config_.blobs.folder);
        make_absolute(config_.audit_file);
        make_absolute(config_.workflows_folder);
        make_absolute(config_.server.certificate);
        make_absolute(config_.server.key);
        make_absolute(config_.wallet.file);
        make_absolute(config_.wallet.password_file);
        make_absolute(config_.wallet.key_file);
        make_absolute(config_.vault.token_file);
        make_absolute(config_.vault.secret_id_file);
        make_absolute(config_.vault.ca_file);
    }

private:
    using Readers =
        std::vector<std::pair<std::string, std::function<void(const core::YamlNode& node)>>>;

    void make_absolute(fs::path& path) const {
        if (!path.empty()) {
            path = (folder_ / path).lexically_normal();
        }
    }
    void make_absolute(std::optional<fs::path>& path) const {
        if (path) {
            make_absolute(*path);
        }
    }

    void error(core::SourcePosition position, std::string message, std::string hint = {}) {
        core::Diagnostic problem;
        problem.file = config_.file;
        problem.position = position;
        problem.message = std::move(message);
        problem.hint = std::move(hint);
        diagnostics_.push_back(std::move(problem));
    }

    /// Reads a mapping whose entries are the settings and what `readers` names.
    template <typename T>
    void read_mapping(const core::YamlNode& node,
                      const std::string& what,
                      const Settings<T>& known,
                      T& target,
                      const Readers& readers) {
        if (node.kind != core::YamlNode::Kind::Mapping) {
            error(node.position, what + " must be a mapping");
            return;
        }
        for (const auto& entry : node.entries) {
            if (!read_setting(entry, known, target) && !read_other(entry, readers)) {
                refuse_unknown(entry, known, readers);
            }
        }
    }

    template <typename T>
    bool read_setting(const core::YamlNode::Entry& entry, const Settings<T>& known, T& target) {
        for (const Setting<T>& setting : known) {
            if (setting.key == entry.key) {
                const core::YamlNode& node = *entry.value;
                if (node.kind != core::YamlNode::Kind::Scalar ||
                    !setting.apply(target, node.scalar)) {
                    error(node.position,
                          entry.key + ": '" + node.scalar + "' is not " + setting.expected);
                }
                return true;
            }
        }
        return false;
    }

    static bool read_other(const core::YamlNode::Entry& entry, const Readers& readers) {
        for (const auto& [key, read] : readers) {
            if (key == entry.key) {
                read(*entry.value);
                return true;
            }
        }
        return false;
    }

    template <typename T>
    void refuse_unknown(const core::YamlNode::Entry& entry,
                        const Settings<T>& known,
                        const Readers& readers) {
        std::vector<std::string> keys;
        for (const auto& reader : readers) {
            keys.push_back(reader.first);
        }
        for (const Setting<T>& setting : known) {
            keys.push_back(setting.key);
        }
        error(entry.key_position, "unknown setting '" + entry.key + "'",
              core::did_you_mean(entry.key, keys));
    }

    void read_plugins(const core::YamlNode& node) {
        if (node.kind == core::YamlNode::Kind::Scalar) {
            config_.plugins.push_back(folder_ / node.scalar);
            return;
        }
        for (const auto& item : node.items) {
            if (item->kind == core::YamlNode::Kind::Scalar) {
                config_.plugins.push_back(folder_ / item->scalar);
            } else {
                error(item->position, "plugins: expected the path of a folder or file");
            }
        }
    }

    void read_secret_command(const core::YamlNode& node) {
        SecretCommandConfig& target = config_.secret_command;
        if (node.kind == core::YamlNode::Kind::Sequence) {
            read_names(node, "secret_command", target.command);
            return;
        }
        read_mapping(node, "secret_command", command_settings(), target,
                     {{"command",
                       [&](const core::YamlNode& command) {
                           read_names(command, "secret_command.command", target.command);
                       }},
                      {"environment", [&](const core::YamlNode& names) {
                           read_names(names, "secret_command.environment", target.environment);
                       }}});
        if (target.command.empty()) {
            error(node.position, "secret_command has no command",
                  "write [PROGRAM, ARGUMENT, ...], or {command: [...], timeout: 30s}");
        }
    }

    void read_server(const core::YamlNode& node) {
        ServerConfig& server = config_.server;
        read_mapping(node, "server", server_settings(), server,
                     {{"names", [&](const core::YamlNode& names) {
                           read_names(names, "server.names", server.names);
                       }}});
    }

    void read_names(const core::YamlNode& node,
                    const std::string& what,
                    std::vector<std::string>& names) {
        if (node.kind != core::YamlNode::Kind::Sequence) {
            error(node.position, what + " must be a list of texts");
            return;
        }
        for (const auto& item : node.items) {
            if (item->kind == core::YamlNode::Kind::Scalar && !item->scalar.empty()) {
                names.push_back(item->scalar);
            } else {
                error(item->position, what + ": expected a text");
            }
        }
    }

    // What is allowed is for each module to be told, and for no two together.
    void read_isolation(const core::YamlNode& node) {
        IsolationConfig& isolation = config_.isolation;
        read_mapping(node, "isolation", isolation_settings(), isolation,
                     {{"limits",
                       [&](const core::YamlNode& limits) {
                           read_mapping(limits, "isolation.limits", limit_settings(),
                                        isolation.limits, {});
                       }},
                      {"modules", [&](const core::YamlNode& modules) { read_modules(modules); }}});
    }

    void read_module_limits(const core::YamlNode& node,
                            const std::string& what,
                            IsolationLimits& limits) {
        read_mapping(node, what, limit_settings(), limits,
                     {{"allow", [&](const core::YamlNode& allow) { read_allow(allow, limits); }}});
    }

    void read_modules(const core::YamlNode& node) {
        if (node.kind != core::YamlNode::Kind::Mapping) {
            error(node.position, "isolation.modules must be a mapping of ids or names of modules");
            return;
        }
        for (const auto& entry : node.entries) {
            ModuleIsolation& module = config_.isolation.modules[entry.key];
            read_mapping(*entry.value, "isolation.modules." + entry.key, module_settings(), module,
                         {{"limits", [&](const core::YamlNode& limits) {
                               read_module_limits(limits,
                                                  "isolation.modules." + entry.key + ".limits",
                                                  module.limits);
                           }}});
        }
    }

    void read_allow(const core::YamlNode& node, IsolationLimits& limits) {
        static const std::vector<std::string> words{"network", "filesystem", "processes"};
        if (node.kind != core::YamlNode::Kind::Sequence) {
            error(node.position, "allow must be a list of network, filesystem, processes");
            return;
        }
        for (const auto& item : node.items) {
            const std::string& word = item->scalar;
            if (std::find(words.begin(), words.end(), word) == words.end()) {
                error(item->position,
                      "allow: '" + word + "' is not network, filesystem or processes",
                      core::did_you_mean(word, words));
            } else {
                limits.allow.push_back(word);
            }
        }
    }

    Config& config_;
    core::Diagnostics& diagnostics_;
    fs::path folder_;
};

std::optional<fs::path> find_file(const GetEnvironment& environment) {
    std::vector<fs::path> places;
    if (const auto base = environment("XDG_CONFIG_HOME"); base && !base->empty()) {
        places.push_back(fs::path(*base) / "oa" / "oa.yaml");
    } else if (const auto home = environment("HOME"); home && !home->empty()) {
        places.push_back(fs::path(*home) / ".config" / "oa" / "oa.yaml");
    }
    places.emplace_back("/etc/oa/oa.yaml");
    for (const fs::path& place : places) {
        std::error_code ignored;
        if (fs::is_regular_file(place, ignored)) {
            return place;
        }
    }
    return std::nullopt;
}

void read_file(const fs::path& path, ConfigResult& result) {
    result.config.file = path.string();
    std::error_code ignored;
    std::ifstream stream(path, std::ios::binary);
    if (!fs::is_regular_file(path, ignored) || !stream) {
        core::Diagnostic problem;
        problem.file = path.string();
        problem.message = "the configuration file cannot be read";
        result.diagnostics.push_back(std::move(problem));
        return;
    }
    std::ostringstream text;
    text << stream.rdbuf();
    const core::YamlResult yaml = core::parse_yaml(text.str(), path.string());
    result.diagnostics = yaml.diagnostics;
    if (yaml.root) {
        FileReader(result.config, result.diagnostics).read(*yaml.root);
    }
}

template <typename T>
void apply_environment(const Settings<T>& settings,
                       const GetEnvironment& environment,
                       T& target,
                       core::Diagnostics& diagnostics) {
    for (const Setting<T>& setting : settings) {
        const auto text =
            setting.environment.empty() ? std::nullopt : environment(setting.environment);
        if (text && !setting.apply(target, *text)) {
            core::Diagnostic problem;
            problem.file = "environment";
            problem.message = setting.environment + ": '" + *text + "' is not " + setting.expected;
            diagnostics.push_back(std::move(problem));
        }
    }
}

void read_environment(const GetEnvironment& environment, ConfigResult& result) {
    Config& config = result.config;
    if (const auto paths = environment("OA_PLUGINS")) {
        std::istringstream stream(*paths);
        for (std::string path; std::getline(stream, path, ':');) {
            if (!path.empty()) {
                config.plugins_from_environment.push_back(fs::absolute(path));
            }
        }
    }
    apply_environment(settings(), environment, config, result.diagnostics);
    apply_environment(wallet_settings(), environment, config.wallet, result.diagnostics);
    apply_environment(server_settings(), environment, config.server, result.diagnostics);
}

/// What an environment variable names, if it is an absolute path.
std::optional<fs::path> folder_from(const GetEnvironment& environment, const std::string& name) {
    const auto text = environment(name);
    return text && fs::path(*text).is_absolute() ? std::optional<fs::path>(*text) : std::nullopt;
}

// Root's own home is no place for a service, and has often no XDG folders.
void choose_folders(const GetEnvironment& environment, Config& config) {
    const bool root = ::geteuid() == 0;
    if (config.state_folder.empty()) {
        const auto base = folder_from(environment, "XDG_STATE_HOME");
        const auto home = folder_from(environment, "HOME");
        config.state_folder = base            ? *base / "oa"
                              : root || !home ? fs::path("/var/lib/oa")
                                              : *home / ".local" / "state" / "oa";
    }
    if (config.runtime_folder.empty()) {
        const auto base = folder_from(environment, "XDG_RUNTIME_DIR");
        config.runtime_folder = base   ? *base / "oa"
                                : root ? fs::path("/run/oa")
                                       : fs::path("/tmp/oa-" + std::to_string(::geteuid()));
    }
    config.state_folder = fs::absolute(config.state_folder).lexically_normal();
    config.runtime_folder = fs::absolute(config.runtime_folder).lexically_normal();
    if (config.data_folder.empty()) {
        config.data_folder = config.state_folder / "data";
    }
    config.data_folder = fs::absolute(config.data_folder).lexically_normal();
    if (config.audit_file.empty()) {
        config.audit_file = config.state_folder / "audit.log";
    }
}

}  // namespace

ConfigResult read_config(const std::optional<fs::path>& explicit_file,
                         const GetEnvironment& environment) {
    ConfigResult result;
    std::optional<fs::path> file = explicit_file;
    if (!file) {
        if (const auto named = environment("OA_CONFIG"); named && !named->empty()) {
            file = *named;
        } else {
            file = find_file(environment);
        }
    }
    if (file) {
        read_file(*file, result);
    }
    read_environment(environment, result);
    choose_folders(environment, result.config);
    return result;
}

}  // namespace oa::host
