#include "host/cli/plugin_view.hpp"

#include <string>
#include <vector>

#include <boost/json.hpp>

#include "host/cli/plugin_description.hpp"
#include "host/cli/plugin_schema.hpp"
#include "host/cli/plugin_text.hpp"
#include "host/log/logger.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

void print_facts(std::ostream& out, const json::object& module, std::size_t columns) {
    TextTable table;
    table.rows.push_back({"", ""});
    for (const auto& [name, text] : facts_of(module)) {
        table.rows.push_back({name, text});
    }
    table.print(out, 2, columns);
}

void print_properties(std::ostream& out,
                      const json::object& schema,
                      const char* none,
                      std::size_t columns) {
    const auto table = property_table(schema);
    if (table.rows.size() > 1) {
        table.print(out, 2, columns);
    } else {
        out << "  " << none << '\n';
    }
}

void print_output(std::ostream& out, const json::object& function, std::size_t columns) {
    out << "\nOutput\n";
    const json::object& schema = object_at(function, "output_schema");
    if (schema.empty()) {
        out << "  any\n";
        return;
    }
    if (schema.contains("properties")) {
        print_properties(out, schema, "an object", columns);
        return;
    }
    std::string words = type_words(schema);
    const std::string text = text_at(schema, "description");
    print_wrapped(out, text.empty() ? words : words + ": " + text, 2, columns);
}

void print_behaviour(std::ostream& out, const json::object& function, std::size_t columns) {
    if (const auto words = behaviour_words(function); !words.empty()) {
        out << "\nBehaviour\n";
        print_wrapped(out, joined(words), 2, columns);
    }
    if (const auto aliases = texts_at(function, "aliases"); !aliases.empty()) {
        out << "\nAlso called\n";
        print_wrapped(out, joined(aliases), 2, columns);
    }
}

void print_example(std::ostream& out, const std::string& name, const json::object& example) {
    const std::string title = text_at(example, "title");
    out << "\nExample" << (title.empty() ? "" : ": " + title) << "\n  - " << name << ":";
    if (const json::object& params = object_at(example, "params"); !params.empty()) {
        out << '\n';
        print_yaml(out, params, 6);
    } else {
        out << " {}\n";
    }
    if (const auto* output = example.if_contains("output")) {
        out << "  gives\n";
        print_yaml(out, *output, 6);
    }
    if (const std::string error = text_at(example, "error"); !error.empty()) {
        out << "  fails with " << error << '\n';
    }
}

}  // namespace

void print_module(std::ostream& out, const json::object& module, std::size_t columns) {
    out << text_at(module, "name") << ' ' << text_at(module, "version") << " ("
        << text_at(module, "id") << ")\n";
    print_wrapped(out, text_at(module, "summary"), 0, columns);
    print_facts(out, module, columns);
    out << "\nFunctions\n";
    for (const json::object* const function : objects_at(module, "functions")) {
        print_wrapped(out, signature(*function), 2, columns);
        print_wrapped(out, text_at(*function, "summary"), 6, columns);
        if (const auto words = deprecation_words(*function); !words.empty()) {
            print_wrapped(out, words, 6, columns);
        }
    }
}

void print_function(std::ostream& out,
                    const json::object& module,
                    const json::object& function,
                    std::size_t columns) {
    const std::string module_name = text_at(module, "name");
    const std::string name = module_name + "." + text_at(function, "name");
    out << name << " (module " << module_name << ' ' << text_at(module, "version") << ")\n";
    print_wrapped(out, summary_of(function), 0, columns);
    if (const auto words = deprecation_words(function); !words.empty()) {
        print_wrapped(out, words, 0, columns);
    }
    out << "\nParameters\n";
    const json::object& schema = object_at(function, "params_schema");
    const bool open = is_open(function);
    print_properties(out, schema, open ? "any" : "none", columns);
    if (open && !object_at(schema, "properties").empty()) {
        out << "  Other parameters are accepted too.\n";
    }
    print_output(out, function, columns);
    print_behaviour(out, function, columns);
    for (const json::object* const example : objects_at(function, "examples")) {
        print_example(out, name, *example);
    }
}

}  // namespace oa::host
