#include "host/plugin/module_descriptor.hpp"

#include <cstddef>
#include <cstring>
#include <string>
#include <utility>

#include "host/plugin/module_rules.hpp"

namespace oa::host {
namespace {

// The sizes that the tables had in ABI 1.0: a smaller one is no such table.
constexpr std::uint32_t versions_size = offsetof(oa_module, abi_min) + sizeof(oa_module::abi_min);
constexpr std::uint32_t module_size_1_0 =
    offsetof(oa_module, get_extension) + sizeof(oa_module::get_extension);
constexpr std::uint32_t function_size_1_0 = offsetof(oa_function, run) + sizeof(oa_function::run);
constexpr std::uint32_t deprecation_size_1_0 =
    offsetof(oa_deprecation, reason) + sizeof(oa_deprecation::reason);

void require_size(const oa_module& descriptor, std::uint32_t size) {
    if (descriptor.struct_size < size) {
        refuse_description("its struct_size is " + std::to_string(descriptor.struct_size) +
                           ", too small for a module");
    }
}

/// A text of the plug-in; empty for NULL.
std::string copy(const char* text, std::size_t bytes_max) {
    return text == nullptr ? std::string() : std::string(text, strnlen(text, bytes_max + 1));
}

std::string copy_line(const char* text) {
    return copy(text, description_line_max);
}

ToldJson copy_json(const char* text) {
    return text == nullptr ? ToldJson() : ToldJson(copy(text, description_json_max));
}

/// One more than there may be, of a list that is too long or has no end.
std::vector<std::string> copy_aliases(const char* const* aliases) {
    std::vector<std::string> out;
    for (; aliases != nullptr && *aliases != nullptr && out.size() <= description_aliases_max;
         ++aliases) {
        out.push_back(copy_line(*aliases));
    }
    return out;
}

std::optional<ToldDeprecation> copy_deprecation(const oa_deprecation* deprecation,
                                                const std::string& nth) {
    if (deprecation == nullptr) {
        return std::nullopt;
    }
    if (deprecation->struct_size < deprecation_size_1_0) {
        refuse_description("the deprecation of " + nth + " has a struct_size that is too small");
    }
    return ToldDeprecation{.since = copy_line(deprecation->since),
                           .replace_with = copy_line(deprecation->replace_with),
                           .reason = copy_line(deprecation->reason)};
}

std::unique_ptr<LoadedFunction> read_function(const oa_function* function,
                                              std::uint32_t index,
                                              const std::string& module) {
    const std::string nth = nth_function(index, module);
    if (function == nullptr) {
        refuse_description(nth + " is NULL");
    }
    if (function->struct_size < function_size_1_0) {
        refuse_description(nth + " has a struct_size that is too small");
    }
    ToldFunction told;
    told.name = copy_line(function->name);
    told.aliases = copy_aliases(function->aliases);
    told.title = copy_line(function->title);
    told.summary = copy_line(function->summary);
    told.flags = function->flags;
    told.params_schema = copy_json(function->params_schema);
    told.output_schema = copy_json(function->output_schema);
    told.examples = copy_json(function->examples);
    told.deprecated = copy_deprecation(function->deprecated, nth);
    told.default_timeout_ms = function->default_timeout_ms;
    told.max_concurrency = function->max_concurrency;
    told.runnable = function->run != nullptr;
    auto out = check_function(std::move(told), index, module);
    out->descriptor = function;
    return out;
}

}  // namespace

void require_compatible(const oa_module& descriptor) {
    require_size(descriptor, versions_size);
    check_abi(descriptor.abi, descriptor.abi_min);
    require_size(descriptor, module_size_1_0);
}

ModuleInfo read_module_info(const oa_module& descriptor) {
    ToldModule told;
    told.id = copy_line(descriptor.id);
    told.name = copy_line(descriptor.name);
    told.aliases = copy_aliases(descriptor.aliases);
    told.version = copy_line(descriptor.version);
    told.vendor = copy_line(descriptor.vendor);
    told.license = copy_line(descriptor.license);
    told.homepage = copy_line(descriptor.homepage);
    told.summary = copy_line(descriptor.summary);
    told.build = copy_line(descriptor.build);
    told.config_schema = copy_json(descriptor.config_schema);
    told.abi = descriptor.abi;
    told.abi_min = descriptor.abi_min;
    told.flags = descriptor.flags;
    return check_module(std::move(told));
}

std::vector<std::unique_ptr<LoadedFunction>> read_functions(const oa_module& descriptor,
                                                            const std::string& module) {
    check_function_count(descriptor.function_count, "its function_count");
    if (descriptor.functions == nullptr) {
        refuse_description("its list of functions is NULL");
    }
    std::vector<std::unique_ptr<LoadedFunction>> out;
    for (std::uint32_t index = 0; index < descriptor.function_count; ++index) {
        out.push_back(read_function(descriptor.functions[index], index, module));
    }
    check_function_names(out);
    return out;
}

ModuleDescription read_descriptor(const oa_module& descriptor) {
    require_compatible(descriptor);
    auto info = read_module_info(descriptor);
    auto functions = read_functions(descriptor, info.name);
    return describe_module(std::move(info), std::move(functions));
}

}  // namespace oa::host
