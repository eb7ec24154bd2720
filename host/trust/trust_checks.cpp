#include "host/trust/trust_checks.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "host/plugin/version_range.hpp"

namespace oa::host {
namespace {

using Result = TrustCheck::Result;

constexpr std::array<std::string_view, 9> system_libraries{
    "libc", "libm", "libstdc++", "libgcc_s", "libdl", "libpthread", "librt", "libssl", "libcrypto",
};

/// "libm.so.6" of "libm": nothing but a version behind .so.
bool is_library(std::string_view needed, std::string_view name) {
    if (needed.substr(0, name.size()) != name) {
        return false;
    }
    needed.remove_prefix(name.size());
    if (needed.substr(0, 3) != ".so") {
        return false;
    }
    needed.remove_prefix(3);
    return needed.find_first_not_of(".0123456789") == std::string_view::npos;
}

/// Words for one plug-in and one policy.
class Checker {
public:
    Checker(const PluginPolicy& policy, const TrustSubject& subject, UtcSeconds now)
        : policy_(policy), subject_(subject), now_(now) {}

    TrustFindings all() {
        check_deny();
        const TrustCheck signature = judge_signature();
        check_basis(signature);
        check_version();
        check_libraries();
        check_search_path();
        return std::move(findings_);
    }

    TrustFindings signature_alone() {
        findings_.checks.push_back(judge_signature());
        return std::move(findings_);
    }

private:
    void add(const char* name, Result result, std::string text, std::string fix = {}) {
        findings_.checks.push_back({name, result, std::move(text), std::move(fix)});
    }

    [[nodiscard]] std::string policy_file() const {
        return policy_.file.empty() ? "the trust policy" : "'" + policy_.file + "'";
    }
    [[nodiscard]] std::string policy_line(const std::string& list, const std::string& line) const {
        return "write into " + policy_file() + " under " + list + ": " + line;
    }
    [[nodiscard]] std::string module_text() const {
        const auto& claims = subject_.claims;
        return claims.id.empty() ? claims.file.filename().string()
                                 : claims.id + " " + claims.version;
    }
    [[nodiscard]] std::string allow_line() const {
        return policy_line("allow",
                           "- {sha256: " + subject_.sha256 + ", note: " + module_text() + "}");
    }

    void check_deny() {
        const auto denied = policy_.deny.find(subject_.sha256);
        if (denied == policy_.deny.end()) {
            add("deny", Result::Passed, "is not denied");
            return;
        }
        findings_.denied = true;
        add("deny", Result::Failed,
            "is denied by " + policy_file() +
                (denied->second.empty() ? std::string() : ": " + denied->second),
            "remove the file; or take its sha256 " + subject_.sha256 + " out of deny in " +
                policy_file());
    }

    static TrustCheck failed(std::string text, std::string fix) {
        return {"signature", Result::Failed, std::move(text), std::move(fix)};
    }

    TrustCheck judge_signature() {
        const std::string file = signature_file(subject_.claims.file).string();
        const std::string sign =
            "oa plugin sign '" + subject_.claims.file.string() + "' --key KEYFILE";
        if (!subject_.signature) {
            return failed("is not signed: there is no '" + file + "'", sign);
        }
        PluginSignature signature;
        try {
            signature = parse_signature(*subject_.signature);
        } catch (const SignatureError& error) {
            return failed("has a signature that cannot be used: '" + file + "' " + error.what(),
                          sign);
        }
        if (signature.sha256 != subject_.sha256) {
            return failed(
                "has the signature of other content: it was changed after it was signed, "
                "or '" +
                    file + "' belongs to another file",
                sign);
        }
        if (!is_genuine(signature)) {
            return failed("has a forged or damaged signature: the key that '" + file +
                              "' names did not make it",
                          sign);
        }
        return judge_signer(signature);
    }

    TrustCheck judge_signer(const PluginSignature& signature) {
        const PluginClaims& claims = subject_.claims;
        if (claims.id.empty()) {
            return failed(
                "has no manifest: which module it is would only be known by running it, "
                "so no key can be matched",
                "build it with oa_add_plugin() and sign it again; or " + allow_line());
        }
        if (signature.id != claims.id || signature.version != claims.version) {
            return failed("has the signature of " + signature.id + " " + signature.version +
                              ", but says of itself that it is " + module_text(),
                          "sign it again");
        }
        const TrustedKey* key = policy_.find_key(signature.key);
        if (key == nullptr) {
            return failed(
                "is signed by a key that is not trusted: " + to_base64(signature.key),
                policy_line("keys", "- {name: NAME, ed25519: " + to_base64(signature.key) +
                                        ", modules: [" + claims.id + "]}"));
        }
        if (!key->is_for(claims.id)) {
            return failed(
                "is signed by the key '" + key->name + "', which may not sign " + claims.id,
                "add " + claims.id + " to modules of the key '" + key->name + "' in " +
                    policy_file());
        }
        const std::string change =
            " of the key '" + key->name + "' in " + policy_file() + ", or sign it with another key";
        if (key->valid_from && now_ < *key->valid_from) {
            return failed("is signed by the key '" + key->name + "', which is not valid before " +
                              to_utc_text(*key->valid_from),
                          "change valid_from" + change);
        }
        if (key->valid_until && now_ > *key->valid_until) {
            return failed("is signed by the key '" + key->name + "', which was valid until " +
                              to_utc_text(*key->valid_until),
                          "change valid_until" + change);
        }
        findings_.signed_by = key->name;
        findings_.isolate = key->isolate;
        return {"signature", Result::Passed,
                "was signed by the key '" + key->name + "' on " + signature.created, ""};
    }

