#include "host/vault/kv_answer.hpp"

#include <algorithm>
#include <cstddef>
#include <stdexcept>

#include <boost/json.hpp>

#include "core/display_text.hpp"
#include "core/secret/wiped_buffer.hpp"
#include "core/secret/wiped_json.hpp"

namespace oa::host::vault {
namespace {

namespace json = boost::json;

constexpr std::size_t shown_columns = 200;
constexpr std::size_t shown_fields = 20;

/// Nothing when there is no such member.
const json::value* member(const json::value* object, json::string_view name) {
    const json::object* const members = object == nullptr ? nullptr : object->if_object();
    return members == nullptr ? nullptr : members->if_contains(name);
}

[[noreturn]] void refuse_shape() {
    throw std::runtime_error(
        "the answer is not that of a KV store, version 2; check vault.address and vault.mount");
}

json::value parse_answer(std::string_view body, core::WipedMemory& memory) {
    try {
        return core::parse_wiped(body, memory);
    } catch (const std::invalid_argument&) {
        throw std::runtime_error("the answer is not JSON; check vault.address");
    }
}

core::Secret value_of(const json::value& value) {
    if (const auto* text = value.if_string()) {
        return core::Secret({text->data(), text->size()});
    }
    core::WipedBuffer out;
    core::append_wiped_json(out, value);
    return core::Secret(out.view());
}

std::string names_of(const json::object& fields) {
    std::string out;
    std::size_t count = 0;
    for (const auto& field : fields) {
        if (count == shown_fields) {
            return out + ", ...";
        }
        out += count == 0 ? "" : ", ";
        out += core::shorten({field.key().data(), field.key().size()}, shown_columns);
        ++count;
    }
    return out;
}

/// The first of the answer's errors; empty when it has none.
std::string first_error(std::string_view body) {
    core::WipedMemory memory;
    try {
        const json::value answer = core::parse_wiped(body, memory);
        const json::value* const errors = member(&answer, "errors");
        const json::array* const list = errors == nullptr ? nullptr : errors->if_array();
        const json::string* const text =
            list == nullptr || list->empty() ? nullptr : list->front().if_string();
        return text == nullptr ? std::string() : std::string(text->data(), text->size());
    } catch (const std::invalid_argument&) {
        return {};
    }
}

}  // namespace

bool has_secret(std::string_view body) {
    core::WipedMemory memory;
    const json::value answer = parse_answer(body, memory);
    const json::value* const fields = member(member(&answer, "data"), "data");
    if (fields == nullptr || !(fields->is_object() || fields->is_null())) {
        refuse_shape();
    }
    return fields->is_object();
}

bool says_missing(const HttpAnswer& answer) {
    core::WipedMemory memory;
    const json::value body = parse_answer(answer.body.reveal(), memory);
    if (member(&body, "data") != nullptr) {
        return true;  // deleted: its metadata is there
    }
    const json::value* const errors = member(&body, "errors");
    const json::array* const list = errors == nullptr ? nullptr : errors->if_array();
    return list != nullptr && list->empty();
}

std::optional<core::Secret> field_of(std::string_view body, const KvKey& key) {
    core::WipedMemory memory;
    const json::value answer = parse_answer(body, memory);
    const json::value* const data = member(member(&answer, "data"), "data");
    const json::object* const fields = data == nullptr ? nullptr : data->if_object();
    if (fields == nullptr) {
        refuse_shape();
    }
    if (key.field) {
        const json::value* const value = fields->if_contains(*key.field);
        return value == nullptr ? std::nullopt : std::optional(value_of(*value));
    }
    if (fields->empty()) {
        return std::nullopt;
    }
    if (fields->size() > 1) {
        throw std::runtime_error(
            "it has several fields (" + names_of(*fields) + "); name one behind a #, such as " +
            core::single_line(key.asked()) + '#' +
            core::single_line({fields->begin()->key().data(), fields->begin()->key().size()}));
    }
    return value_of(fields->begin()->value());
}

std::string said_in(const HttpAnswer& answer, const std::vector<const core::Secret*>& secrets) {
    const std::string error = first_error(answer.body.reveal());
    const bool is_open =
        std::any_of(secrets.begin(), secrets.end(), [&error](const core::Secret* secret) {
            return !secret->empty() && error.find(secret->reveal()) != std::string::npos;
        });
    std::string out = "status " + std::to_string(answer.status);
    if (!error.empty() && !is_open) {
        out += ": " + core::shorten(error, shown_columns);
    }
    return out;
}

}  // namespace oa::host::vault
