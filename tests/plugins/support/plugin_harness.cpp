#include "tests/plugins/support/plugin_harness.hpp"

#include <array>
#include <stdexcept>
#include <utility>

namespace oa::test {
namespace {

using Problems = std::vector<std::string>;

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

}  // namespace

PluginHarness::PluginHarness(const std::string& file, const oa::Json& config)
    : host_(FakeHost::load(file)) {
    const Reply started = host_.config(config.dump()).start();
    if (started.code != OA_OK) {
        throw std::runtime_error(file + " does not start: " + started.message);
    }
}

std::vector<std::string> PluginHarness::function_names() const {
    std::vector<std::string> names;
    for (std::uint32_t i = 0; i < module().function_count; ++i) {
        names.emplace_back(module().functions[i]->name);
    }
    return names;
}

Reply PluginHarness::run(std::string_view name, const oa::Json& params) {
    return host_.run(name, params.dump());
}

Reply PluginHarness::run(std::string_view name, const oa::Json& params, CallOptions options) {
    options.params = params.dump();
    return host_.run(name, FakeCall(std::move(options)));
}

Reply PluginHarness::run(std::string_view name, const FakeCall& call) {
    return host_.run(name, call);
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
                   expected != nullptr && *expected != reply.json) {
            problems.push_back(where + "expected " + expected->dump() + ", got " +
                               reply.json.dump());
        }
    }
    return problems;
}

std::vector<std::string> PluginHarness::check_descriptor() const {
    Problems problems;
    for (std::uint32_t i = 0; i < module().function_count; ++i) {
        check_function(*module().functions[i], problems);
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

std::string warnings_of(const Reply& reply) {
    std::string out;
    for (const oa::testing::LogLine& line : reply.logs) {
        if (line.level == OA_LOG_WARN) {
            out += line.message + '\n';
        }
    }
    return out;
}

}  // namespace oa::test
