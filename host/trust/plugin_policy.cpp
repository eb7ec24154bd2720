#include "host/trust/plugin_policy.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <system_error>
#include <utility>

#include <boost/json/value.hpp>

#include "core/nearest.hpp"
#include "core/workflow/yaml.hpp"
#include "core/workflow/yaml_value.hpp"
#include "host/plugin/descriptor_text.hpp"
#include "host/plugin/file_trust.hpp"
#include "host/plugin/version_range.hpp"
#include "host/trust/sha256.hpp"
#include "host/trust/whole_file.hpp"

namespace oa::host {
namespace {

namespace fs = std::filesystem;
using core::YamlNode;

constexpr std::size_t policy_bytes_max = 4U << 20U;

/// "com.acme.http", "com.acme.*" or "*".
bool is_module_pattern(std::string_view text) {
    constexpr std::string_view any_below = ".*";
    if (text == "*") {
        return true;
    }
    if (text.size() > any_below.size() &&
        text.substr(text.size() - any_below.size()) == any_below) {
        text.remove_suffix(any_below.size());
    }
    return is_module_id(text);
}

bool is_library_name(std::string_view text) {
    return text.substr(0, 3) == "lib" && text.find('/') == std::string_view::npos;
}

class PolicyReader {
public:
    explicit PolicyReader(PluginPolicyResult& result) : result_(result), policy_(result.policy) {}

    void read(const YamlNode& root) {
        bool has_mode = false;
        const std::array<Member, 8> members{{
            {"mode",
             [&](const YamlNode& node) {
                 has_mode = true;
                 read_mode(node);
             }},
            {"bundled", [&](const YamlNode& node) { read_flag(node, "bundled", policy_.bundled); }},
            {"copy", [&](const YamlNode& node) { read_flag(node, "copy", policy_.copy); }},
            {"allow",
             [&](const YamlNode& node) { read_hashes(node, "allow", "note", policy_.allow); }},
            {"keys", [&](const YamlNode& node) { read_keys(node); }},
            {"deny",
             [&](const YamlNode& node) { read_hashes(node, "deny", "reason", policy_.deny); }},
            {"minimum_versions", [&](const YamlNode& node) { read_versions(node); }},
            {"libraries",
             [&](const YamlNode& node) {
                 read_texts(node, "libraries", is_library_name,
                            "the name of a library such as libpq or libxml2.so.2",
                            policy_.libraries);
             }},
        }};
        read_members(root, "the policy", members);
        if (!has_mode && root.kind == YamlNode::Kind::Mapping) {
            report(root.position, "the policy has no 'mode'", "write mode: off, warn or enforce");
        }
    }

private:
    struct Member {
        const char* key;
        std::function<void(const YamlNode&)> read;
    };

    void report(core::SourcePosition position, std::string message, std::string hint = {}) {
        core::Diagnostic problem;
        problem.file = policy_.file;
        problem.position = position;
        problem.message = std::move(message);
        problem.hint = std::move(hint);
        result_.diagnostics.push_back(std::move(problem));
    }

    template <std::size_t count>
    void read_members(const YamlNode& node,
                      const std::string& what,
                      const std::array<Member, count>& members) {
        if (node.kind != YamlNode::Kind::Mapping) {
            report(node.position, what + " must be a mapping");
            return;
        }
        for (const auto& entry : node.entries) {
            const auto member =
                std::find_if(members.begin(), members.end(),
                             [&](const Member& candidate) { return entry.key == candidate.key; });
            if (member != members.end()) {
                member->read(*entry.value);
                continue;
            }
            std::vector<std::string> keys(members.size());
            std::transform(members.begin(), members.end(), keys.begin(),
                           [](const Member& known) { return known.key; });
            report(entry.key_position, what + " has no setting '" + entry.key + "'",
                   core::did_you_mean(entry.key, keys));
        }
    }

    /// The items of a list; reports anything else.
    const std::vector<const YamlNode*>& items_of(const YamlNode& node, const std::string& what) {
        if (node.kind != YamlNode::Kind::Sequence) {
            report(node.position, what + " must be a list");
        }
        return node.items;  // empty when it is no list
    }

    std::optional<std::string> read_text(const YamlNode& node, const std::string& what) {
        if (node.kind != YamlNode::Kind::Scalar || node.scalar.empty()) {
            report(node.position, what + " must be a text");
            return std::nullopt;
        }
        return node.scalar;
    }

