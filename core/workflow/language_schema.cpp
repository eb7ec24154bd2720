#include "core/workflow/language_schema.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "core/workflow/language_schema_keys.hpp"
#include "core/workflow/parameter_schema.hpp"

namespace oa::core {
namespace {

namespace json = boost::json;

json::object reference(const std::string& name) {
    return {{"$ref", "#/definitions/" + name}};
}

/// It is an object, and these are there. Without the type, an editor takes what is not yet written
/// for something that fits.
json::object required(std::initializer_list<std::string_view> names) {
    return {{"type", "object"}, {"required", json::array(names.begin(), names.end())}};
}

json::object when(json::object condition, json::object then) {
    return {{"if", std::move(condition)}, {"then", std::move(then)}};
}

/// `property` is there and one of the words.
json::object has(std::string_view property, const json::array& words) {
    json::object schema = required({property});
    schema["properties"] = json::object{{property, json::object{{"enum", words}}}};
    return schema;
}

json::array array_of(const std::set<std::string>& words) {
    return json::array(words.begin(), words.end());
}

json::array keys_of(const json::object& object) {
    json::array keys;
    for (const auto& member : object) {
        keys.emplace_back(member.key());
    }
    return keys;
}

/// For editors that show no Markdown.
std::string without_markup(std::string_view markdown) {
    std::string text;
    for (const char c : markdown) {
        text += c == '`' ? "" : std::string(1, c);
    }
    return text;
}

/// "markdownDescription" stands for both.
void add_descriptions(json::value& schema) {
    if (auto* list = schema.if_array()) {
        std::for_each(list->begin(), list->end(), add_descriptions);
        return;
    }
    auto* object = schema.if_object();
    if (object == nullptr) {
        return;
    }
    for (auto& member : *object) {
        add_descriptions(member.value());
    }
    const auto* markdown = object->if_contains("markdownDescription");
    if (markdown != nullptr && markdown->is_string()) {
        object->emplace("description", without_markup(markdown->get_string()));
    }
}

json::object parsed(std::string_view text) {
    json::value value = parse_json(text);
    add_descriptions(value);
    return std::move(value.as_object());
}

/// In a regular expression, the text itself.
std::string literally(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (std::string_view("\\^$.|?*+()[]{}").find(c) != std::string_view::npos) {
            out += '\\';
        }
        out += c;
    }
    return out;
}

std::string one_of(const std::set<std::string>& words) {
    std::string out;
    for (const auto& word : words) {
        out += (out.empty() ? "(" : "|") + literally(word);
    }
    return (out.empty() ? "(" : out) + ')';
}

/// Of the older system; the reader knows it itself.
constexpr std::string_view steps_module = "oaworkflow";

constexpr std::array<std::string_view, 3> wait_keys{"sleep", "wait_until", "approval"};

/// What all names of one module mean: its functions, each with all of its names.
using Functions = std::map<const FunctionInfo*, std::set<std::string>>;

class LanguageSchema {
public:
    LanguageSchema(const FunctionCatalog& catalog, const FunctionPages& pages) : pages_(pages) {
        std::map<Functions, std::set<std::string>> modules;
        for (const std::string& module : catalog.module_names()) {
            Functions functions;
            for (const std::string& name : catalog.function_names(module)) {
                if (const FunctionInfo* info = catalog.find(module, name)) {
                    functions[info].insert(name);
                    functions_.emplace(call_of(*info), info);
                }
            }
            modules[std::move(functions)].insert(module);
        }
        modules_.assign(modules.begin(), modules.end());
        std::sort(modules_.begin(), modules_.end(),
                  [](const auto& left, const auto& right) { return left.second < right.second; });
    }

