#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "host/plugin/plugin_file.hpp"
#include "host/plugin/plugin_library.hpp"
#include "host/plugin/plugin_problem.hpp"
#include "host/trust/sha256.hpp"
#include "host/trust/signature.hpp"
#include "host/trust/signing_key.hpp"
#include "host/trust/trust_gate.hpp"
#include "host/trust/utc_time.hpp"
#include "host/trust/whole_file.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::host {

/// A folder with the plug-in `canary`, a key that may sign com.acme.*, and a policy in mode
/// enforce that trusts nothing else.
struct TrustFixture : testing::Test {
    static constexpr UtcSeconds now = 1'790'000'000;  // in 2026

    test::TemporaryFolder temp;
    std::filesystem::path folder = std::filesystem::canonical(temp.path());
    std::filesystem::path file = install("canary");
    PrivateKey key = PrivateKey::generate();
    PluginPolicy policy = [this] {
        PluginPolicy out;
        out.file = "/etc/oa/trust.yaml";
        out.mode = TrustMode::Enforce;
        out.keys.push_back({"acme", key.public_key(), {"com.acme.*"}, {}, {}, false});
        return out;
    }();

    TrustFixture() { setenv("OA_TEST_CANARY", canary().c_str(), 1); }
    ~TrustFixture() override { unsetenv("OA_TEST_CANARY"); }

    [[nodiscard]] std::filesystem::path canary() const { return folder / "mark"; }
    /// What the constructors of the plug-ins that were loaded have written.
    [[nodiscard]] std::string marks() const { return temp.read("mark"); }

    static std::string bytes_of(const std::string& fixture) {
        return read_whole_file(std::filesystem::path(OA_TRUST_FIXTURES) / (fixture + ".so"),
                               64U << 20U)
            .value();
    }
    /// Puts a plug-in where `canary` is, and gives its path.
    std::filesystem::path install(const std::string& fixture,
                                  const std::string& name = "canary.so") const {
        std::filesystem::create_directory(folder / "plugins");
        chmod((folder / "plugins").c_str(), 0755);
        const auto out = folder / "plugins" / name;
        EXPECT_EQ(replace_file(out, bytes_of(fixture), 0644), 0);
        return out;
    }

    /// A signature that holds, before `change` sees it; and after, when that asks to sign again.
    template <typename Change>
    void sign(const PrivateKey& with, Change change) const {
        PluginSignature signature;
        signature.sha256 = sha256_of(read_whole_file(file, 64U << 20U).value());
        signature.id = "com.acme.canary";
        signature.version = "1.2.0";
        signature.abi = "1.0";
        signature.created = to_utc_text(now);
        signature.key = with.public_key();
        change(signature);
        signature.signature = with.sign(signed_bytes(signature));
        ASSERT_EQ(replace_file(signature_file(file), to_json(signature), 0644), 0);
    }
    void sign() const {
        sign(key, [](PluginSignature&) {});
    }

    [[nodiscard]] TrustGate gate() const {
        return TrustGate(policy, {folder / "state", {folder / "plugins"}}, [] { return now; });
    }

    struct Loaded {
        PluginVerdict verdict;
        std::filesystem::path from;
    };
    /// Everything that happens to a plug-in until its constructors have run. Throws PluginRefused.
    [[nodiscard]] Loaded load(PluginAdmission& admission,
                              TrustPolicy trust = TrustPolicy::Enforce) const {
        const auto found = examine_plugin_file(file, trust).path;
        const auto content = admission.take(found);
        const auto facts = examine_plugin_file(content.load_from, TrustPolicy::Ignore).facts;
        auto verdict = admission.judge(content, claims(found, facts));
        static_cast<void>(map_plugin(content.load_from));
        return {std::move(verdict), content.load_from};
    }
    [[nodiscard]] Loaded load() const {
        auto fresh = gate();
        return load(fresh);
    }

    static PluginClaims claims(const std::filesystem::path& file, const ElfFacts& facts) {
        PluginClaims out;
        out.file = file;
        out.needed = facts.needed;
        out.search_path = !facts.search_path.empty();
        const auto part = [&](const std::string& member) {
            const std::string start = "\"" + member + "\":\"";
            const auto at = facts.manifest.value_or("").find(start);
            return at == std::string::npos
                       ? std::string()
                       : facts.manifest->substr(
                             at + start.size(),
                             facts.manifest->find('"', at + start.size()) - at - start.size());
        };
        out.id = part("id");
        out.version = part("version");
        return out;
    }

    struct Refusal {
        std::string reason;
        std::string fix;
    };
    /// The refusal of the plug-in, none of whose code may have run.
    [[nodiscard]] Refusal refusal() const {
        try {
            static_cast<void>(load());
        } catch (const PluginRefused& refused) {
            EXPECT_EQ(refused.problem(), PluginProblem::Untrusted) << refused.reason();
            EXPECT_EQ(marks(), "");
            return {refused.reason(), refused.fix()};
        }
        return {};
    }
};

}  // namespace oa::host
