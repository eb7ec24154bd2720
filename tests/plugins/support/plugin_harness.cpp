#include "tests/plugins/support/plugin_harness.hpp"

#include <array>
#include <stdexcept>
#include <utility>

#include <dlfcn.h>

namespace oa::test {
namespace {

using Problems = std::vector<std::string>;

const oa_module* load(const std::string& file, const oa_host* host) {
    void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        throw std::runtime_error(::dlerror());
    }
    auto* entry = reinterpret_cast<oa_module_entry_fn>(::dlsym(library, OA_ENTRY_SYMBOL));
    if (entry == nullptr) {
        throw std::runtime_error(file + " has no " OA_ENTRY_SYMBOL);
    }
    std::array<char, 256> why{};
    const oa_module* module = entry(host, why.data(), why.size());
    if (module == nullptr) {
        throw std::runtime_error(file + " refuses: " + why.data());
    }
    return module;
}

oa::Json read_json(const char* text, const std::string& what, Problems& problems) {
    try {
        return oa::Json::parse(text == nullptr ? "null" : text);
    } catch (const oa::JsonError& error) {
        problems.push_back(what + ": " + error.what());
        return {};
    }
}

void check_params_schema(const oa::Json& schema, const std::string& name, Problems& problems) {
    if (schema["type"] != oa::Json("object")) {
        problems.push_back(name + ": the schema of the parameters is not of type object");
        return;
    }
    if (schema["additionalProperties"] != oa::Json(false)) {
        problems.push_back(name + ": the schema takes parameters that it does not declare");
    }
    if (const oa::Json* properties = schema.find("properties")) {
        for (const oa::Json::Member& property : properties->as_object()) {
            if (property.value["description"].is_null()) {
                problems.push_back(name + ": parameter " + property.key + " has no description");
            }
        }
    }
}

void check_example(const oa::Json& example,
                   const oa::Json& schema,
                   const std::string& name,
                   Problems& problems) {
    if (!example["title"].is_string() || !example["params"].is_object()) {
        problems.push_back(name + ": an example needs a title and params");
        return;
    }
    const std::string where = name + ", example \"" + example.get<std::string>("title") + "\": ";
    for (const oa::Json::Member& param : example.at("params").as_object()) {
        if (!schema["properties"].contains(param.key)) {
            problems.push_back(where + "there is no parameter " + param.key);
        }
    }
    if (const oa::Json* required = schema.find("required")) {
        for (const oa::Json& key : required->as_array()) {
            if (!example["params"].contains(key.as_string())) {
                problems.push_back(where + "parameter " + key.as_string() + " is missing");
            }
        }
    }
}

void check_function(const oa_function& function, Problems& problems) {
    const std::string name = function.name;
    const oa::Json schema = read_json(function.params_schema, name + ", params", problems);
    check_params_schema(schema, name, problems);
    static_cast<void>(read_json(function.output_schema, name + ", output", problems));
    if (function.summary == nullptr || *function.summary == '\0') {
        problems.push_back(name + ": no summary");
    }
    const oa::Json examples = read_json(function.examples, name + ", examples", problems);
    if (!examples.is_array() || examples.empty()) {
        problems.push_back(name + ": no examples");
        return;
    }
    for (const oa::Json& example : examples.as_array()) {
        check_example(example, schema, name, problems);
    }
}

/// As examples name it; empty for a status that the contract does not know.
std::string_view code_name(std::int32_t status) {
    constexpr std::array<std::string_view, 13> names{
        "ok",         "cancelled",       "invalid_params", "deadline",     "not_found",
        "permission", "unauthenticated", "exhausted",      "precondition", "unavailable",
        "conflict",   "unimplemented",   "internal"};
    const auto index = static_cast<std::size_t>(status);
    return index < names.size() ? names[index] : std::string_view();
}

bool has_alias(const oa_function& function, std::string_view name) {
    for (const char* const* alias = function.aliases; alias != nullptr && *alias != nullptr;
         ++alias) {
        if (name == *alias) {
            return true;
        }
    }
    return false;
}

}  // namespace

PluginHarness::PluginHarness(const std::string& file, const oa::Json& config)
    : module_(load(file, host_.raw())) {
    if (module_->create != nullptr) {
        const std::string text = config.dump();
        oa_error error{};
        error.struct_size = sizeof(error);
        if (module_->create(host_.raw(), text.data(), text.size(), &instance_, &error) != OA_OK) {
            throw std::runtime_error("create: " + std::string(error.message, error.message_len));
        }
    }
    if (module_->start != nullptr && module_->start(instance_) != OA_OK) {
        throw std::runtime_error("start failed");
    }
}

PluginHarness::~PluginHarness() {
    if (module_->stop != nullptr) {
        module_->stop(instance_);
    }
    if (module_->destroy != nullptr) {
        module_->destroy(instance_);
    }
}

const oa_function& PluginHarness::function(std::string_view name) const {
    for (std::uint32_t i = 0; i < module_->function_count; ++i) {
        const oa_function& candidate = *module_->functions[i];
        if (name == candidate.name || has_alias(candidate, name)) {
            return candidate;
        }
    }
    throw std::runtime_error("there is no function " + std::string(name));
}

std::vector<std::string> PluginHarness::function_names() const {
    std::vector<std::string> names;
    for (std::uint32_t i = 0; i < module_->function_count; ++i) {
        names.emplace_back(module_->functions[i]->name);
    }
    return names;
}

Reply PluginHarness::run(std::string_view name, const oa::Json& params) {
    return run(name, params, CallOptions{});
}

Reply PluginHarness::run(std::string_view name, const oa::Json& params, CallOptions options) {
    options.params = params.dump();
    return host_.run(function(name), std::move(options), instance_);
}

Reply PluginHarness::run(std::string_view name, FakeCall& call) {
    return host_.run(function(name), call, instance_);
}

std::vector<std::string> PluginHarness::run_examples(std::string_view name) {
    Problems problems;
    const oa::Json examples =
        read_json(function(name).examples, std::string(name) + ", examples", problems);
    for (const oa::Json& example : examples.as_array()) {
        const std::string where =
            std::string(name) + ", example \"" + example.get<std::string>("title") + "\": ";
        const Reply reply = run(name, example.at("params"));
        const auto error = example.get<std::string>("error", "ok");
        if (code_name(reply.status) != error) {
            problems.push_back(where + "expected " + error + ", got " +
                               std::string(code_name(reply.status)) + ": " + reply.message);
        } else if (const oa::Json* expected = example.find("output");
                   expected != nullptr && *expected != reply.output) {
            problems.push_back(where + "expected " + expected->dump() + ", got " +
                               reply.output.dump());
        }
    }
    return problems;
}

std::vector<std::string> PluginHarness::check_descriptor() const {
    Problems problems;
    for (std::uint32_t i = 0; i < module_->function_count; ++i) {
        check_function(*module_->functions[i], problems);
    }
    return problems;
}

std::string joined(const std::vector<std::string>& problems) {
    std::string out;
    for (const std::string& problem : problems) {
        out += problem;
        out += '\n';
    }
    return out;
}

}  // namespace oa::test
