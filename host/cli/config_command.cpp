#include "host/cli/config_command.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "core/nearest.hpp"
#include "host/cli/config_flags.hpp"
#include "host/cli/workbench.hpp"
#include "host/config/config_listing.hpp"
#include "host/log/logger.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

using Kind = ConfigSource::Kind;

bool is_within(const std::string& name, const std::string& wanted) {
    return name == wanted || name.starts_with(wanted + '.');
}

std::string_view name_of(Kind kind) {
    switch (kind) {
        case Kind::Default: return "default";
        case Kind::File: return "file";
        case Kind::Environment: return "environment";
        case Kind::Flag: return "flag";
    }
    return "";
}

std::string text_of(const json::value& value) {
    if (value.is_null()) {
        return "-";
    }
    return printable(value.is_string() ? std::string(value.get_string()) : core::write_json(value));
}

void print_table(const std::vector<ConfigEntry>& entries, std::ostream& out) {
    std::size_t name_width = 0;
    std::size_t value_width = 0;
    for (const ConfigEntry& entry : entries) {
        name_width = std::max(name_width, entry.name.size());
        value_width = std::max(value_width, std::min<std::size_t>(text_of(entry.value).size(), 40));
    }
    for (const ConfigEntry& entry : entries) {
        const std::string value = text_of(entry.value);
        const std::size_t gap = value_width > value.size() ? value_width - value.size() : 0;
        out << entry.name << std::string(name_width - entry.name.size() + 2, ' ') << value
            << std::string(gap + 2, ' ')
            << (entry.source.kind == Kind::Default ? "default" : printable(entry.source.name))
            << '\n';
    }
}

void print_json(const Config& config, const std::vector<ConfigEntry>& entries, std::ostream& out) {
    json::array settings;
    for (const ConfigEntry& entry : entries) {
        settings.push_back(
            {{"name", entry.name},
             {"value", entry.value},
             {"source", name_of(entry.source.kind)},
             {"from", entry.source.name.empty() ? json::value() : json::value(entry.source.name)}});
    }
    const json::value file = config.file.empty() ? json::value() : json::value(config.file);
    const json::object document{{"file", file}, {"settings", std::move(settings)}};
    out << core::write_json(document, core::JsonStyle::Indented) << '\n';
}

/// Those that are wanted. False: there is no such setting.
bool choose(std::vector<ConfigEntry>& entries, const ConfigOptions& options, std::ostream& err) {
    for (const std::string& wanted : options.settings) {
        const bool is_there =
            std::any_of(entries.begin(), entries.end(),
                        [&](const ConfigEntry& entry) { return is_within(entry.name, wanted); });
        if (!is_there) {
            std::vector<std::string> names;
            names.reserve(entries.size());
            for (const ConfigEntry& entry : entries) {
                names.push_back(entry.name);
            }
            const std::string hint = core::did_you_mean(wanted, names);
            err << "oa: there is no setting '" << printable(wanted) << "'"
                << (hint.empty() ? "" : "; " + hint) << '\n';
            return false;
        }
    }
    std::erase_if(entries, [&](const ConfigEntry& entry) {
        const bool is_wanted =
            options.settings.empty() ||
            std::any_of(options.settings.begin(), options.settings.end(),
                        [&](const std::string& wanted) { return is_within(entry.name, wanted); });
        return !is_wanted || (options.set_only && entry.source.kind == Kind::Default);
    });
    return true;
}

}  // namespace

ExitStatus print_config(const ConfigOptions& options,
                        const GlobalOptions& global,
                        std::ostream& out,
                        std::ostream& err) {
    ConfigResult read = read_configuration(global);
    for (const core::Diagnostic& diagnostic : read.diagnostics) {
        err << to_string(diagnostic) << '\n';
    }
    if (has_errors(read.diagnostics)) {
        return ExitStatus::Usage;
    }
    take_flags(options.flags, read.config);
    std::vector<ConfigEntry> entries = list_config(read.config);
    if (!choose(entries, options, err)) {
        return ExitStatus::Usage;
    }
    if (options.json) {
        print_json(read.config, entries, out);
    } else {
        print_table(entries, out);
    }
    return ExitStatus::Ok;
}

}  // namespace oa::host
