#include "host/config/config_file.hpp"

#include <algorithm>
#include <fstream>
#include <functional>
#include <sstream>
#include <utility>

#include <boost/json.hpp>

#include "core/nearest.hpp"
#include "core/workflow/yaml.hpp"
#include "host/config/config_settings.hpp"
#include "host/config/yaml_json.hpp"

namespace oa::host {

namespace fs = std::filesystem;

namespace {

class FileReader {
public:
    FileReader(Config& config, core::Diagnostics& diagnostics)
        : config_(config),
          diagnostics_(diagnostics),
          folder_(fs::absolute(config.file).parent_path()) {}

    void read(const core::YamlNode& root) {
        read_mapping(
            root, "", top_settings(), config_,
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
             {"network", [this](const core::YamlNode& node) { read_network(node); }},
             {"modules", [this](const core::YamlNode& node) { read_module_configs(node); }},
             {"retention",
              [this](const core::YamlNode& node) {
                  read_mapping(node, "retention", retention_settings(), config_.retention, {});
              }},
             {"blobs", [this](const core::YamlNode& node) {
                  read_mapping(node, "blobs", blob_settings(), config_.blobs, {});
              }}});
    }

private:
    using Readers =
        std::vector<std::pair<std::string, std::function<void(const core::YamlNode& node)>>>;

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
            error(node.position,
                  (what.empty() ? "the configuration" : what) + " must be a mapping");
            return;
        }
        for (const auto& entry : node.entries) {
            if (!read_setting(entry, what, known, target) && !read_other(entry, readers)) {
                refuse_unknown(entry, known, readers);
            }
        }
    }

    template <typename T>
    bool read_setting(const core::YamlNode::Entry& entry,
                      const std::string& what,
                      const Settings<T>& known,
                      T& target) {
        const auto setting = std::find_if(known.begin(), known.end(),
                                          [&](const auto& one) { return one.key == entry.key; });
        if (setting == known.end()) {
            return false;
        }
        const core::YamlNode& node = *entry.value;
        std::string text = node.scalar;
        if (setting->is_path && !text.empty()) {
            text = (folder_ / text).lexically_normal().string();
        }
        if (node.kind != core::YamlNode::Kind::Scalar || !setting->apply(target, text)) {
            error(node.position, entry.key + ": '" + node.scalar + "' is not " + setting->expected);
        } else {
            note(what.empty() ? entry.key : what + '.' + entry.key, node.position);
        }
        return true;
    }

    void note(const std::string& name, core::SourcePosition position) {
        config_.sources[name] = {ConfigSource::Kind::File, config_.file + ':' +
                                                               std::to_string(position.line) + ':' +
                                                               std::to_string(position.column)};
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
        note("plugins", node.position);
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
            read_names(node, "secret_command.command", target.command);
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
                     {{"names",
                       [&](const core::YamlNode& names) {
                           read_names(names, "server.names", server.names);
                       }},
                      {"cors_origins",
                       [&](const core::YamlNode& origins) {
                           read_names(origins, "server.cors_origins", server.cors_origins);
                       }},
                      {"limits", [&](const core::YamlNode& limits) {
                           read_mapping(limits, "server.limits", server_limit_settings(),
                                        server.limits, {});
                       }}});
    }

    void read_network(const core::YamlNode& node) {
        read_mapping(node, "network", Settings<Config>(), config_,
                     {{"deny", [&](const core::YamlNode& deny) {
                           config_.network_deny.emplace();
                           read_names(deny, "network.deny", *config_.network_deny);
                       }}});
    }

    void read_module_configs(const core::YamlNode& node) {
        if (node.kind != core::YamlNode::Kind::Mapping) {
            error(node.position, "modules must be a mapping of ids or names of modules");
            return;
        }
        for (const auto& entry : node.entries) {
            std::string what = "modules.";
            what += entry.key;
            if (entry.value->kind != core::YamlNode::Kind::Mapping) {
                error(entry.value->position, what + " must be a mapping");
                continue;
            }
            const auto report = [&](core::SourcePosition position, const std::string& message,
                                    const std::string& hint) {
                std::string text = what;
                text.append(": ").append(message);
                error(position, text, hint);
            };
            note(what, entry.value->position);
            config_.modules[entry.key] = boost::json::serialize(to_json(*entry.value, report));
        }
    }

    void read_names(const core::YamlNode& node,
                    const std::string& what,
                    std::vector<std::string>& names) {
        if (node.kind != core::YamlNode::Kind::Sequence) {
            error(node.position, what + " must be a list of texts");
            return;
        }
        note(what, node.position);
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
                     {{"allow", [&](const core::YamlNode& allow) {
                           note(what + ".allow", allow.position);
                           read_allow(allow, limits);
                       }}});
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

/// Of blank lines and comments alone: a file to fill in.
bool says_nothing(const std::string& text) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t first = line.find_first_not_of(" \t\r");
        if (first != std::string::npos && line[first] != '#') {
            return false;
        }
    }
    return true;
}

}  // namespace

void read_config_file(const fs::path& path, ConfigResult& result) {
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
    if (says_nothing(text.str())) {
        return;
    }
    const core::YamlResult yaml = core::parse_yaml(text.str(), path.string());
    result.diagnostics = yaml.diagnostics;
    if (yaml.root) {
        FileReader(result.config, result.diagnostics).read(*yaml.root);
    }
}

}  // namespace oa::host
