#include "host/config/config.hpp"

#include <charconv>
#include <fstream>
#include <functional>
#include <sstream>
#include <system_error>
#include <utility>

#include "core/nearest.hpp"
#include "core/workflow/yaml.hpp"

namespace oa::host {

namespace fs = std::filesystem;

namespace {

/// One value that can be set in the file and in the environment.
struct Setting {
    std::string key;                                                     ///< in the file
    std::string environment;                                             ///< the variable
    std::string expected;                                                ///< "'x' is not ..."
    std::function<bool(Config& config, const std::string& text)> apply;  ///< false: not acceptable
};

template <typename Member, typename Value>
Setting word(std::string key,
             std::string environment,
             std::string expected,
             Member Config::*member,
             std::optional<Value> (*parse)(std::string_view)) {
    return {std::move(key), std::move(environment), std::move(expected),
            [member, parse](Config& config, const std::string& text) {
                const std::optional<Value> value = parse(text);
                if (value) {
                    config.*member = *value;
                }
                return value.has_value();
            }};
}

template <typename Member>
Setting number(std::string key,
               std::string environment,
               std::uint32_t least,
               std::uint32_t most,
               Member Config::*member) {
    return {std::move(key), std::move(environment),
            "a number from " + std::to_string(least) + " to " + std::to_string(most),
            [least, most, member](Config& config, const std::string& text) {
                std::uint32_t value = 0;
                const char* end = text.data() + text.size();
                const auto [stopped, error] = std::from_chars(text.data(), end, value);
                const bool fine =
                    error == std::errc{} && stopped == end && value >= least && value <= most;
                if (fine) {
                    config.*member = value;
                }
                return fine;
            }};
}

const std::vector<Setting>& settings() {
    static const std::vector<Setting> all{
        word("log_level", "OA_LOG_LEVEL", "trace, debug, info, warn, error or off",
             &Config::log_level, log_level_from),
        word("log_format", "OA_LOG_FORMAT", "text or json", &Config::log_format, log_format_from),
        word("cancel_grace", "OA_CANCEL_GRACE", "a duration such as 500ms, 10s or 1m",
             &Config::cancel_grace, core::parse_duration),
        number("max_parallel", "OA_MAX_PARALLEL", 1, 1'000, &Config::max_parallel),
        number("max_tasks", "OA_MAX_TASKS", 1, 100'000, &Config::max_tasks),
        number("max_document_mib", "OA_MAX_DOCUMENT_MIB", 1, 256, &Config::max_document_mib),
    };
    return all;
}

class FileReader {
public:
    FileReader(Config& config, core::Diagnostics& diagnostics)
        : config_(config), diagnostics_(diagnostics) {}

    void read(const core::YamlNode& root) {
        if (root.kind != core::YamlNode::Kind::Mapping) {
            diagnostics_.push_back(at(root.position, "the configuration must be a mapping"));
            return;
        }
        for (const auto& entry : root.entries) {
            read(entry);
        }
    }

private:
    void read(const core::YamlNode::Entry& entry) {
        const core::YamlNode& node = *entry.value;
        if (entry.key == "plugins") {
            read_plugins(node);
            return;
        }
        for (const Setting& setting : settings()) {
            if (setting.key == entry.key) {
                const bool scalar = node.kind == core::YamlNode::Kind::Scalar;
                if (!scalar || !setting.apply(config_, node.scalar)) {
                    diagnostics_.push_back(at(node.position, entry.key + ": '" + node.scalar +
                                                                 "' is not " + setting.expected));
                }
                return;
            }
        }
        std::vector<std::string> keys{"plugins"};
        for (const Setting& setting : settings()) {
            keys.push_back(setting.key);
        }
        core::Diagnostic problem = at(entry.key_position, "unknown setting '" + entry.key + "'");
        problem.hint = core::did_you_mean(entry.key, keys);
        diagnostics_.push_back(std::move(problem));
    }

    void read_plugins(const core::YamlNode& node) {
        const fs::path folder = fs::absolute(config_.file).parent_path();
        if (node.kind == core::YamlNode::Kind::Scalar) {
            config_.plugins.push_back(folder / node.scalar);
            return;
        }
        for (const auto& item : node.items) {
            if (item->kind == core::YamlNode::Kind::Scalar) {
                config_.plugins.push_back(folder / item->scalar);
            } else {
                diagnostics_.push_back(
                    at(item->position, "plugins: expected the path of a folder or file"));
            }
        }
    }

    [[nodiscard]] core::Diagnostic at(core::SourcePosition position, std::string message) const {
        core::Diagnostic diagnostic;
        diagnostic.file = config_.file;
        diagnostic.position = position;
        diagnostic.message = std::move(message);
        return diagnostic;
    }

    Config& config_;
    core::Diagnostics& diagnostics_;
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
    for (const Setting& setting : settings()) {
        const auto text = environment(setting.environment);
        if (text && !setting.apply(config, *text)) {
            core::Diagnostic problem;
            problem.file = "environment";
            problem.message = setting.environment + ": '" + *text + "' is not " + setting.expected;
            result.diagnostics.push_back(std::move(problem));
        }
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
    return result;
}

}  // namespace oa::host
