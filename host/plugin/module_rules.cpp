#include "host/plugin/module_rules.hpp"

#include <set>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "core/json/json.hpp"
#include "host/plugin/descriptor_text.hpp"
#include "host/plugin/plugin_problem.hpp"

namespace oa::host {
namespace {

constexpr std::uint32_t own_major = OA_ABI_MAJOR;

/// A text as it may be told; gives it on.
std::string line(std::string&& text, const std::string& what) {
    if (text.size() > description_line_max) {
        refuse_description(what + " is longer than " + std::to_string(description_line_max) +
                           " bytes");
    }
    if (!is_utf8(text)) {
        refuse_description(what + " is not valid UTF-8");
    }
    return std::move(text);
}

template <typename Check>
std::string required_name(std::string&& text,
                          const std::string& what,
                          Check check,
                          const char* expected) {
    auto out = line(std::move(text), what);
    if (out.empty()) {
        refuse_description(what + " is missing");
    }
    if (!check(out)) {
        std::string problem = what;
        problem.append(" '").append(out).append("' is not ").append(expected);
        refuse_description(problem);
    }
    return out;
}

std::vector<std::string> check_aliases(std::vector<std::string>&& aliases,
                                       const std::string& what,
                                       Dots dots) {
    if (aliases.size() > description_aliases_max) {
        refuse_description(what + " has more than " + std::to_string(description_aliases_max) +
                           " aliases, or its list of them has no end");
    }
    for (auto& alias : aliases) {
        alias = line(std::move(alias), std::string("an alias of ").append(what));
        if (!is_alias(alias, dots)) {
            std::string problem = what;
            problem.append(" has the alias '").append(alias);
            refuse_description(
                problem.append("', which is not made of letters, digits, '_' and '-'"));
        }
    }
    return std::move(aliases);
}

boost::json::value parse(const std::string& text, const std::string& what) {
    if (text.size() > description_json_max) {
        refuse_description(what + " is longer than " + std::to_string(description_json_max) +
                           " bytes");
    }
    try {
        return core::parse_json(text);
    } catch (const core::JsonError& error) {
        refuse_description(what + " is not JSON: " + error.what());
    }
}

boost::json::value check_json(ToldJson&& told, const std::string& what) {
    if (const auto* text = std::get_if<std::string>(&told)) {
        return parse(*text, what);
    }
    auto* value = std::get_if<boost::json::value>(&told);
    return value == nullptr ? boost::json::value(nullptr) : std::move(*value);
}

bool is_told(const ToldJson& told) {
    return !std::holds_alternative<std::monostate>(told);
}

/// A schema, as far as the host itself relies on it.
boost::json::value check_schema(ToldJson&& told, const std::string& what) {
    const bool there = is_told(told);
    auto out = check_json(std::move(told), what);
    if (there && !out.is_object() && !out.is_bool()) {
        refuse_description(what + " is not a JSON Schema: it must be an object");
    }
    return out;
}

const boost::json::value* find_member(const boost::json::object& object, const char* key) {
    return object.if_contains(key);
}

void check_properties(const boost::json::value& properties, const std::string& what) {
    if (!properties.is_object()) {
        refuse_description(what + ": \"properties\" is not an object");
    }
    for (const auto& property : properties.get_object()) {
        if (!property.value().is_object() && !property.value().is_bool()) {
            refuse_description(what + ": the property '" + std::string(property.key()) +
                               "' is not a schema");
        }
    }
}

void check_required(const boost::json::value& required, const std::string& what) {
    const auto* names = required.if_array();
    if (names == nullptr) {
        refuse_description(what + ": \"required\" is not an array of names");
    }
    for (const auto& name : *names) {
        if (!name.is_string()) {
            refuse_description(what + ": \"required\" is not an array of names");
        }
    }
}

boost::json::object check_params_schema(ToldJson&& told, const std::string& what) {
    auto schema = check_schema(std::move(told), what);
    if (!schema.is_object()) {
        refuse_description(what +
                           " is missing; a function without parameters has {\"type\":\"object\"}");
    }
    auto& out = schema.get_object();
    if (const auto* type = find_member(out, "type");
        type != nullptr && !(type->is_string() && type->get_string() == "object")) {
        refuse_description(what + " must describe an object: \"type\" is not \"object\"");
    }
    if (const auto* properties = find_member(out, "properties")) {
        check_properties(*properties, what);
    }
    if (const auto* required = find_member(out, "required")) {
        check_required(*required, what);
    }
    return std::move(out);
}

bool is_false(const boost::json::value* value) {
    return value != nullptr && value->is_bool() && !value->get_bool();
}

void fill_parameters(LoadedFunction& out) {
    const auto& schema = out.params_schema;
    if (const auto* properties = find_member(schema, "properties")) {
        for (const auto& property : properties->get_object()) {
            out.parameters.emplace_back(property.key());
        }
    }
    // As in JSON Schema: what is not closed is open.
    out.open = !is_false(find_member(schema, "additionalProperties")) ||
               find_member(schema, "patternProperties") != nullptr;
}

void fill_deprecation(LoadedFunction& out, std::optional<ToldDeprecation>&& told) {
    if (!told) {
        return;
    }
    const std::string what = "the deprecation of " + out.subject;
    out.deprecated = true;
    out.deprecated_since = line(std::move(told->since), what);
    out.replaced_by = line(std::move(told->replace_with), what);
    out.deprecation_reason = line(std::move(told->reason), what);
}

void fill_json(LoadedFunction& out, ToldFunction& told) {
    out.params_schema = check_params_schema(std::move(told.params_schema),
                                            "the schema of the parameters of " + out.subject);
    out.output_schema =
        check_schema(std::move(told.output_schema), "the schema of the output of " + out.subject);
    const bool has_examples = is_told(told.examples);
    auto examples = check_json(std::move(told.examples), "the list of examples of " + out.subject);
    if (examples.is_array()) {
        out.examples = std::move(examples.get_array());
    } else if (has_examples) {
        refuse_description("the list of examples of " + out.subject + " is not a JSON array");
    }
    for (const auto& example : out.examples) {
        if (!example.is_object()) {
            refuse_description("an example of " + out.subject + " is not a JSON object");
        }
    }
}

}  // namespace

void refuse_description(const std::string& what) {
    throw PluginRefused(PluginProblem::InvalidDescriptor, "describes itself wrongly: " + what,
                        "correct the module's description and build it again");
}

std::string abi_text(std::uint32_t abi) {
    return std::to_string(abi >> 16U) + "." + std::to_string(abi & 0xFFFFU);
}

void check_abi(std::uint32_t abi, std::uint32_t abi_min) {
    if (abi >> 16U != own_major) {
        refuse_description("it names ABI " + abi_text(abi) + " behind the entry of ABI " +
                           std::to_string(own_major));
    }
    if (abi_min > OA_ABI_VERSION) {
        throw PluginRefused(PluginProblem::AbiTooNew,
                            "needs plug-in ABI " + abi_text(abi_min) + " or later; this host has " +
                                abi_text(OA_ABI_VERSION),
                            "use a newer host, or build it with OA_ABI_MINOR set to " +
                                std::to_string(OA_ABI_VERSION & 0xFFFFU));
    }
}

std::string nth_function(std::uint32_t index, std::string_view module) {
    return "function " + std::to_string(index + 1) + " of module " + std::string(module);
}

ModuleInfo check_module(ToldModule&& told) {
    ModuleInfo out;
    out.name = required_name(std::move(told.name), "the module's name", is_module_name,
                             "made of lower-case letters, digits, '_' and '-'");
    out.id = required_name(std::move(told.id), "the module's id", is_module_id,
                           "a reversed domain name such as com.acme.http");
    out.version = required_name(std::move(told.version), "the module's version", is_semver,
                                "a semantic version such as 1.4.2");
    out.aliases = check_aliases(std::move(told.aliases), "module " + out.name, Dots::Refused);
    out.vendor = line(std::move(told.vendor), "the module's vendor");
    out.license = line(std::move(told.license), "the module's licence");
    out.homepage = line(std::move(told.homepage), "the module's homepage");
    out.summary = line(std::move(told.summary), "the module's summary");
    out.build = line(std::move(told.build), "the module's build");
    out.config_schema = check_schema(std::move(told.config_schema), "the module's config_schema");
    out.abi = told.abi;
    out.abi_min = told.abi_min;
    out.flags = told.flags;
    return out;
}

void check_function_count(std::uint64_t count, std::string_view list) {
    if (count == 0 || count > description_functions_max) {
        refuse_description(std::string(list) + " is " + std::to_string(count) + "; 1 to " +
                           std::to_string(description_functions_max) + " are possible");
    }
}

std::unique_ptr<LoadedFunction> check_function(ToldFunction&& told,
                                               std::uint32_t index,
                                               const std::string& module) {
    const std::string nth = nth_function(index, module);
    auto out = std::make_unique<LoadedFunction>();
    out->index = index;
    out->module = module;
    out->function = required_name(std::move(told.name), "the name of " + nth, is_function_name,
                                  "made of lower-case letters, digits and '_'");
    out->subject = "module " + module + " function " + out->function;
    if (!told.runnable) {
        refuse_description(out->subject + " has no run()");
    }
    out->flags = told.flags;
    out->idempotent = (told.flags & OA_F_IDEMPOTENT) != 0;
    out->thread_safe = (told.flags & OA_F_THREAD_SAFE) != 0;
    out->default_timeout_ms = told.default_timeout_ms;
    out->max_concurrency = told.max_concurrency;
    out->limit.exclusive = !out->thread_safe;
    out->limit.active_max = told.max_concurrency;
    out->aliases = check_aliases(std::move(told.aliases), out->subject, Dots::Allowed);
    out->title = line(std::move(told.title), "the title of " + out->subject);
    out->summary = line(std::move(told.summary), "the summary of " + out->subject);
    fill_json(*out, told);
    fill_parameters(*out);
    fill_deprecation(*out, std::move(told.deprecated));
    return out;
}

void check_function_names(const std::vector<std::unique_ptr<LoadedFunction>>& functions) {
    std::set<std::string, std::less<>> names;
    const auto claim = [&](const std::string& name) {
        if (!names.insert(name).second) {
            refuse_description("two of its functions are called '" + name + "'");
        }
    };
    for (const auto& function : functions) {
        claim(function->function);
        for (const auto& alias : function->aliases) {
            claim(alias);
        }
    }
}

ModuleDescription describe_module(ModuleInfo&& info,
                                  std::vector<std::unique_ptr<LoadedFunction>>&& functions) {
    for (const auto& function : functions) {
        function->version = info.version;
    }
    return {.info = std::move(info), .functions = std::move(functions)};
}

}  // namespace oa::host
