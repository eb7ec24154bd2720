#include "host/config/config.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <system_error>

#include "core/nearest.hpp"
#include "core/workflow/yaml.hpp"

namespace oa::host {

namespace fs = std::filesystem;

namespace {

constexpr std::uint32_t max_parallel_limit = 1'000;
const std::string max_parallel_expected = "a number from 1 to 1000";
const std::string log_level_expected = "trace, debug, info, warn, error or off";
const std::string log_format_expected = "text or json";
const std::string cancel_grace_expected = "a duration such as 500ms, 10s or 1m";

std::optional<std::uint32_t> parallel_from(const std::string& text) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < 1 ||
        number > max_parallel_limit) {
        return std::nullopt;
    }
    return number;
}

template <typename Value>
void set(Value& target,
         const std::optional<std::remove_reference_t<Value>>& value,
         const std::string& text,
         const std::string& expected,
         core::Diagnostic place,
         core::Diagnostics& diagnostics) {
    if (value) {
        target = *value;
        return;
    }
    place.message += "'" + text + "' is not " + expected;
    diagnostics.push_back(std::move(place));
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
        static const std::vector<std::string> keys{"plugins", "log_level", "log_format",
                                                   "max_parallel"};
        const core::YamlNode& node = *entry.value;
        if (entry.key == "plugins") {
            read_plugins(node);
            return;
        }
        if (std::find(keys.begin(), keys.end(), entry.key) == keys.end()) {
            core::Diagnostic problem =
                at(entry.key_position, "unknown setting '" + entry.key + "'");
            problem.hint = core::did_you_mean(entry.key, keys);
            diagnostics_.push_back(std::move(problem));
            return;
        }
        const std::string& text = node.scalar;
        const core::Diagnostic place = at(node.position, entry.key + ": ");
        if (entry.key == "log_level") {
            set(config_.log_level, log_level_from(text), text, log_level_expected, place,
                diagnostics_);
        } else if (entry.key == "log_format") {
            set(config_.log_format, log_format_from(text), text, log_format_expected, place,
                diagnostics_);
        } else if (entry.key == "cancel_grace") {
            set(config_.cancel_grace, core::parse_duration(text), text, cancel_grace_expected,
                place, diagnostics_);
        } else {
            const auto number = parallel_from(text);
            std::uint32_t value = 0;
            set(value, number, text, max_parallel_expected, place, diagnostics_);
            config_.max_parallel = number;
        }
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
    core::Diagnostic place;
    place.file = "environment";
    if (const auto text = environment("OA_LOG_LEVEL")) {
        place.message = "OA_LOG_LEVEL: ";
        set(config.log_level, log_level_from(*text), *text, log_level_expected, place,
            result.diagnostics);
    }
    if (const auto text = environment("OA_LOG_FORMAT")) {
        place.message = "OA_LOG_FORMAT: ";
        set(config.log_format, log_format_from(*text), *text, log_format_expected, place,
            result.diagnostics);
    }
    if (const auto text = environment("OA_CANCEL_GRACE")) {
        place.message = "OA_CANCEL_GRACE: ";
        set(config.cancel_grace, core::parse_duration(*text), *text, cancel_grace_expected, place,
            result.diagnostics);
    }
    if (const auto text = environment("OA_MAX_PARALLEL")) {
        place.message = "OA_MAX_PARALLEL: ";
        std::uint32_t value = 0;
        set(value, parallel_from(*text), *text, max_parallel_expected, place, result.diagnostics);
        config.max_parallel = parallel_from(*text);
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
