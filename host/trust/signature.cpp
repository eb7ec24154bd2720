#include "host/trust/signature.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "host/plugin/descriptor_text.hpp"
#include "host/trust/sha256.hpp"
#include "host/trust/utc_time.hpp"

namespace oa::host {
namespace {

constexpr std::int64_t format = 1;

std::string text_member(const boost::json::object& object, const char* name) {
    const auto* value = object.if_contains(name);
    if (value == nullptr || !value->is_string()) {
        throw SignatureError(std::string("has no text '") + name + "'");
    }
    return std::string(value->get_string());
}

template <typename Check>
std::string checked_member(const boost::json::object& object,
                           const char* name,
                           Check check,
                           const char* expected) {
    auto out = text_member(object, name);
    if (!check(out)) {
        throw SignatureError(std::string("is damaged: '") + name + "' is not " + expected);
    }
    return out;
}

bool is_abi(std::string_view text) {
    const auto dot = text.find('.');
    const auto is_number = [](std::string_view part) {
        return !part.empty() && part.size() <= 5 &&
               std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
    };
    return dot != std::string_view::npos && is_number(text.substr(0, dot)) &&
           is_number(text.substr(dot + 1));
}

bool is_instant(std::string_view text) {
    const auto time = parse_utc(text, DayMeans::Start);
    return time && to_utc_text(*time) == text;
}

boost::json::object parse_object(std::string_view json) {
    try {
        auto value = core::parse_json(json);
        if (value.is_object()) {
            return std::move(value.get_object());
        }
    } catch (const core::JsonError& error) {
        throw SignatureError(std::string("is not JSON: ") + error.what());
    }
    throw SignatureError("is not a JSON object");
}

}  // namespace

std::filesystem::path signature_file(const std::filesystem::path& plugin) {
    return plugin.string() + ".sig";
}

std::string signed_bytes(const PluginSignature& signature) {
    return "open-automator plug-in signature 1\nsha256 " + signature.sha256 + "\nid " +
           signature.id + "\nversion " + signature.version + "\nabi " + signature.abi +
           "\ncreated " + signature.created + "\nkey " + to_base64(signature.key) + "\n";
}

bool is_genuine(const PluginSignature& signature) {
    return is_signed_by(signature.key, signed_bytes(signature), signature.signature);
}

PluginSignature parse_signature(std::string_view json) {
    const auto object = parse_object(json);
    const auto* version = object.if_contains("format");
    if (version == nullptr || !version->is_int64() || version->get_int64() != format) {
        throw SignatureError("is of another format than this program reads");
    }
    PluginSignature out;
    out.sha256 = checked_member(object, "sha256", is_sha256, "64 digits of lower-case hex");
    out.id = checked_member(object, "id", is_module_id, "the id of a module");
    out.version = checked_member(object, "version", is_semver, "a semantic version");
    out.abi = checked_member(object, "abi", is_abi, "a version of the plug-in interface");
    out.created = checked_member(object, "created", is_instant, "an instant in UTC");
    const auto key = parse_public_key(text_member(object, "key"));
    const auto signature = parse_signature_bytes(text_member(object, "signature"));
    if (!key || !signature) {
        throw SignatureError("is damaged: its key or signature is not base64 of the right length");
    }
    out.key = *key;
    out.signature = *signature;
    return out;
}

std::string to_json(const PluginSignature& signature) {
    boost::json::object out;
    out["format"] = format;
    out["sha256"] = signature.sha256;
    out["id"] = signature.id;
    out["version"] = signature.version;
    out["abi"] = signature.abi;
    out["created"] = signature.created;
    out["key"] = to_base64(signature.key);
    out["signature"] = to_base64(signature.signature);
    return core::write_json(out) + "\n";
}

}  // namespace oa::host
