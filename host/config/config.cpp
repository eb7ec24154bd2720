#include "host/config/config.hpp"

#include <sstream>
#include <system_error>
#include <utility>

#include <unistd.h>

#include "host/config/config_file.hpp"
#include "host/config/config_settings.hpp"

namespace oa::host {

namespace fs = std::filesystem;

namespace {

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

/// The variables of one part of the configuration.
class EnvironmentReader {
public:
    EnvironmentReader(const GetEnvironment& environment, ConfigResult& result)
        : environment_(environment), result_(result) {}

    template <typename T>
    void read(const std::string& prefix, const Settings<T>& settings, T& target) {
        for (const Setting<T>& setting : settings) {
            if (setting.environment.empty()) {
                continue;
            }
            const std::string name = prefix + setting.key;
            if (const auto text = environment_(setting.environment)) {
                take(name, setting, setting.environment, *text, target);
                continue;
            }
            for (const std::string& older : setting.older) {
                const auto text = environment_(older);
                if (text && !text->empty() && take(name, setting, older, *text, target)) {
                    break;
                }
            }
        }
    }
    /// Texts with `separator` between them.
    void read_list(const std::string& name,
                   const std::string& variable,
                   char separator,
                   std::vector<std::string>& target) {
        const auto text = environment_(variable);
        if (!text) {
            return;
        }
        target.clear();
        std::istringstream stream(*text);
        for (std::string part; std::getline(stream, part, separator);) {
            if (!part.empty()) {
                target.push_back(part);
            }
        }
        note(name, variable);
    }
    void note(const std::string& name, const std::string& variable) {
        result_.config.sources[name] = {ConfigSource::Kind::Environment, variable};
    }

private:
    template <typename T>
    bool take(const std::string& name,
              const Setting<T>& setting,
              const std::string& variable,
              const std::string& text,
              T& target) {
        if (setting.apply(target, text)) {
            note(name, variable);
            return true;
        }
        core::Diagnostic problem;
        problem.file = "environment";
        problem.message = variable + ": '" + text + "' is not " + setting.expected;
        if (variable != setting.environment) {
            problem.severity = core::Severity::Warning;
            problem.message += ", and is not used";
            problem.hint = "the variable is called " + setting.environment + " here";
        }
        result_.diagnostics.push_back(std::move(problem));
        return false;
    }

    const GetEnvironment& environment_;
    ConfigResult& result_;
};

void read_environment(const GetEnvironment& environment, ConfigResult& result) {
    Config& config = result.config;
    EnvironmentReader reader(environment, result);
    std::vector<std::string> plugins;
    reader.read_list("plugins", "OA_PLUGINS", ':', plugins);
    for (const std::string& path : plugins) {
        config.plugins_from_environment.push_back(fs::absolute(path));
    }
    reader.read("", top_settings(), config);
    reader.read("wallet.", wallet_settings(), config.wallet);
    reader.read("server.", server_settings(), config.server);
    reader.read_list("server.names", "OA_SERVER_NAMES", ',', config.server.names);
    reader.read_list("server.cors_origins", "OA_CORS_ORIGINS", ',', config.server.cors_origins);
    if (environment("OA_NETWORK_DENY")) {
        reader.read_list("network.deny", "OA_NETWORK_DENY", ',', config.network_deny.emplace());
    }
    if (environment("OA_WALLET_PASSWORD")) {
        reader.note("wallet.password", "OA_WALLET_PASSWORD");
    }
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
        read_config_file(*file, result);
    }
    read_environment(environment, result);
    choose_folders(environment, result.config);
    return result;
}

}  // namespace oa::host
