#include "host/cli/trust_commands.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iomanip>
#include <ostream>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

#include <boost/json.hpp>
#include <sys/stat.h>

#include "core/json/json.hpp"
#include "host/plugin/descriptor_text.hpp"
#include "host/plugin/elf_file.hpp"
#include "host/plugin/file_trust.hpp"
#include "host/trust/plugin_policy.hpp"
#include "host/trust/plugin_store.hpp"
#include "host/trust/sha256.hpp"
#include "host/trust/signature.hpp"
#include "host/trust/signing_key.hpp"
#include "host/trust/trust_checks.hpp"
#include "host/trust/trust_gate.hpp"
#include "host/trust/whole_file.hpp"

namespace oa::host {
namespace {

namespace fs = std::filesystem;
using Result = TrustCheck::Result;

constexpr std::size_t public_key_bytes_max = 64U << 10U;

/// Ends a command; what() is for the user.
class CommandError : public std::runtime_error {
public:
    CommandError(ExitStatus status, const std::string& what)
        : std::runtime_error(what), status_(status) {}
    [[nodiscard]] ExitStatus status() const { return status_; }

private:
    ExitStatus status_;
};

template <typename Command>
ExitStatus guarded(std::ostream& problems, Command command) {
    try {
        return command();
    } catch (const CommandError& error) {
        problems << error.what() << '\n';
        return error.status();
    } catch (const KeyError& error) {
        problems << error.what() << '\n';
        return ExitStatus::Usage;
    } catch (const SignatureError& error) {
        problems << "the signature " << error.what() << '\n';
        return ExitStatus::PluginTrouble;
    }
}

std::optional<std::string> environment(const std::string& name) {
    const char* const value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::optional<std::string> passphrase() {
    auto out = environment("OA_KEY_PASSPHRASE");
    return out && out->empty() ? std::nullopt : out;
}

class MemorySource final : public ByteSource {
public:
    explicit MemorySource(std::string_view bytes) : bytes_(bytes) {}
    [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }
    [[nodiscard]] bool read(std::uint64_t offset, std::span<std::byte> out) const override {
        if (offset > bytes_.size() || out.size() > bytes_.size() - offset) {
            return false;
        }
        if (!out.empty()) {
            std::memcpy(out.data(), bytes_.data() + offset, out.size());
        }
        return true;
    }

private:
    std::string_view bytes_;
};

/// A plug-in as its bytes tell it, all read at one time.
struct Examined {
    TrustSubject subject;
    std::string abi;
    std::string manifest_problem;  ///< why it tells no id; empty when it does
};

void read_manifest(const std::optional<std::string>& manifest, Examined& out) {
    if (!manifest) {
        out.manifest_problem = "has no manifest";
        return;
    }
    const auto text = [](const boost::json::object& object, const char* name) {
        const auto* value = object.if_contains(name);
        return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
    };
    try {
        const auto value = core::parse_json(*manifest);
        const auto* object = value.if_object();
        const auto id = object == nullptr ? "" : text(*object, "id");
        const auto version = object == nullptr ? "" : text(*object, "version");
        if (!is_module_id(id) || !is_semver(version)) {
            out.manifest_problem = "has a manifest without a proper id and version";
            return;
        }
        out.subject.claims.id = id;
        out.subject.claims.version = version;
        out.abi = text(*object, "abi");
    } catch (const core::JsonError& error) {
        out.manifest_problem = std::string("has a manifest that is not JSON: ") + error.what();
    }
}

Examined examine(const fs::path& named) {
    Examined out;
    std::error_code error;
    const fs::path file = fs::canonical(named, error);
    const auto bytes =
        error ? std::nullopt
              : read_whole_file(file, static_cast<std::size_t>(PluginStore::file_bytes_max));
    if (!bytes) {
        throw CommandError(ExitStatus::Usage, "'" + named.string() +
                                                  "' cannot be read: it is missing, no file, or "
                                                  "larger than 512 MiB");
    }
    out.subject.sha256 = sha256_of(*bytes);
    out.subject.claims.file = file;
    try {
        ElfFacts facts = read_elf(MemorySource(*bytes), "oa_module_entry_v");
        out.subject.claims.needed = std::move(facts.needed);
        out.subject.claims.search_path = !facts.search_path.empty();
        read_manifest(facts.manifest, out);
    } catch (const ElfError& problem) {
        throw CommandError(ExitStatus::PluginTrouble, "'" + named.string() + "' " + problem.what());
    }
    out.subject.signature = read_signature_of(file);
    return out;
}

PublicKey load_public_key(const fs::path& file) {
    const auto text = read_whole_file(file, public_key_bytes_max);
    const auto key = text ? parse_public_key(*text) : std::nullopt;
    if (!key) {
        throw CommandError(
            ExitStatus::Usage,
            "the public key '" + file.string() +
                (text ? "' is no Ed25519 key in PEM form, base64 or hex" : "' cannot be read"));
    }
    return *key;
}

PluginPolicy load_policy(const std::optional<fs::path>& named) {
    const auto file = named ? named : find_plugin_policy(environment);
    if (!file) {
        throw CommandError(ExitStatus::Usage,
                           "there is no trust policy to check against (/etc/oa/trust.yaml); name a "
                           "public key with --key");
    }
    PluginPolicyResult read = read_plugin_policy(file);
    if (has_errors(read.diagnostics)) {
        std::string text;
        for (const core::Diagnostic& diagnostic : read.diagnostics) {
            text += (text.empty() ? "" : "\n") + to_string(diagnostic);
        }
        throw CommandError(ExitStatus::Usage, text);
    }
    return std::move(read.policy);
}

bool lies_in(const fs::path& file, const std::vector<fs::path>& folders) {
    return std::any_of(folders.begin(), folders.end(), [&](const fs::path& folder) {
        std::error_code error;
        return fs::equivalent(folder, file.parent_path(), error) && !error;
    });
}

TrustFindings verify_by_policy(Examined& examined,
                               const PluginPolicy& policy,
                               const std::vector<fs::path>& bundled) {
    const fs::path& file = examined.subject.claims.file;
    const auto place = find_trust_problem(file);
    examined.subject.bundled = !place && lies_in(file, bundled);
    TrustFindings out = check_trust(policy, examined.subject, utc_now());
    out.checks.insert(out.checks.begin(),
                      place ? TrustCheck{"place", Result::Failed, place->reason, place->fix}
                            : TrustCheck{"place", Result::Passed,
                                         "can be changed by nobody but root and this user", ""});
    return out;
}

TrustFindings verify_by_key(const Examined& examined, const fs::path& key_file) {
    PluginPolicy policy;
    policy.keys.push_back({key_file.string(), load_public_key(key_file), {"*"}, {}, {}, false});
    return check_signature(policy, examined.subject, utc_now());
}

std::string_view to_string(Result result) {
    switch (result) {
        case Result::Passed: return "ok";
        case Result::Failed: return "failed";
        case Result::Skipped: return "skipped";
    }
    return "unknown";
}

void print_text(const Examined& examined, const TrustFindings& findings, std::ostream& out) {
    const auto line = [&](std::string_view result, std::string_view name, std::string_view text) {
        out << "  " << std::left << std::setw(8) << result << std::setw(12) << name << text << '\n';
    };
    const PluginClaims& claims = examined.subject.claims;
    out << claims.file.string() << '\n';
    line("", "sha256", examined.subject.sha256);
    line("", "manifest",
         claims.id.empty() ? examined.manifest_problem : claims.id + " " + claims.version);
    for (const TrustCheck& check : findings.checks) {
        line(to_string(check.result), check.name, check.text);
        if (check.result == Result::Failed && !check.fix.empty()) {
            line("", "", check.fix);
        }
    }
    out << (findings.first_failure() == nullptr ? "trusted" : "not trusted") << '\n';
}

void print_json(const Examined& examined, const TrustFindings& findings, std::ostream& out) {
    boost::json::array checks;
    for (const TrustCheck& check : findings.checks) {
        boost::json::object entry;
        entry["check"] = check.name;
        entry["result"] = std::string(to_string(check.result));
        entry["text"] = check.text;
        if (check.result == Result::Failed && !check.fix.empty()) {
            entry["fix"] = check.fix;
        }
        checks.push_back(std::move(entry));
    }
    boost::json::object report;
    report["file"] = examined.subject.claims.file.string();
    report["trusted"] = findings.first_failure() == nullptr;
    report["sha256"] = examined.subject.sha256;
    report["id"] = examined.subject.claims.id;
    report["version"] = examined.subject.claims.version;
    report["signed_by"] = findings.signed_by;
    report["isolate"] = findings.isolate;
    report["checks"] = std::move(checks);
    out << core::write_json(report, core::JsonStyle::Indented) << '\n';
}

}  // namespace

ExitStatus plugin_keygen(const PluginKeygenOptions& options,
                         std::ostream& out,
                         std::ostream& problems) {
    return guarded(problems, [&] {
        const fs::path& file = options.private_key;
        const fs::path public_file = file.string() + ".pub";
        std::error_code error;
        if (fs::exists(fs::symlink_status(public_file, error))) {
            throw CommandError(ExitStatus::Usage, "the public key '" + public_file.string() +
                                                      "' exists already; name another file");
        }
        const auto secret = passphrase();
        const PrivateKey key = PrivateKey::generate();
        key.save(file, secret);
        constexpr mode_t for_all = S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH;
        if (const int number = write_new_file(public_file, to_pem(key.public_key()), for_all)) {
            throw CommandError(ExitStatus::Usage,
                               "the public key '" + public_file.string() +
                                   "' cannot be written: " + std::strerror(number));
        }
        out << "private key  " << file.string()
            << (secret ? " (opens with OA_KEY_PASSPHRASE)"
                       : " (not encrypted; set OA_KEY_PASSPHRASE to have it so)")
            << "\npublic key   " << public_file.string()
            << "\n\nA trust policy trusts it for the modules named here by these lines:\n\n"
            << "keys:\n  - name: " << file.stem().string()
            << "\n    ed25519: " << to_base64(key.public_key())
            << "\n    modules: [com.example.*]\n";
        return ExitStatus::Ok;
    });
}

ExitStatus plugin_sign(const PluginSignOptions& options,
                       std::ostream& out,
                       std::ostream& problems) {
    return guarded(problems, [&] {
        const Examined examined = examine(options.file);
        const PluginClaims& claims = examined.subject.claims;
        if (claims.id.empty()) {
            throw CommandError(ExitStatus::PluginTrouble,
                               "'" + options.file.string() + "' " + examined.manifest_problem +
                                   ", so there is no telling which module is signed; build it with "
                                   "oa_add_plugin(), or run oa-manifest on it");
        }
        const PrivateKey key = PrivateKey::load(options.private_key, passphrase());
        PluginSignature signature;
        signature.sha256 = examined.subject.sha256;
        signature.id = claims.id;
        signature.version = claims.version;
        signature.abi = examined.abi;
        signature.created = to_utc_text(utc_now());
        signature.key = key.public_key();
        signature.signature = key.sign(signed_bytes(signature));
        static_cast<void>(parse_signature(to_json(signature)));  // nobody signs what cannot be read
        const fs::path file = signature_file(claims.file);
        constexpr mode_t for_all = S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH;
        if (const int error = replace_file(file, to_json(signature), for_all)) {
            throw CommandError(ExitStatus::Usage, "'" + file.string() + "' cannot be written: " +
                                                      std::strerror(error));
        }
        out << file.string() << ": " << claims.id << ' ' << claims.version << ", sha256 "
            << signature.sha256 << '\n';
        return ExitStatus::Ok;
    });
}

ExitStatus plugin_verify(const PluginVerifyOptions& options,
                         std::ostream& out,
                         std::ostream& problems,
                         const std::optional<fs::path>& policy_file,
                         const std::vector<fs::path>& bundled) {
    return guarded(problems, [&] {
        Examined examined = examine(options.file);
        const TrustFindings findings =
            options.public_key ? verify_by_key(examined, *options.public_key)
                               : verify_by_policy(examined, load_policy(policy_file), bundled);
        if (options.json) {
            print_json(examined, findings, out);
        } else {
            print_text(examined, findings, out);
        }
        return findings.first_failure() == nullptr ? ExitStatus::Ok : ExitStatus::PluginTrouble;
    });
}

}  // namespace oa::host
