// Sleeping, printing and variables, as older documents know them.

#include "older.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "plugins/common/io.hpp"
#include "plugins/common/json_values.hpp"
#include "plugins/common/python.hpp"
#include "plugins/common/text.hpp"

namespace oa::utils {
namespace {

constexpr std::size_t printed_max = 500;  // bytes of a text in the log

/// What the engine has filled in, or the document given.
const Json& variables(Call& call) {
    const Json* given = call.find_param("variables");
    if (given == nullptr || !given->is_object()) {
        throw invalid_params("/variables",
                             "a module does not see variables, except under compat: oa3: give "
                             "variables, such as \"${vars}\"");
    }
    return *given;
}

void log_value(Call& call, const std::string& source, const Json& value) {
    const bool structured = value.is_object() || value.is_array();
    const std::string text = structured ? value.dump(JsonStyle::Indented) : common::text_of(value);
    const std::string_view shown =
        value.is_string() ? common::cut_text(text, printed_max) : std::string_view(text);
    call.log().info(source + " (" + std::string(common::python_type(value)) +
                    "): " + std::string(shown) + (shown.size() < text.size() ? "..." : ""));
}

}  // namespace

Json older_sleep(Call& call) {
    const Json requested = call.param<Json>("seconds");
    const auto number = common::number_of(requested);
    if (!number || number->as_double() < 0) {
        throw invalid_params("/seconds",
                             "seconds has to be a number from 0 on, not " + requested.describe());
    }
    const auto duration = Json(*number).as<std::chrono::milliseconds>();
    call.wait_for(duration);
    if (const Json* input = call.find_param("input")) {
        return *input;
    }
    return {{"slept_seconds", static_cast<double>(duration.count()) / 1000},
            {"requested_seconds", *number}};
}

Json older_print_text(Call& call) {
    for (const char* name : {"text", "message", "input"}) {
        if (const Json* value = call.find_param(name)) {
            std::string text = common::text_of(*value);
            call.log().info(text);
            return {{"content", std::move(text)}};
        }
    }
    throw invalid_params("/text", "there is nothing to print: give text, or message");
}

Json older_printvar(Call& call) {
    if (const auto name = call.find_param<std::string>("varname")) {
        const Json* value = variables(call).find(*name);
        if (value == nullptr) {
            throw not_found("there is no variable '" + *name + "'").with_pointer("/varname");
        }
        log_value(call, *name, *value);
        return *value;
    }
    if (const Json* input = call.find_param("input")) {
        log_value(call, "input", *input);
        return *input;
    }
    throw invalid_params("/varname", "there is neither a varname nor an input to print");
}

Json older_setvar(Call& call) {
    auto name = call.param<std::string>("varname");
    const Json* value = call.find_param("varvalue");
    if (value == nullptr) {
        value = call.find_param("input");
    }
    if (value == nullptr) {
        throw invalid_params("/varvalue", "varvalue is missing, and there is no input");
    }
    call.log().info(name + " = " + common::text_of(*value));
    return {{"varname", std::move(name)}, {"varvalue", *value}};
}

Json older_dumpvar(Call& call) {
    Json all = variables(call);
    const Json* input = call.find_param("input");
    if (input != nullptr && common::says_yes(call.params()["include_input"])) {
        all["_input"] = *input;
    }
    if (const auto path = call.find_param<std::string>("savetofile"); path && !path->empty()) {
        common::AtomicFile file(*path, {});
        file.write(all.dump(JsonStyle::Indented) + "\n");
        file.commit();
    }
    return all;
}

}  // namespace oa::utils
