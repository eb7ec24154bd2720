#include "host/cli/plugin_commands.hpp"

#include <algorithm>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/json/json.hpp"
#include "core/nearest.hpp"
#include "host/cli/plugin_description.hpp"
#include "host/cli/plugin_json.hpp"
#include "host/cli/plugin_page.hpp"
#include "host/cli/plugin_text.hpp"
#include "host/cli/plugin_view.hpp"
#include "host/cli/workbench.hpp"
#include "host/kit/check/check_runner.hpp"
#include "host/log/logger.hpp"
#include "host/plugin/plugin_file.hpp"
#include "host/plugin/plugin_problem.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

constexpr std::size_t columns_default = 80;
constexpr std::size_t columns_max = 100;  // longer lines are hard to read

void print_json(std::ostream& out, const boost::json::object& document) {
    out << core::write_json(document, core::JsonStyle::Indented) << '\n';
}

// ---- list ----

void print_refused(std::ostream& out, const RefusedPlugin& refused, std::size_t columns) {
    out << "  " << printable(refused.file.string()) << " (" << refused.origin << ")\n";
    print_wrapped(out, printable(refused.reason), 4, columns);
    if (!refused.fix.empty()) {
        print_wrapped(out, "fix: " + printable(refused.fix), 4, columns);
    }
}

void print_places(std::ostream& out, const PluginRegistry& registry) {
    out << "No plug-ins were found. Searched:\n";
    for (const PluginPlace& place : registry.search().places) {
        out << "  " << printable(place.path.string()) << " (" << place.origin << ")\n";
    }
}

void print_modules(std::ostream& out, const PluginRegistry& registry, std::size_t columns) {
    TextTable table;
    table.rows.push_back({"NAME", "VERSION", "FUNCTIONS", "FILE"});
    for (const LoadedModule* module : registry.modules()) {
        table.rows.push_back(
            {module->info().name, module->info().version,
             std::to_string(module->functions().size()),
             printable(module->source().file.string()) + " (" + module->source().origin + ")"});
    }
    table.print(out, 0, columns);
    for (const LoadedModule* module : registry.modules()) {
        for (const auto& warning : module->warnings()) {
            print_wrapped(out, "warning: " + module->info().name + ": " + warning, 0, columns);
        }
    }
}

// ---- describe ----

/// By "module.function". Both may hold dots: an id before, an alias behind.
const LoadedFunction* find_function(const PluginRegistry& registry, std::string_view name) {
    for (auto dot = name.rfind('.'); dot != std::string_view::npos && dot > 0;
         dot = name.rfind('.', dot - 1)) {
        if (const auto* found = registry.find_function(name.substr(0, dot), name.substr(dot + 1))) {
            return found;
        }
    }
    return nullptr;
}

std::string hint_for(std::string_view word, const std::vector<std::string>& candidates) {
    const auto hint = core::did_you_mean(word, candidates);
    return hint.empty() ? "" : "; " + hint;
}

/// Writes why a known module has no such function. False when the module is not known either.
bool print_unknown_function(std::ostream& out,
                            const PluginRegistry& registry,
                            const std::string& name) {
    for (auto dot = name.rfind('.'); dot != std::string::npos && dot > 0;
         dot = name.rfind('.', dot - 1)) {
        const std::string module = name.substr(0, dot);
        if (registry.has_module(module)) {
            const std::string function = name.substr(dot + 1);
            out << "oa: module " << printable(module) << " has no function '" << printable(function)
                << "'" << hint_for(function, registry.function_names(module)) << '\n';
            return true;
        }
    }
    return false;
}

void print_unknown(std::ostream& out, const PluginRegistry& registry, const std::string& name) {
    if (registry.has_module(name)) {
        out << "oa: " << name << " is no module, but an older name for the functions "
            << joined(registry.function_names(name)) << "; describe one of them as " << name << '.'
            << registry.function_names(name).front() << '\n';
        return;
    }
    if (print_unknown_function(out, registry, name)) {
        return;
    }
    const std::string first = name.substr(0, name.find('.'));
    out << "oa: there is no module '" << printable(first) << "'"
        << hint_for(first, registry.module_names()) << '\n';
    for (const RefusedPlugin& refused : registry.refused()) {
        if (refused.file.stem() == first) {
            out << "note: " << printable(refused.file.string()) << " was refused: it "
                << printable(refused.reason) << '\n';
        }
    }
}

/// A file is named with a '/' or ends in ".so".
bool is_plugin_file(const std::string& name) {
    return name.find('/') != std::string::npos || std::string_view(name).ends_with(".so");
}

/// Loads the file, in a process of its own.
ExitStatus compare_with_loaded(const PluginDescribeOptions& options, std::ostream& problems) {
    CheckSettings settings;
    settings.only = {"OA101", "OA201", "OA208"};
    const CheckReport report = check_plugin(options.name, settings);
    for (const CheckResult& result : report.results) {
        for (const auto& finding : result.findings) {
            problems << "oa: " << printable(options.name) << ": " << finding << '\n';
        }
    }
    if (report.count(CheckSeverity::Error) != 0) {
        return ExitStatus::PluginTrouble;
    }
    problems << "The module, once loaded, says the same of itself.\n";
    return ExitStatus::Ok;
}