    template <typename Check>
    std::optional<std::string> read_text(const YamlNode& node,
                                         const std::string& what,
                                         Check check,
                                         const char* expected) {
        auto out = read_text(node, what);
        if (out && !check(*out)) {
            report(node.position, what + ": '" + *out + "' is not " + expected);
            out.reset();
        }
        return out;
    }

    template <typename Check>
    void read_texts(const YamlNode& node,
                    const std::string& what,
                    Check check,
                    const char* expected,
                    std::vector<std::string>& out) {
        for (const YamlNode* item : items_of(node, what)) {
            if (auto text = read_text(*item, what, check, expected)) {
                out.push_back(std::move(*text));
            }
        }
    }

    void read_mode(const YamlNode& node) {
        const auto text = read_text(node, "mode");
        for (const TrustMode mode : {TrustMode::Off, TrustMode::Warn, TrustMode::Enforce}) {
            if (text == to_string(mode)) {
                policy_.mode = mode;
                return;
            }
        }
        if (text) {
            report(node.position, "mode: '" + *text + "' is not off, warn or enforce");
        }
    }

    void read_flag(const YamlNode& node, const std::string& what, bool& out) {
        const auto scalar =
            node.kind == YamlNode::Kind::Scalar ? core::scalar_value(node) : core::ScalarValue{};
        if (!scalar.value || !scalar.value->is_bool()) {
            report(node.position, what + " must be true or false");
            return;
        }
        out = scalar.value->get_bool();
    }

    void read_hashes(const YamlNode& node,
                     const std::string& what,
                     const char* remark_key,
                     std::map<std::string, std::string, std::less<>>& out) {
        for (const YamlNode* item : items_of(node, what)) {
            std::optional<std::string> hash;
            std::string remark;
            const std::string entry = "an entry of " + what;
            const std::array<Member, 2> members{{
                {"sha256",
                 [&](const YamlNode& value) {
                     hash = read_text(value, "sha256", is_sha256, "64 digits of lower-case hex");
                 }},
                {remark_key,
                 [&](const YamlNode& value) {
                     remark = read_text(value, remark_key).value_or("");
                 }},
            }};
            const std::size_t before = result_.diagnostics.size();
            read_members(*item, entry, members);
            if (!hash && result_.diagnostics.size() == before) {
                report(item->position, entry + " has no 'sha256'");
            }
            if (hash && !out.emplace(*hash, std::move(remark)).second) {
                report(item->position, what + " names this sha256 twice");
            }
        }
    }

    void read_keys(const YamlNode& node) {
        for (const YamlNode* item : items_of(node, "keys")) {
            read_key(*item);
        }
    }

    void read_key(const YamlNode& node) {
        TrustedKey key;
        std::optional<PublicKey> bytes;
        const std::array<Member, 6> members{{
            {"name",
             [&](const YamlNode& value) { key.name = read_text(value, "name").value_or("?"); }},
            {"ed25519",
             [&](const YamlNode& value) {
                 const auto text = read_text(value, "ed25519");
                 bytes = text ? parse_public_key(*text) : std::nullopt;
                 if (text && !bytes) {
                     report(value.position,
                            "ed25519: this is no public key of 32 bytes in base64 "
                            "or hex");
                 }
             }},
            {"modules",
             [&](const YamlNode& value) {
                 read_texts(value, "modules", is_module_pattern,
                            "an id such as com.acme.http, or com.acme.* or *", key.modules);
             }},
            {"valid_from",
             [&](const YamlNode& value) { key.valid_from = read_time(value, DayMeans::Start); }},
            {"valid_until",
             [&](const YamlNode& value) { key.valid_until = read_time(value, DayMeans::End); }},
            {"isolate", [&](const YamlNode& value) { read_flag(value, "isolate", key.isolate); }},
        }};
        const std::size_t before = result_.diagnostics.size();
        read_members(node, "a key", members);
        if (result_.diagnostics.size() != before) {
            return;
        }
        if (key.name.empty() || !bytes || key.modules.empty()) {
            report(node.position, std::string("a key has no '") +
                                      (key.name.empty() ? "name"
                                       : !bytes         ? "ed25519"
                                                        : "modules") +
                                      "'");
            return;
        }
        if (key.valid_from && key.valid_until && *key.valid_from > *key.valid_until) {
            report(node.position, "the key '" + key.name + "' ends before it begins to be valid");
        }
        key.key = *bytes;
        const bool known =
            std::any_of(policy_.keys.begin(), policy_.keys.end(), [&](const TrustedKey& other) {
                return other.name == key.name || other.key == key.key;
            });
        if (known) {
            report(node.position, "the key '" + key.name + "' is there twice");
        }
        policy_.keys.push_back(std::move(key));
    }