    /// Something must speak for the plug-in.
    void check_basis(const TrustCheck& signature) {
        const auto allowed = policy_.allow.find(subject_.sha256);
        if (allowed != policy_.allow.end()) {
            add("allow", Result::Passed,
                "is allowed by its sha256" +
                    (allowed->second.empty() ? std::string() : ": " + allowed->second));
        } else if (subject_.bundled && policy_.bundled) {
            add("bundled", Result::Passed, "belongs to this program");
        } else if (signature.result == Result::Passed) {
            findings_.checks.push_back(signature);
            return;
        } else {
            TrustCheck failure = signature;
            const std::string allow = allow_line();
            if (failure.fix.find(allow) == std::string::npos) {
                failure.fix += "; or " + allow;
            }
            findings_.checks.push_back(std::move(failure));
            return;
        }
        TrustCheck also = signature;
        if (also.result == Result::Failed) {
            also = {"signature", Result::Skipped, also.text, ""};
        }
        findings_.checks.push_back(std::move(also));
    }

    void check_version() {
        const PluginClaims& claims = subject_.claims;
        const auto minimum = policy_.minimum_versions.find(claims.id);
        if (claims.id.empty() || minimum == policy_.minimum_versions.end()) {
            add("version", Result::Skipped, "has no lowest version that is accepted");
            return;
        }
        const auto version = parse_version(claims.version);
        const auto lowest = parse_version(minimum->second);
        if (version && lowest && *version >= *lowest) {
            add("version", Result::Passed,
                "is version " + claims.version + ", not older than " + minimum->second);
            return;
        }
        add("version", Result::Failed,
            "is " + module_text() + "; versions before " + minimum->second +
                " are no longer accepted",
            "install " + claims.id + " " + minimum->second + " or later; or write into " +
                policy_file() + " under minimum_versions: " + claims.id + ": " + claims.version);
    }

    void check_libraries() {
        if (subject_.bundled && policy_.bundled) {
            add("libraries", Result::Skipped,
                "may need any library, as it belongs to this program");
            return;
        }
        for (const std::string& needed : subject_.claims.needed) {
            if (!is_allowed_library(needed, policy_.libraries)) {
                add("libraries", Result::Failed,
                    "needs the library " + needed + ", which no signature covers",
                    "link it into the plug-in; or " + policy_line("libraries", "- " + needed));
                return;
            }
        }
        add("libraries", Result::Passed, "needs only libraries that are allowed");
    }

    void check_search_path() {
        if (!subject_.claims.search_path) {
            add("search_path", Result::Passed, "brings no search path for libraries");
        } else if (subject_.bundled && policy_.bundled) {
            add("search_path", Result::Skipped, "may bring a search path for libraries");
        } else {
            add("search_path", Result::Failed,
                "brings a search path for libraries (RPATH or RUNPATH), so others may decide what "
                "it loads",
                "link it without -rpath; with CMake: set CMAKE_SKIP_RPATH to ON");
        }
    }

    const PluginPolicy& policy_;
    const TrustSubject& subject_;
    UtcSeconds now_;
    TrustFindings findings_;
};

}  // namespace

const TrustCheck* TrustFindings::first_failure() const {
    const auto found = std::find_if(checks.begin(), checks.end(), [](const TrustCheck& check) {
        return check.result == Result::Failed;
    });
    return found == checks.end() ? nullptr : &*found;
}

TrustFindings check_trust(const PluginPolicy& policy, const TrustSubject& subject, UtcSeconds now) {
    return Checker(policy, subject, now).all();
}

TrustFindings check_signature(const PluginPolicy& policy,
                              const TrustSubject& subject,
                              UtcSeconds now) {
    return Checker(policy, subject, now).signature_alone();
}

bool is_allowed_library(std::string_view needed, const std::vector<std::string>& others) {
    if (needed.find('/') != std::string_view::npos) {
        return false;  // a path, wherever it leads
    }
    // The loader itself is called ld-linux-x86-64.so.2, or as other processors have it.
    return needed.substr(0, 9) == "ld-linux-" ||
           std::any_of(system_libraries.begin(), system_libraries.end(),
                       [&](std::string_view name) { return is_library(needed, name); }) ||
           std::any_of(others.begin(), others.end(), [&](const std::string& name) {
               return needed == name || is_library(needed, name);
           });
}

}  // namespace oa::host
