#include "host/cli/plugin_commands.hpp"

#include <algorithm>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/json/json.hpp"
#include "core/nearest.hpp"
#include "host/cli/plugin_json.hpp"
#include "host/cli/plugin_schema.hpp"
#include "host/cli/plugin_text.hpp"
#include "host/cli/workbench.hpp"
#include "host/log/logger.hpp"

namespace oa::host {
namespace {

constexpr std::size_t columns_default = 80;
constexpr std::size_t columns_max = 100;  // longer lines are hard to read

std::string joined(const std::vector<std::string>& texts) {
    std::string out;
    for (const auto& text : texts) {
        out += (out.empty() ? "" : ", ") + text;
    }
    return out;
}

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

/// "act(path, mode?, times?)"
std::string signature(const LoadedFunction& function) {
    const auto* required = function.params_schema.if_contains("required");
    const auto is_required = [required](const std::string& name) {
        return required != nullptr && required->is_array() &&
               std::find(required->get_array().begin(), required->get_array().end(),
                         boost::json::value(name)) != required->get_array().end();
    };
    std::string out;
    for (const auto& name : function.parameters) {
        out += (out.empty() ? "" : ", ") + printable(name) + (is_required(name) ? "" : "?");
    }
    return function.function + "(" + out + ")";
}

std::string deprecation_words(const LoadedFunction& function) {
    std::string out = "Deprecated";
    out += function.deprecated_since.empty() ? "" : " since " + function.deprecated_since;
    out += function.replaced_by.empty() ? "" : ": use " + function.replaced_by;
    out += function.deprecation_reason.empty() ? "." : ". " + function.deprecation_reason;
    return printable(out);
}

void print_facts(std::ostream& out, const LoadedModule& module, std::size_t columns) {
    const ModuleInfo& info = module.info();
    TextTable table;
    table.rows.push_back({"", ""});
    const auto add = [&table](const char* name, const std::string& text) {
        if (!text.empty()) {
            table.rows.push_back({name, printable(text)});
        }
    };
    add("vendor", info.vendor);
    add("licence", info.license);
    add("homepage", info.homepage);
    add("build", info.build);
    add("also called", joined(info.aliases));
    add("file", module.source().file.string() + " (" + module.source().origin + ")");
    for (const auto& warning : module.warnings()) {
        add("warning", warning);
    }
    table.print(out, 2, columns);
}

void print_module(std::ostream& out, const LoadedModule& module, std::size_t columns) {
    const ModuleInfo& info = module.info();
    out << info.name << ' ' << info.version << " (" << info.id << ")\n";
    print_wrapped(out, printable(info.summary), 0, columns);
    print_facts(out, module, columns);
    out << "\nFunctions\n";
    for (const auto& function : module.functions()) {
        print_wrapped(out, signature(*function), 2, columns);
        print_wrapped(out, printable(function->summary), 6, columns);
        if (function->deprecated) {
            print_wrapped(out, deprecation_words(*function), 6, columns);
        }
    }
    out << '\n';
    print_wrapped(out,
                  "`oa plugin describe " + info.name + '.' + module.functions().front()->function +
                      "` shows the parameters and examples of one function.",
                  0, columns);
}

void print_properties(std::ostream& out,
                      const boost::json::object& schema,
                      const char* none,
                      std::size_t columns) {
    const auto table = property_table(schema);
    if (table.rows.size() > 1) {
        table.print(out, 2, columns);
    } else {
        out << "  " << none << '\n';
    }
}

void print_output(std::ostream& out, const LoadedFunction& function, std::size_t columns) {
    out << "\nOutput\n";
    const auto* schema = function.output_schema.if_object();
    if (schema == nullptr) {
        out << "  any\n";
        return;
    }
    if (schema->contains("properties")) {
        print_properties(out, *schema, "an object", columns);
        return;
    }
    std::string words = type_words(function.output_schema);
    if (const auto* text = schema->if_contains("description"); text && text->is_string()) {
        words += ": " + printable(text->get_string());
    }
    print_wrapped(out, words, 2, columns);
}

void print_behaviour(std::ostream& out, const LoadedFunction& function, std::size_t columns) {
    std::vector<std::string> words;
    for (const auto word : flag_words(function)) {
        words.emplace_back(word);
        std::replace(words.back().begin(), words.back().end(), '_', ' ');
    }
    if (function.default_timeout_ms != 0) {
        words.push_back("time-out " + std::to_string(function.default_timeout_ms) + " ms");
    }
    if (function.max_concurrency != 0) {
        words.push_back("at most " + std::to_string(function.max_concurrency) + " at a time");
    }
    if (!words.empty()) {
        out << "\nBehaviour\n";
        print_wrapped(out, joined(words), 2, columns);
    }
    if (!function.aliases.empty()) {
        out << "\nAlso called\n";
        print_wrapped(out, joined(function.aliases), 2, columns);
    }
}

void print_example(std::ostream& out,
                   const LoadedFunction& function,
                   const boost::json::object& example) {
    const auto* title = example.if_contains("title");
    out << "\nExample";
    if (title != nullptr && title->is_string()) {
        out << ": " << printable(title->get_string());
    }
    out << "\n  - " << function.module << '.' << function.function << ":";
    const auto* params = example.if_contains("params");
    if (params != nullptr && params->is_object() && !params->get_object().empty()) {
        out << '\n';
        print_yaml(out, *params, 6);
    } else {
        out << " {}\n";
    }
    if (const auto* output = example.if_contains("output")) {
        out << "  gives\n";
        print_yaml(out, *output, 6);
    }
}

void print_function(std::ostream& out, const LoadedFunction& function, std::size_t columns) {
    out << function.module << '.' << function.function << " (module " << function.module << ' '
        << function.owner->info().version << ")\n";
    print_wrapped(out, printable(function.summary.empty() ? function.title : function.summary), 0,
                  columns);
    if (function.deprecated) {
        print_wrapped(out, deprecation_words(function), 0, columns);
    }
    out << "\nParameters\n";
    print_properties(out, function.params_schema, function.open ? "any" : "none", columns);
    if (function.open && !function.parameters.empty()) {
        out << "  Other parameters are accepted too.\n";
    }
    print_output(out, function, columns);
    print_behaviour(out, function, columns);
    for (const auto& example : function.examples) {
        print_example(out, function, example.get_object());
    }
}

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
    if (const auto* module = registry.find_module(options.name)) {
        if (options.json) {
            print_json(out, to_json(*module));
        } else {
            print_module(out, *module, columns);
        }
        return ExitStatus::Ok;
    }
    if (const auto* function = find_function(registry, options.name)) {
        if (options.json) {
            print_json(out, to_json(*function));
        } else {
            print_function(out, *function, columns);
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