    json::object make() {
        definitions_ = parsed(shared_schemas());
        task_keys_ = parsed(task_key_schemas());
        add_call_keys();
        for (const auto& [call, info] : functions_) {
            json::object schema = parameters_in_documents(*info, "#/definitions/" + call);
            add_page(schema, *info);
            definitions_[call] = std::move(schema);
        }
        definitions_["calls"] = calls();
        definitions_["waits"] = waits();
        definitions_["calls_beside"] = calls_beside(false);
        definitions_["older_calls_beside"] = calls_beside(true);
        definitions_["task"] = task(task_keys_, false);
        json::object older_keys = task_keys_;
        older_keys["module"] = module_key({std::string(steps_module)});
        definitions_["older_task"] = task(older_keys, true);
        definitions_["final_task"] = task(without_flow(task_keys_), false);
        json::object schema = document();
        schema["definitions"] = std::move(definitions_);
        return schema;
    }

private:
    static std::string call_of(const FunctionInfo& info) {
        return info.module + '.' + info.function;
    }

    // ----- the document -----

    static json::object document() {
        json::object keys = parsed(document_key_schemas());
        keys.at("finally").as_object()["items"] = reference("final_task");
        const auto tasks = [](const std::string& kind) {
            return json::object{
                {"properties", json::object{{"tasks", json::object{{"items", reference(kind)}}}}}};
        };
        // Of the older shape, a list, only the first item counts, and its other keys are variables.
        json::object item{{"properties", json::object{{"tasks", keys.at("tasks")}}}};
        item.at("properties").at("tasks").as_object()["items"] = reference("older_task");
        return {{"$schema", "http://json-schema.org/draft-07/schema#"},
                {"title", "Open Automator workflow"},
                {"type", json::array{"object", "array"}},
                {"required", json::array{"tasks"}},
                {"properties", std::move(keys)},
                {"additionalProperties", false},
                {"minItems", 1},
                {"items", std::move(item)},
                {"contains", json::object{{"type", "object"}, {"required", json::array{"tasks"}}}},
                {"if", json::object{{"required", json::array{"compat"}}}},
                {"then", tasks("older_task")},
                {"else", tasks("task")}};
    }

    // ----- tasks -----

    static json::object without_flow(json::object keys) {
        for (const char* key : {"needs", "on_success", "on_failure", "approval"}) {
            keys.stable_erase(key);
        }
        return keys;
    }

    [[nodiscard]] json::object task(const json::object& keys, bool older) const {
        json::object beside = required({"module", "function"});
        beside["not"] = required({"with"});
        return {{"type", "object"},
                {"if", std::move(beside)},
                {"then", parameters_beside(keys, older)},
                {"else", parameters_apart(keys, older)}};
    }

    /// `with`, `workflow`, `<module>.<function>:`, or what waits.
    [[nodiscard]] json::object parameters_apart(json::object properties, bool older) const {
        json::object patterns;
        add_inline_calls(properties, patterns);
        json::object schema{{"properties", std::move(properties)},
                            {"patternProperties", std::move(patterns)},
                            {"allOf", json::array{reference("calls")}}};
        if (!older) {
            schema["additionalProperties"] = false;
            schema.at("allOf").as_array().push_back(reference("waits"));
        }
        return schema;
    }

    /// Beside what waits stands nothing that calls a function.
    [[nodiscard]] json::object waits() const {
        json::array rules;
        for (const std::string_view wait : wait_keys) {
            json::array names{wait};
            for (const char* key : {"name", "needs", "on_success", "on_failure", "when", "for_each",
                                    "max_parallel", "allow_failure", "output"}) {
                names.emplace_back(key);
            }
            rules.push_back(when(required({wait}),
                                 {{"propertyNames", json::object{{"enum", std::move(names)}}}}));
        }
        return {{"allOf", std::move(rules)}};
    }

    /// The older style: parameters beside the keys of the task, which they hide.
    [[nodiscard]] json::object parameters_beside(const json::object& keys, bool older) const {
        json::object properties;
        for (const auto& member : keys) {
            if (!is_parameter(member.key())) {
                properties[member.key()] = member.value();
            }
        }
        return {{"properties", std::move(properties)},
                {"allOf", json::array{reference(older ? "older_calls_beside" : "calls_beside")}}};
    }

