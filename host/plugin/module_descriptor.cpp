#include "host/plugin/module_descriptor.hpp"

#include <cstring>
#include <set>
#include <string_view>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "core/json/json.hpp"
#include "host/plugin/descriptor_text.hpp"
#include "host/plugin/plugin_problem.hpp"

namespace oa::host {
namespace {

constexpr std::uint32_t own_major = OA_ABI_MAJOR;
constexpr std::size_t line_bytes_max = 16384;
constexpr std::size_t json_bytes_max = 1U << 20U;
constexpr std::uint32_t function_count_max = 4096;
constexpr std::size_t alias_count_max = 256;

// The sizes that the tables had in ABI 1.0: a smaller one is no such table.
constexpr std::uint32_t versions_size = offsetof(oa_module, abi_min) + sizeof(oa_module::abi_min);
constexpr std::uint32_t module_size_1_0 =
    offsetof(oa_module, get_extension) + sizeof(oa_module::get_extension);
constexpr std::uint32_t function_size_1_0 = offsetof(oa_function, run) + sizeof(oa_function::run);
constexpr std::uint32_t deprecation_size_1_0 =
    offsetof(oa_deprecation, reason) + sizeof(oa_deprecation::reason);

[[noreturn]] void invalid(const std::string& what) {
    throw PluginRefused(PluginProblem::InvalidDescriptor, "describes itself wrongly: " + what,
                        "correct the module's description and build it again");
}

std::string abi_text(std::uint32_t abi) {
    return std::to_string(abi >> 16U) + "." + std::to_string(abi & 0xFFFFU);
}

/// A text of the plug-in; empty for NULL.
std::string optional_text(const char* text, const std::string& what, std::size_t bytes_max) {
    if (text == nullptr) {
        return {};
    }
    const std::size_t length = strnlen(text, bytes_max + 1);
    if (length > bytes_max) {
        invalid(what + " is longer than " + std::to_string(bytes_max) + " bytes");
    }
    std::string out(text, length);
    if (!is_utf8(out)) {
        invalid(what + " is not valid UTF-8");
    }
    return out;
}

std::string line(const char* text, const std::string& what) {
    return optional_text(text, what, line_bytes_max);
}

template <typename Check>
std::string required_name(const char* text,
                          const std::string& what,
                          Check check,
                          const char* expected) {
    auto out = line(text, what);
    if (out.empty()) {
        invalid(what + " is missing");
    }
    if (!check(out)) {
        invalid(what + " '" + out + "' is not " + expected);
    }
    return out;
}

std::vector<std::string> read_aliases(const char* const* aliases,
                                      const std::string& what,
                                      Dots dots) {
    std::vector<std::string> out;
    if (aliases == nullptr) {
        return out;
    }
    for (; *aliases != nullptr; ++aliases) {
        if (out.size() == alias_count_max) {
            invalid(what + " has more than " + std::to_string(alias_count_max) +
                    " aliases, or its list of them has no end");
        }
        auto alias = line(*aliases, "an alias of " + what);
        if (!is_alias(alias, dots)) {
            std::string problem = what;
            problem.append(" has the alias '").append(alias);
            invalid(problem.append("', which is not made of letters, digits, '_' and '-'"));
        }
        out.push_back(std::move(alias));
    }
    return out;
}

boost::json::value read_json(const char* text, const std::string& what) {
    if (text == nullptr) {
        return nullptr;
    }
    const auto json = optional_text(text, what, json_bytes_max);
    try {
        return core::parse_json(json);
    } catch (const core::JsonError& error) {
        invalid(what + " is not JSON: " + error.what());
    }
}

/// A schema, as far as the host itself relies on it.
boost::json::value read_schema(const char* text, const std::string& what) {
    auto out = read_json(text, what);
    if (text != nullptr && !out.is_object() && !out.is_bool()) {
        invalid(what + " is not a JSON Schema: it must be an object");
    }
    return out;
}

const boost::json::value* find_member(const boost::json::object& object, const char* key) {
    return object.if_contains(key);
}

boost::json::object read_params_schema(const char* text, const std::string& what) {
    auto schema = read_schema(text, what);
    if (!schema.is_object()) {
        invalid(what + " is missing; a function without parameters has {\"type\":\"object\"}");
    }
    auto& out = schema.get_object();
    if (const auto* type = find_member(out, "type");
        type != nullptr && !(type->is_string() && type->get_string() == "object")) {
        invalid(what + " must describe an object: \"type\" is not \"object\"");
    }
    if (const auto* properties = find_member(out, "properties")) {
        if (!properties->is_object()) {
            invalid(what + ": \"properties\" is not an object");
        }
        for (const auto& property : properties->get_object()) {
            if (!property.value().is_object() && !property.value().is_bool()) {
                invalid(what + ": the property '" + std::string(property.key()) +
                        "' is not a schema");
            }
        }
    }
    if (const auto* required = find_member(out, "required")) {
        if (!required->is_array()) {
            invalid(what + ": \"required\" is not an array of names");
        }
        for (const auto& name : required->get_array()) {
            if (!name.is_string()) {
                invalid(what + ": \"required\" is not an array of names");
            }
        }
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

void fill_deprecation(LoadedFunction& out, const oa_deprecation* deprecation) {
    if (deprecation == nullptr) {
        return;
    }
    if (deprecation->struct_size < deprecation_size_1_0) {
        invalid("the deprecation of " + out.subject + " has a struct_size that is too small");
    }
    out.deprecated = true;
    out.deprecated_since = line(deprecation->since, "the deprecation of " + out.subject);
    out.replaced_by = line(deprecation->replace_with, "the deprecation of " + out.subject);
    out.deprecation_reason = line(deprecation->reason, "the deprecation of " + out.subject);
}

void fill_json(LoadedFunction& out, const oa_function& function) {
    out.params_schema = read_params_schema(function.params_schema,
                                           "the schema of the parameters of " + out.subject);
    out.output_schema =
        read_schema(function.output_schema, "the schema of the output of " + out.subject);
    auto examples = read_json(function.examples, "the list of examples of " + out.subject);
    if (examples.is_array()) {
        out.examples = std::move(examples.get_array());
    } else if (function.examples != nullptr) {
        invalid("the list of examples of " + out.subject + " is not a JSON array");
    }
    for (const auto& example : out.examples) {
        if (!example.is_object()) {
            invalid("an example of " + out.subject + " is not a JSON object");
        }
    }
}

std::unique_ptr<LoadedFunction> read_function(const oa_function* function,
                                              std::uint32_t index,
                                              const std::string& module) {
    const std::string nth = "function " + std::to_string(index + 1) + " of module " + module;
    if (function == nullptr) {
        invalid(nth + " is NULL");
    }
    if (function->struct_size < function_size_1_0) {
        invalid(nth + " has a struct_size that is too small");
    }
    auto out = std::make_unique<LoadedFunction>();
    out->descriptor = function;
    out->module = module;
    out->function = required_name(function->name, "the name of " + nth, is_function_name,
                                  "made of lower-case letters, digits and '_'");
    out->subject = "module " + module + " function " + out->function;
    if (function->run == nullptr) {
        invalid(out->subject + " has no run()");
    }
    out->flags = function->flags;
    out->idempotent = (function->flags & OA_F_IDEMPOTENT) != 0;
    out->thread_safe = (function->flags & OA_F_THREAD_SAFE) != 0;
    out->default_timeout_ms = function->default_timeout_ms;
    out->max_concurrency = function->max_concurrency;
    out->limit.exclusive = !out->thread_safe;
    out->limit.active_max = function->max_concurrency;
    out->aliases = read_aliases(function->aliases, out->subject, Dots::Allowed);
    out->title = line(function->title, "the title of " + out->subject);
    out->summary = line(function->summary, "the summary of " + out->subject);
    fill_json(*out, *function);
    fill_parameters(*out);
    fill_deprecation(*out, function->deprecated);
    return out;
}

}  // namespace

void require_compatible(const oa_module& descriptor) {
    if (descriptor.struct_size < versions_size) {
        invalid("its struct_size is " + std::to_string(descriptor.struct_size) +
                ", too small for a module");
    }
    if (descriptor.abi >> 16U != own_major) {
        invalid("it names ABI " + abi_text(descriptor.abi) + " behind the entry of ABI " +
                std::to_string(own_major));
    }
    if (descriptor.abi_min > OA_ABI_VERSION) {
        throw PluginRefused(PluginProblem::AbiTooNew,
                            "needs plug-in ABI " + abi_text(descriptor.abi_min) +
                                " or later; this host has " + abi_text(OA_ABI_VERSION),
                            "use a newer host, or build it with OA_ABI_MINOR set to " +
                                std::to_string(OA_ABI_VERSION & 0xFFFFU));
    }
    if (descriptor.struct_size < module_size_1_0) {
        invalid("its struct_size is " + std::to_string(descriptor.struct_size) +
                ", too small for a module");
    }
}

ModuleInfo read_module_info(const oa_module& descriptor) {
    ModuleInfo out;
    out.name = required_name(descriptor.name, "the module's name", is_module_name,
                             "made of lower-case letters, digits, '_' and '-'");
    out.id = required_name(descriptor.id, "the module's id", is_module_id,
                           "a reversed domain name such as com.acme.http");
    out.version = required_name(descriptor.version, "the module's version", is_semver,
                                "a semantic version such as 1.4.2");
    out.aliases = read_aliases(descriptor.aliases, "module " + out.name, Dots::Refused);
    out.vendor = line(descriptor.vendor, "the module's vendor");
    out.license = line(descriptor.license, "the module's licence");
    out.homepage = line(descriptor.homepage, "the module's homepage");
    out.summary = line(descriptor.summary, "the module's summary");
    out.build = line(descriptor.build, "the module's build");
    out.config_schema = read_schema(descriptor.config_schema, "the module's config_schema");
    out.abi = descriptor.abi;
    out.abi_min = descriptor.abi_min;
    out.flags = descriptor.flags;
    return out;
}

std::vector<std::unique_ptr<LoadedFunction>> read_functions(const oa_module& descriptor,
                                                            const std::string& module) {
    const std::uint32_t count = descriptor.function_count;
    if (count == 0 || count > function_count_max) {
        invalid("its function_count is " + std::to_string(count) + "; 1 to " +
                std::to_string(function_count_max) + " are possible");
    }
    if (descriptor.functions == nullptr) {
        invalid("its list of functions is NULL");
    }
    std::vector<std::unique_ptr<LoadedFunction>> out;
    std::set<std::string, std::less<>> names;
    const auto claim = [&](const std::string& name) {
        if (!names.insert(name).second) {
            invalid("two of its functions are called '" + name + "'");
        }
    };
    for (std::uint32_t index = 0; index < count; ++index) {
        out.push_back(read_function(descriptor.functions[index], index, module));
        claim(out.back()->function);
        for (const auto& alias : out.back()->aliases) {
            claim(alias);
        }
    }
    return out;
}

}  // namespace oa::host
