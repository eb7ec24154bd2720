#include "host/trust/trust_gate.hpp"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

#include "host/plugin/file_trust.hpp"
#include "host/plugin/plugin_file.hpp"
#include "host/plugin/plugin_problem.hpp"
#include "host/trust/signature.hpp"
#include "host/trust/trust_checks.hpp"
#include "host/trust/whole_file.hpp"

namespace oa::host {
namespace {

constexpr std::size_t signature_bytes_max = 64U << 10U;
constexpr std::chrono::hours copies_kept{30 * 24};

/// Whether the loader would look for libraries relative to where the file lies.
bool finds_others_beside(const std::filesystem::path& file) {
    try {
        const auto places = examine_plugin_file(file, TrustPolicy::Ignore).facts.search_path;
        return std::any_of(places.begin(), places.end(), [](const std::string& place) {
            return place.find("$ORIGIN") != std::string::npos ||
                   place.find("${ORIGIN}") != std::string::npos;
        });
    } catch (const PluginRefused&) {
        return false;  // and so it will be refused
    }
}

}  // namespace

TrustGate::TrustGate(PluginPolicy policy, const Places& places, std::function<UtcSeconds()> now)
    : policy_(std::move(policy)), store_(places.state / "store"), now_(std::move(now)) {
    for (const auto& folder : places.bundled) {
        std::error_code error;
        auto canonical = std::filesystem::canonical(folder, error);
        if (!error) {
            bundled_.push_back(std::move(canonical));
        }
    }
}

AdmittedFile TrustGate::take(const std::filesystem::path& file) {
    if (policy_.mode != TrustMode::Off || policy_.copy) {
        return take_copy(file);
    }
    if (is_bundled(file) || finds_others_beside(file)) {
        return {file, ""};
    }
    try {
        // Not for safety: what runs on the old content of a file goes on when it gets a new one.
        return take_copy(file);
    } catch (const PluginRefused&) {
        return {file, ""};  // no room for copies: it works all the same
    }
}

AdmittedFile TrustGate::take_copy(const std::filesystem::path& file) {
    auto out = store_.put(file, policy_.mode == TrustMode::Enforce ? PluginStore::Existing::Verify
                                                                   : PluginStore::Existing::Trust);
    std::call_once(pruned_, [&] {
        static_cast<void>(store_.prune(std::chrono::system_clock::now() - copies_kept));
    });
    return out;
}

PluginVerdict TrustGate::judge(const AdmittedFile& content, const PluginClaims& claims) {
    PluginVerdict verdict;
    if (policy_.mode == TrustMode::Off) {
        return verdict;
    }
    const TrustFindings findings = check_trust(
        policy_, {content.sha256, claims, is_bundled(claims.file), read_signature_of(claims.file)},
        now_());
    const TrustCheck* const failure = findings.first_failure();
    if (failure != nullptr && (findings.denied || policy_.mode == TrustMode::Enforce)) {
        throw PluginRefused(PluginProblem::Untrusted, failure->text, failure->fix);
    }
    for (const TrustCheck& check : findings.checks) {
        if (check.result == TrustCheck::Result::Failed) {
            verdict.warnings.push_back(check.text + (check.fix.empty() ? "" : "; " + check.fix));
        }
    }
    verdict.signed_by = findings.signed_by;
    verdict.isolate = findings.isolate;
    return verdict;
}

bool TrustGate::is_bundled(const std::filesystem::path& file) const {
    return std::find(bundled_.begin(), bundled_.end(), file.parent_path()) != bundled_.end() &&
           !find_trust_problem(file);
}

std::optional<std::string> read_signature_of(const std::filesystem::path& plugin) {
    return read_whole_file(signature_file(plugin), signature_bytes_max);
}

}  // namespace oa::host
