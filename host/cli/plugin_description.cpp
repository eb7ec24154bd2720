#include "host/cli/plugin_description.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

#include "host/log/logger.hpp"

namespace oa::host {

namespace json = boost::json;

std::string text_at(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? printable(value->get_string()) : "";
}

std::vector<std::string> texts_at(const json::object& object, std::string_view key) {
    std::vector<std::string> out;
    const auto* value = object.if_contains(key);
    if (value != nullptr && value->is_array()) {
        for (const auto& text : value->get_array()) {
            if (text.is_string()) {
                out.push_back(printable(text.get_string()));
            }
        }
    }
    return out;
}

const json::object& object_at(const json::object& object, std::string_view key) {
    static const json::object nothing;
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_object() ? value->get_object() : nothing;
}

std::vector<const json::object*> objects_at(const json::object& object, std::string_view key) {
    std::vector<const json::object*> out;
    const auto* value = object.if_contains(key);
    if (value != nullptr && value->is_array()) {
        for (const auto& element : value->get_array()) {
            if (element.is_object()) {
                out.push_back(&element.get_object());
            }
        }
    }
    return out;
}

std::string joined(const std::vector<std::string>& texts) {
    std::string out;
    for (const auto& text : texts) {
        out += (out.empty() ? "" : ", ") + text;
    }
    return out;
}

std::string signature(const json::object& function) {
    const json::object& schema = object_at(function, "params_schema");
    const auto required = texts_at(schema, "required");
    std::string out;
    for (const auto& member : object_at(schema, "properties")) {
        const std::string name = printable(member.key());
        const bool needed = std::find(required.begin(), required.end(), name) != required.end();
        out += (out.empty() ? "" : ", ") + name + (needed ? "" : "?");
    }
    return text_at(function, "name") + "(" + out + ")";
}

std::string summary_of(const json::object& function) {
    const std::string summary = text_at(function, "summary");
    return summary.empty() ? text_at(function, "title") : summary;
}

bool is_open(const json::object& function) {
    const auto* others = object_at(function, "params_schema").if_contains("additionalProperties");
    return others == nullptr || !others->is_bool() || others->get_bool();
}

std::string deprecation_words(const json::object& function) {
    if (!function.contains("deprecated")) {
        return {};
    }
    const json::object& deprecated = object_at(function, "deprecated");
    const std::string since = text_at(deprecated, "since");
    const std::string instead = text_at(deprecated, "replace_with");
    const std::string reason = text_at(deprecated, "reason");
    return "Deprecated" + (since.empty() ? "" : " since " + since) +
           (instead.empty() ? "" : ": use " + instead) + (reason.empty() ? "." : ". " + reason);
}

std::vector<std::string> behaviour_words(const json::object& function) {
    std::vector<std::string> out = texts_at(function, "flags");
    for (auto& word : out) {
        std::replace(word.begin(), word.end(), '_', ' ');
    }
    const auto number = [&function](std::string_view key) {
        const auto* value = function.if_contains(key);
        return value != nullptr && value->is_number() ? value->to_number<std::uint64_t>() : 0U;
    };
    if (const auto timeout = number("default_timeout_ms"); timeout != 0) {
        out.push_back("time-out " + std::to_string(timeout) + " ms");
    }
    if (const auto limit = number("max_concurrency"); limit != 0) {
        out.push_back("at most " + std::to_string(limit) + " at a time");
    }
    return out;
}

std::vector<std::pair<std::string, std::string>> facts_of(const json::object& module) {
    std::vector<std::pair<std::string, std::string>> out;
    const auto add = [&out](std::string name, std::string text) {
        if (!text.empty()) {
            out.emplace_back(std::move(name), std::move(text));
        }
    };
    add("vendor", text_at(module, "vendor"));
    add("licence", text_at(module, "license"));
    add("homepage", text_at(module, "homepage"));
    add("build", text_at(module, "build"));
    add("also called", joined(texts_at(module, "aliases")));
    std::vector<std::string> flags = texts_at(module, "flags");
    for (auto& word : flags) {
        std::replace(word.begin(), word.end(), '_', ' ');
    }
    add("flags", joined(flags));
    const std::string origin = text_at(module, "origin");
    add("file", text_at(module, "file") + (origin.empty() ? "" : " (" + origin + ")"));
    for (const auto& warning : texts_at(module, "warnings")) {
        add("warning", warning);
    }
    return out;
}

}  // namespace oa::host
