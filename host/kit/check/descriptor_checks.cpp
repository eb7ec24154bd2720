#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <boost/json.hpp>

#include "host/kit/check/check_functions.hpp"
#include "host/kit/check/sample_params.hpp"
#include "host/kit/check/schema_fit.hpp"
#include "host/kit/check/trial.hpp"

namespace oa::host::checks {

namespace json = boost::json;

namespace {

bool has_text(const char* text) {
    return text != nullptr && *text != '\0';
}

/// Whether some property, at any depth, is marked as secret.
bool has_secret(const json::value& schema) {
    if (const auto* object = schema.if_object()) {
        return std::any_of(object->begin(), object->end(), [](const auto& member) {
            return (member.key() == "x-secret" && member.value() == json::value(true)) ||
                   (member.key() == "format" && member.value() == json::value("password")) ||
                   has_secret(member.value());
        });
    }
    const auto* array = schema.if_array();
    return array != nullptr && std::any_of(array->begin(), array->end(), has_secret);
}

void check_example(CheckBench& bench, const TrialFunction& function, const json::object& example) {
    const std::string name = example_name(function, example);
    const auto* params = example.if_contains("params");
    if (params == nullptr || !params->is_object()) {
        bench.find(name + " has no \"params\" object");
        return;
    }
    const auto* error = example.if_contains("error");
    // An example of wrong parameters may break the schema.
    if (error == nullptr || *error != json::value("invalid_params")) {
        for (const auto& misfit : misfits(*params, function.params_schema)) {
            bench.find(std::string(name).append(": params: ").append(misfit));
        }
    }
    if (const auto* output = example.if_contains("output")) {
        for (const auto& misfit : misfits(*output, function.output_schema)) {
            bench.find(std::string(name).append(": output: ").append(misfit));
        }
    }
    if (error == nullptr) {
        return;
    }
    bool known = false;
    for (std::int32_t code = OA_CANCELLED; error->is_string() && code <= OA_INTERNAL; ++code) {
        known = known || status_word(code) == std::string_view(error->get_string());
    }
    if (!known) {
        bench.find(name + " names an error that the contract does not know");
    }
    if (example.contains("output")) {
        bench.find(name + " has both an output and an error");
    }
}

void check_deprecation(CheckBench& bench, const Trial& trial, const TrialFunction& function) {
    const oa_deprecation& deprecation = *function.raw->deprecated;
    if (!has_text(deprecation.replace_with) && !has_text(deprecation.reason)) {
        bench.find(function.name + " is deprecated without a replacement or a reason");
        return;
    }
    if (!has_text(deprecation.replace_with)) {
        return;
    }
    const std::string_view target = deprecation.replace_with;
    const auto dot = target.rfind('.');
    if (dot == std::string_view::npos) {
        bench.find(function.name + ": replace_with is '" + std::string(target) +
                   "', not of the form module.function");
        return;
    }
    if (target.substr(0, dot) != trial.module().name) {
        return;  // another plug-in's
    }
    const auto& all = trial.functions();
    if (std::none_of(all.begin(), all.end(),
                     [&](const auto& other) { return other.name == target.substr(dot + 1); })) {
        bench.find(function.name + ": replace_with names " + std::string(target) +
                   ", which does not exist");
    }
}

}  // namespace

void has_summaries(CheckBench& bench) {
    const Trial trial(bench);
    if (!has_text(trial.module().summary)) {
        bench.find("the module has no summary");
    }
    for (const auto& function : trial.functions()) {
        if (!has_text(function.raw->summary)) {
            bench.find(function.name + " has no summary");
        }
    }
}

void has_sound_schemas(CheckBench& bench) {
    const Trial trial(bench);
    const auto check = [&bench](const std::string& what, const json::value& schema) {
        for (const auto& fault : schema_faults(schema)) {
            bench.find(std::string(what).append(": ").append(fault));
        }
    };
    for (const auto& function : trial.functions()) {
        check(function.name + ": params_schema", function.params_schema);
        if (!function.output_schema.is_null()) {
            check(function.name + ": output_schema", function.output_schema);
        }
    }
    if (const auto* config = trial.manifest().if_contains("config_schema")) {
        check("config_schema", *config);
    }
}

void has_closed_schemas(CheckBench& bench) {
    const Trial trial(bench);
    for (const auto& function : trial.functions()) {
        if (!function.params_schema.contains("additionalProperties")) {
            bench.find(function.name + ": params_schema does not state additionalProperties");
        }
    }
    const auto* config = trial.manifest().if_contains("config_schema");
    if (config != nullptr && config->is_object() &&
        !config->get_object().contains("additionalProperties")) {
        bench.find("config_schema does not state additionalProperties");
    }
}

void has_parameter_descriptions(CheckBench& bench) {
    const Trial trial(bench);
    for (const auto& function : trial.functions()) {
        for (const auto& name : property_names(function.params_schema)) {
            const auto& property = function.params_schema.at("properties").at(name);
            if (property.is_object() && !property.get_object().contains("description") &&
                !property.get_object().contains("title") &&
                !property.get_object().contains("$ref")) {
                bench.find(function.name + ": parameter " + name + " has no description");
            }
        }
    }
}

void has_examples(CheckBench& bench) {
    const Trial trial(bench);
    for (const auto& function : trial.functions()) {
        if (function.examples.empty() && !function.deprecated) {
            bench.find(function.name + " has no example");
        }
    }
}

void examples_fit(CheckBench& bench) {
    const Trial trial(bench);
    for (const auto& function : trial.functions()) {
        for (const auto& example : function.examples) {
            check_example(bench, function, example.get_object());
        }
    }
}

void deprecations_help(CheckBench& bench) {
    const Trial trial(bench);
    for (const auto& function : trial.functions()) {
        if (function.deprecated) {
            check_deprecation(bench, trial, function);
        }
    }
}

void flags_are_plausible(CheckBench& bench) {
    const Trial trial(bench);
    constexpr std::array<std::pair<std::uint32_t, std::string_view>, 3> impure{{
        {OA_F_NETWORK, "OA_F_NETWORK"},
        {OA_F_FILESYSTEM, "OA_F_FILESYSTEM"},
        {OA_F_PROCESSES, "OA_F_PROCESSES"},
    }};
    for (const auto& function : trial.functions()) {
        for (const auto& [flag, name] : impure) {
            if (function.is(OA_F_PURE) && function.is(flag)) {
                bench.find(function.name + " is OA_F_PURE and " + std::string(name));
            }
        }
        if (function.is(OA_F_PURE) && !function.is(OA_F_IDEMPOTENT)) {
            bench.find(function.name + " is OA_F_PURE, but not OA_F_IDEMPOTENT");
        }
        if (has_secret(function.params_schema) && !function.is(OA_F_SECRETS)) {
            bench.find(function.name + " has a secret parameter, but not OA_F_SECRETS");
        }
    }
}

}  // namespace oa::host::checks