void print_description(std::ostream& out,
                       DescribeFormat format,
                       const json::object& module,
                       std::size_t columns) {
    switch (format) {
        case DescribeFormat::Text: print_module(out, module, columns); break;
        case DescribeFormat::Json: print_json(out, module); break;
        case DescribeFormat::Markdown: out << markdown_page(module); break;
        case DescribeFormat::Html: out << html_page(module); break;
    }
}

/// What a file says of itself; nothing of it is run, unless that is asked for. Throws
/// PluginRefused.
std::optional<json::object> read_description(const PluginDescribeOptions& options) {
    const PluginFile file = examine_plugin_file(options.name, TrustPolicy::Ignore);
    std::optional<json::object> out;
    if (file.facts.manifest) {
        out = core::parse_json(*file.facts.manifest).as_object();
    } else if (options.load) {
        PluginSearch search;
        search.places.push_back({file.path, "command line"});
        const PluginRegistry registry(search);
        for (const RefusedPlugin& refused : registry.refused()) {
            throw PluginRefused(refused.problem, refused.reason, refused.fix);
        }
        out = to_json(*registry.modules().front());
    }
    if (out) {
        (*out)["file"] = file.path.string();
    }
    return out;
}

ExitStatus describe_file(const PluginDescribeOptions& options,
                         std::ostream& out,
                         std::ostream& problems,
                         std::size_t columns) {
    std::optional<json::object> module;
    try {
        module = read_description(options);
    } catch (const PluginRefused& refused) {
        problems << "oa: " << printable(options.name) << ' ' << printable(refused.reason())
                 << (refused.fix().empty() ? "" : "; " + printable(refused.fix())) << '\n';
        return ExitStatus::PluginTrouble;
    } catch (const std::exception& error) {
        problems << "oa: the manifest of " << printable(options.name)
                 << " cannot be read: " << printable(error.what())
                 << "; write it again with `oa-manifest FILE`\n";
        return ExitStatus::PluginTrouble;
    }
    if (!module) {
        problems
            << "oa: " << printable(options.name)
            << " has no manifest, so only running it tells what it offers; build it with "
               "oa_add_plugin() or write one with `oa-manifest FILE`, or load it with --load\n";
        return ExitStatus::PluginTrouble;
    }
    print_description(out, options.format, *module, columns);
    if (options.format == DescribeFormat::Text) {
        for (const json::object* const function : objects_at(*module, "functions")) {
            out << '\n' << std::string(columns, '-') << '\n';
            print_function(out, *module, *function, columns);
        }
    }
    return options.load ? compare_with_loaded(options, problems) : ExitStatus::Ok;
}

std::size_t terminal_columns() {
    winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
        return columns_default;
    }
    return std::min<std::size_t>(size.ws_col, columns_max);
}

}  // namespace

ExitStatus print_plugin_list(const PluginListOptions& options,
                             const PluginRegistry& registry,
                             std::ostream& out,
                             std::size_t columns) {
    if (options.json) {
        print_json(out, to_json(registry));
        return ExitStatus::Ok;
    }
    if (registry.modules().empty()) {
        print_places(out, registry);
    } else {
        print_modules(out, registry, columns);
    }
    if (!registry.refused().empty()) {
        out << "\nNot loaded:\n";
        for (const RefusedPlugin& refused : registry.refused()) {
            print_refused(out, refused, columns);
        }
    }
    return ExitStatus::Ok;
}

ExitStatus describe_plugin(const PluginDescribeOptions& options,
                           const PluginRegistry& registry,
                           std::ostream& out,
                           std::ostream& problems,
                           std::size_t columns) {
    if (is_plugin_file(options.name)) {
        return describe_file(options, out, problems, columns);
    }
    if (const auto* module = registry.find_module(options.name)) {
        const json::object description = to_json(*module);
        print_description(out, options.format, description, columns);
        if (options.format == DescribeFormat::Text) {
            out << '\n';
            print_wrapped(out,
                          "`oa plugin describe " + module->info().name + '.' +
                              module->functions().front()->function +
                              "` shows the parameters and examples of one function.",
                          0, columns);
        }
        return ExitStatus::Ok;
    }
    if (const auto* function = find_function(registry, options.name)) {
        json::object module = to_json(*function->owner);
        json::object description = to_json(*function);
        if (options.format == DescribeFormat::Text) {
            print_function(out, module, description, columns);
        } else if (options.format == DescribeFormat::Json) {
            print_json(out, description);
        } else {
            module["functions"] = json::array{std::move(description)};
            print_description(out, options.format, module, columns);
        }
        return ExitStatus::Ok;
    }
    print_unknown(problems, registry, options.name);
    return ExitStatus::PluginTrouble;
}

ExitStatus print_plugin_list(const PluginListOptions& options,
                             const Workbench& workbench,
                             std::ostream& out) {
    return print_plugin_list(options, *workbench.plugins, out, terminal_columns());
}

ExitStatus describe_plugin(const PluginDescribeOptions& options,
                           const Workbench& workbench,
                           std::ostream& out) {
    return describe_plugin(options, *workbench.plugins, out, std::cerr, terminal_columns());
}

}  // namespace oa::host