    std::optional<UtcSeconds> read_time(const YamlNode& node, DayMeans day) {
        const auto text = read_text(node, "a time");
        const auto out = text ? parse_utc(*text, day) : std::nullopt;
        if (text && !out) {
            report(node.position,
                   "'" + *text + "' is no day such as 2026-01-31 and no 2026-01-31T12:00:00Z");
        }
        return out;
    }

    void read_versions(const YamlNode& node) {
        if (node.kind != YamlNode::Kind::Mapping) {
            report(node.position, "minimum_versions must be a mapping from ids to versions");
            return;
        }
        for (const auto& entry : node.entries) {
            if (!is_module_id(entry.key)) {
                report(entry.key_position,
                       "minimum_versions: '" + entry.key + "' is not an id such as com.acme.http");
            }
            if (auto version = read_text(
                    *entry.value, "minimum_versions",
                    [](const std::string& text) { return parse_version(text).has_value(); },
                    "a semantic version such as 1.4.0")) {
                policy_.minimum_versions[entry.key] = std::move(*version);
            }
        }
    }

    PluginPolicyResult& result_;
    PluginPolicy& policy_;
};

void fail(PluginPolicyResult& result, std::string message, std::string hint = {}) {
    core::Diagnostic problem;
    problem.file = result.policy.file;
    problem.message = std::move(message);
    problem.hint = std::move(hint);
    result.diagnostics.push_back(std::move(problem));
}

}  // namespace

std::string_view to_string(TrustMode mode) {
    switch (mode) {
        case TrustMode::Off: return "off";
        case TrustMode::Warn: return "warn";
        case TrustMode::Enforce: return "enforce";
    }
    return "unknown";
}

bool TrustedKey::is_for(std::string_view module_id) const {
    return std::any_of(modules.begin(), modules.end(), [&](std::string_view pattern) {
        if (pattern == "*" || pattern == module_id) {
            return true;
        }
        // "com.acme.*" becomes "com.acme.", so that com.acmeevil does not begin with it.
        return pattern.back() == '*' &&
               module_id.substr(0, pattern.size() - 1) == pattern.substr(0, pattern.size() - 1);
    });
}

const TrustedKey* PluginPolicy::find_key(const PublicKey& wanted) const {
    const auto found = std::find_if(keys.begin(), keys.end(),
                                    [&](const TrustedKey& key) { return key.key == wanted; });
    return found == keys.end() ? nullptr : &*found;
}

PluginPolicyResult parse_plugin_policy(std::string_view text, const std::string& file) {
    PluginPolicyResult result;
    result.policy.file = file;
    const core::YamlResult yaml = core::parse_yaml(text, file);
    result.diagnostics = yaml.diagnostics;
    if (yaml.root != nullptr) {
        PolicyReader(result).read(*yaml.root);
    }
    return result;
}

PluginPolicyResult read_plugin_policy(const std::optional<fs::path>& file) {
    PluginPolicyResult result;
    if (!file) {
        return result;
    }
    result.policy.file = file->string();
    std::error_code error;
    const fs::path canonical = fs::canonical(*file, error);
    const auto text = error ? std::nullopt : read_whole_file(canonical, policy_bytes_max);
    if (!text) {
        fail(result, "the policy of plug-ins cannot be read");
        return result;
    }
    if (const auto problem = find_trust_problem(canonical)) {
        fail(result, "the policy of plug-ins could be changed by others: " + problem->reason,
             problem->fix);
        return result;
    }
    return parse_plugin_policy(*text, file->string());
}

std::optional<fs::path> find_plugin_policy(
    const std::function<std::optional<std::string>(const std::string&)>& environment) {
    std::vector<fs::path> places{"/etc/oa/trust.yaml"};
    if (const auto base = environment("XDG_CONFIG_HOME"); base && !base->empty()) {
        places.push_back(fs::path(*base) / "oa" / "trust.yaml");
    } else if (const auto home = environment("HOME"); home && !home->empty()) {
        places.push_back(fs::path(*home) / ".config" / "oa" / "trust.yaml");
    }
    for (const fs::path& place : places) {
        // One that is there but cannot be read is an error later, and not a reason to go on.
        std::error_code error;
        const auto status = fs::symlink_status(place, error);
        if (status.type() != fs::file_type::not_found && status.type() != fs::file_type::none) {
            return place;
        }
    }
    return std::nullopt;
}

}  // namespace oa::host