    /// Exactly one call, and its `with`.
    [[nodiscard]] json::object calls() const {
        json::array named{required({"module"}), required({"workflow"})};
        for (const std::string_view wait : wait_keys) {
            named.push_back(required({wait}));
        }
        json::object inline_form{{"type", "object"}};
        inline_form["not"] =
            json::object{{"propertyNames", json::object{{"enum", keys_of(task_keys_)}}}};
        json::array rules{
            when(required({"module"}), required({"function"})),
            when(required({"function"}), required({"module"})),
            json::object{{"if", inline_form},
                         {"then", json::object{{"properties", json::object{{"with", false}}}}},
                         {"else", json::object{{"anyOf", std::move(named)}}}}};
        add_module_rules(rules, [](const FunctionInfo& info) {
            return json::object{{"properties", json::object{{"with", reference(call_of(info))}}}};
        });
        return {{"allOf", std::move(rules)}};
    }

    [[nodiscard]] json::object calls_beside(bool older) const {
        json::array rules{when(required({"function"}), required({"module"}))};
        add_module_rules(
            rules, [this, older](const FunctionInfo& info) { return parameters_of(info, older); });
        return {{"allOf", std::move(rules)}};
    }

    json::object parameters_of(const FunctionInfo& info, bool older) const {
        json::object schema;
        json::object keys = task_keys_;
        for (const std::string_view wait : wait_keys) {
            keys.erase(wait);
        }
        json::array names = keys_of(keys);
        const auto& declared = definitions_.at(call_of(info)).as_object();
        json::object properties;
        for (const std::string& name : info.parameters) {
            if (!is_structural(name)) {
                properties[name] = reference(call_of(info) + "/properties/" + escaped(name));
                names.emplace_back(name);
            }
        }
        schema["properties"] = std::move(properties);
        if (const auto* needed = declared.if_contains("required")) {
            schema["required"] = *needed;
        }
        if (!info.open && !older) {
            schema["propertyNames"] = json::object{{"enum", std::move(names)}};
        }
        return schema;
    }

    /// With modules that the catalog does not have.
    [[nodiscard]] json::object module_key(const std::set<std::string>& more) const {
        std::set<std::string> names;
        std::set<std::string> all = more;
        for (const auto& [functions, words] : modules_) {
            all.insert(words.begin(), words.end());
        }
        for (const auto& [call, info] : functions_) {
            names.insert(info->module);
        }
        json::object key{
            {"description", "Whose function is called; behind @ the version, as in http@^1.2."},
            {"markdownDescription",
             "Whose function is called; behind `@` the version, as in `http@^1.2`."}};
        json::object any_name{{"type", "string"}, {"pattern", '^' + one_of(all) + "(@.+)?$"}};
        if (names.empty()) {
            key["allOf"] = json::array{std::move(any_name)};
        } else {
            key["anyOf"] = json::array{json::object{{"enum", array_of(names)}}, any_name};
        }
        return key;
    }

    void add_call_keys() {
        task_keys_["module"] = module_key({});
        task_keys_["function"] =
            json::object{{"type", "string"}, {"description", "Which function of the module."}};
    }

    void add_inline_calls(json::object& properties, json::object& patterns) const {
        for (const auto& entry : functions_) {
            properties[entry.first] = reference(entry.first);
        }
        std::map<std::string, std::string> others;  // how else a call is written, a pattern each
        for (const auto& [functions, modules] : modules_) {
            for (const auto& [info, names] : sorted(functions)) {
                if (modules.size() > 1 || names.size() > 1 || !modules.contains(info->module)) {
                    std::string& pattern = others[call_of(*info)];
                    pattern +=
                        (pattern.empty() ? "" : "|") + one_of(modules) + "\\." + one_of(names);
                }
            }
        }
        for (const auto& [call, pattern] : others) {
            patterns["^(" + pattern + ")$"] = reference(call);
        }
    }

    /// Which functions a module has, and what is asked of a task that calls one of them.
    template <typename Rule>
    void add_module_rules(json::array& rules, const Rule& rule) const {
        for (const auto& [functions, modules] : modules_) {
            if (functions.empty()) {
                continue;  // there is nothing to choose from
            }
            std::set<std::string> proper;
            std::set<std::string> all;
            json::array inner;
            for (const auto& [info, names] : sorted(functions)) {
                proper.insert(info->function);
                all.insert(names.begin(), names.end());
                inner.push_back(when(has("function", array_of(names)), rule(*info)));
            }
            const json::object function{
                {"anyOf", json::array{json::object{{"enum", array_of(proper)}},
                                      json::object{{"enum", array_of(all)}}}}};
            rules.push_back(
                when(has("module", array_of(modules)),
                     {{"properties", json::object{{"function", function}}}, {"allOf", inner}}));
        }
    }

    /// By name, so that the same functions always give the same schema.
    static std::vector<std::pair<const FunctionInfo*, std::set<std::string>>> sorted(
        const Functions& functions) {
        std::vector<std::pair<const FunctionInfo*, std::set<std::string>>> list(functions.begin(),
                                                                                functions.end());
        std::sort(list.begin(), list.end(),
                  [](const auto& left, const auto& right) { return left.second < right.second; });
        return list;
    }

    // ----- functions -----

    void add_page(json::object& out, const FunctionInfo& info) const {
        const FunctionPage page = pages_(info);
        std::string plain = page.summary;
        std::string markdown = page.summary;
        if (info.deprecated) {
            std::string words = "Deprecated";
            words += info.replaced_by.empty() ? "" : ": use " + info.replaced_by;
            words += page.deprecation.empty() ? "." : ". " + page.deprecation;
            plain += (plain.empty() ? "" : " ") + words;
            markdown = "**" + words + "**\n\n" + markdown;
            out["deprecated"] = true;
            out["deprecationMessage"] = words;
        }
        for (const auto& example : page.examples) {
            markdown += example_of(call_of(info), example);
        }
        out["description"] = plain;
        out["markdownDescription"] = markdown;
    }

    static std::string example_of(const std::string& call, const json::value& example) {
        const auto* object = example.if_object();
        const auto* params = object == nullptr ? nullptr : object->if_contains("params");
        if (params == nullptr || !params->is_object()) {
            return {};
        }
        const auto* title = object->if_contains("title");
        std::string text = "\n\n";
        text +=
            title != nullptr && title->is_string() ? std::string(title->get_string()) : "Example";
        text += ":\n```yaml\n" + call + ':';
        text += params->get_object().empty() ? " {}" : "";
        for (const auto& member : params->get_object()) {
            text += "\n  " + std::string(member.key()) + ": " + write_json(member.value());
        }
        return text + "\n```";
    }

    static bool is_structural(std::string_view key) {
        return key == "name" || key == "module" || key == "function" || key == "needs" ||
               key == "on_success" || key == "on_failure";
    }

    /// Whether some function takes a parameter of that name.
    [[nodiscard]] bool is_parameter(std::string_view key) const {
        return !is_structural(key) &&
               std::any_of(functions_.begin(), functions_.end(),
                           [key](const auto& entry) { return entry.second->takes(key); });
    }

    /// As part of a JSON pointer.
    static std::string escaped(std::string_view name) {
        std::string out;
        for (const char c : name) {
            out += c == '~' ? "~0" : c == '/' ? "~1" : c == '%' ? "%25" : std::string(1, c);
        }
        return out;
    }

    const FunctionPages& pages_;
    std::map<std::string, const FunctionInfo*> functions_;              // by "module.function"
    std::vector<std::pair<Functions, std::set<std::string>>> modules_;  // functions, names
    json::object definitions_;
    json::object task_keys_;
};

}  // namespace

boost::json::object language_schema(const FunctionCatalog& catalog, const FunctionPages& pages) {
    return LanguageSchema(catalog, pages).make();
}

}  // namespace oa::core
