#include "host/trust/trust_gate.hpp"

#include <chrono>

#include "host/trust/trust_checks.hpp"
#include "tests/host/trust/trust_fixture.hpp"

namespace oa::host {
namespace {

namespace fs = std::filesystem;

struct TrustGateTest : TrustFixture {
    [[nodiscard]] std::string hash() const { return sha256_of(bytes_of("canary")); }

    void expect_refusal(const std::string& reason, const std::string& fix) const {
        const auto refused = refusal();
        EXPECT_NE(refused.reason.find(reason), std::string::npos) << refused.reason;
        EXPECT_NE(refused.fix.find(fix), std::string::npos) << refused.fix;
    }
    void expect_loaded() const {
        EXPECT_NO_THROW({
            const auto loaded = load();
            EXPECT_TRUE(loaded.verdict.warnings.empty()) << loaded.verdict.warnings.front();
        });
        EXPECT_EQ(marks(), "1.2.0");
    }
    /// Folders of the program's own modules are elsewhere.
    [[nodiscard]] static std::string allow_line(const std::string& sha256) {
        return "write into '/etc/oa/trust.yaml' under allow: - {sha256: " + sha256 +
               ", note: com.acme.canary 1.2.0}";
    }

    TrustGateTest() { policy.bundled = false; }
};

TEST_F(TrustGateTest, InModeOffAFileInASafePlaceNeedsNothing) {
    policy.mode = TrustMode::Off;
    policy.deny[hash()] = "never";
    EXPECT_EQ(load().from, file);
    EXPECT_EQ(marks(), "1.2.0");
    EXPECT_FALSE(fs::exists(folder / "state"));
}

TEST_F(TrustGateTest, InModeOffItCopiesWhenAsked) {
    policy.mode = TrustMode::Off;
    policy.copy = true;
    EXPECT_EQ(load().from, folder / "state" / "store" / hash() / "canary.so");
}

TEST_F(TrustGateTest, AnUnsafePlaceIsRefusedInEveryMode) {
    sign();
    chmod((folder / "plugins").c_str(), 0777);
    for (const TrustMode mode : {TrustMode::Off, TrustMode::Warn, TrustMode::Enforce}) {
        policy.mode = mode;
        expect_refusal("everybody may change it", "chmod o-w");
    }
    chmod((folder / "plugins").c_str(), 0755);
    chmod(file.c_str(), 0666);
    expect_refusal("everybody may change it", "chmod o-w");
}

TEST_F(TrustGateTest, EnforceRefusesWhatNothingSpeaksFor) {
    expect_refusal("is not signed: there is no", "oa plugin sign '" + file.string() +
                                                     "' --key KEYFILE; or " + allow_line(hash()));
}

TEST_F(TrustGateTest, EnforceLoadsACopyOfWhatIsAllowedByItsHash) {
    policy.allow[hash()] = "";
    EXPECT_EQ(load().from, folder / "state" / "store" / hash() / "canary.so");
    EXPECT_EQ(marks(), "1.2.0");
}

TEST_F(TrustGateTest, AnotherHashAllowsNothing) {
    policy.allow[sha256_of("other")] = "";
    expect_refusal("is not signed", allow_line(hash()));
}

TEST_F(TrustGateTest, EnforceLoadsWhatATrustedKeySigned) {
    sign();
    const auto loaded = load();
    EXPECT_EQ(loaded.verdict.signed_by, "acme");
    EXPECT_FALSE(loaded.verdict.isolate);
    EXPECT_EQ(loaded.from, folder / "state" / "store" / hash() / "canary.so");
    EXPECT_EQ(marks(), "1.2.0");
}

TEST_F(TrustGateTest, AKeyCanDemandAProcessOfItsOwn) {
    policy.keys.front().isolate = true;
    sign();
    EXPECT_TRUE(load().verdict.isolate);
}

TEST_F(TrustGateTest, RefusesASignatureOfOtherContent) {
    sign(key, [](PluginSignature& s) { s.sha256 = sha256_of("other"); });
    expect_refusal("signature of other content", "oa plugin sign");

    sign();
    install("newer");
    expect_refusal("signature of other content", "oa plugin sign");
}

TEST_F(TrustGateTest, RefusesAForgedSignature) {
    const PrivateKey other = PrivateKey::generate();
    sign(other, [&](PluginSignature& s) { s.key = key.public_key(); });
    expect_refusal("forged or damaged signature", "oa plugin sign");

    temp.write("plugins/canary.so.sig", "text");
    expect_refusal("cannot be used", "oa plugin sign");
}

TEST_F(TrustGateTest, RefusesASignatureOfAnotherModuleOrVersion) {
    sign(key, [](PluginSignature& s) { s.id = "com.acme.other"; });
    expect_refusal("has the signature of com.acme.other 1.2.0", "sign it again");
    sign(key, [](PluginSignature& s) { s.version = "1.3.0"; });
    expect_refusal("has the signature of com.acme.canary 1.3.0", "sign it again");
}

TEST_F(TrustGateTest, RefusesAKeyThatIsNotTrusted) {
    const PrivateKey other = PrivateKey::generate();
    sign(other, [](PluginSignature&) {});
    expect_refusal("a key that is not trusted",
                   "under keys: - {name: NAME, ed25519: " + to_base64(other.public_key()) +
                       ", modules: [com.acme.canary]}");
}

TEST_F(TrustGateTest, RefusesAKeyOfAnotherPrefix) {
    policy.keys.front().modules = {"com.other.*"};
    sign();
    expect_refusal("the key 'acme', which may not sign com.acme.canary",
                   "add com.acme.canary to modules of the key 'acme'");

    policy.keys.front().modules = {"com.acme.*"};
    install("evil");
    sign(key, [](PluginSignature& s) { s.id = "com.acmeevil.canary"; });
    expect_refusal("may not sign com.acmeevil.canary", "add com.acmeevil.canary to modules");
}

TEST_F(TrustGateTest, AKeyCountsOnlyWhileItIsValid) {
    sign();
    policy.keys.front().valid_until = now - 1;
    expect_refusal("was valid until", "change valid_until of the key 'acme'");
    policy.keys.front().valid_until = now;
    policy.keys.front().valid_from = now + 1;
    expect_refusal("not valid before", "change valid_from of the key 'acme'");
    policy.keys.front().valid_from = now;
    expect_loaded();
}

TEST_F(TrustGateTest, NoKeyCanBeMatchedWithoutAManifest) {
    // Without the section there is no telling the id before running the entry.
    std::string bytes = bytes_of("canary");
    const auto name = bytes.rfind(".note.oa");
    ASSERT_NE(name, std::string::npos);
    bytes[name + 1] = 'x';
    ASSERT_EQ(replace_file(file, bytes, 0644), 0);
    sign();
    expect_refusal("has no manifest", "build it with oa_add_plugin()");

    policy.allow[sha256_of(bytes)] = "";
    expect_loaded();
}

TEST_F(TrustGateTest, WhatIsDeniedNeverRuns) {
    sign();
    policy.allow[hash()] = "";
    policy.deny[hash()] = "it leaks";
    expect_refusal("is denied by '/etc/oa/trust.yaml': it leaks", "take its sha256");
    policy.mode = TrustMode::Warn;
    expect_refusal("is denied by", "take its sha256");
}

TEST_F(TrustGateTest, RefusesToGoBackToAnOldVersion) {
    sign();
    policy.minimum_versions["com.acme.canary"] = "1.10.0";
    expect_refusal("versions before 1.10.0 are no longer accepted",
                   "under minimum_versions: com.acme.canary: 1.2.0");
    policy.minimum_versions["com.acme.canary"] = "1.2.0";
    policy.minimum_versions["com.acme.other"] = "9.0.0";
    expect_loaded();
}

TEST_F(TrustGateTest, RefusesASearchPathOfItsOwn) {
    install("run_path");
    sign();
    expect_refusal("brings a search path", "CMAKE_SKIP_RPATH");
}

TEST_F(TrustGateTest, RefusesLibrariesThatNoSignatureCovers) {
    sign();
    auto fresh = gate();
    const auto content = fresh.take(file);
    auto claimed = claims(file, examine_plugin_file(content.load_from, TrustPolicy::Ignore).facts);
    EXPECT_NO_THROW(static_cast<void>(fresh.judge(content, claimed)));
    claimed.needed.emplace_back("libpq.so.5");
    try {
        static_cast<void>(fresh.judge(content, claimed));
        FAIL();
    } catch (const PluginRefused& refused) {
        EXPECT_EQ(refused.problem(), PluginProblem::Untrusted);
        EXPECT_NE(refused.reason().find("needs the library libpq.so.5"), std::string::npos);
        EXPECT_NE(refused.fix().find("under libraries: - libpq.so.5"), std::string::npos);
    }
    policy.libraries = {"libpq"};
    auto wider = gate();
    EXPECT_NO_THROW(static_cast<void>(wider.judge(content, claimed)));
}

TEST_F(TrustGateTest, TheProgramsOwnModulesAreAllowedUnlessThePolicySaysNo) {
    expect_refusal("is not signed", "");
    policy.bundled = true;
    expect_loaded();
}

TEST_F(TrustGateTest, OnlyFoldersOfTheProgramAreItsOwn) {
    policy.bundled = true;
    fs::create_directory(folder / "plugins" / "below");
    fs::rename(file, folder / "plugins" / "below" / "canary.so");
    file = folder / "plugins" / "below" / "canary.so";
    expect_refusal("is not signed", "");
}

TEST_F(TrustGateTest, WarnTellsWhatEnforceWouldRefuse) {
    policy.mode = TrustMode::Warn;
    install("run_path");
    const auto loaded = load();
    ASSERT_EQ(loaded.verdict.warnings.size(), 2U);
    EXPECT_NE(loaded.verdict.warnings[0].find("is not signed"), std::string::npos);
    EXPECT_NE(loaded.verdict.warnings[1].find("search path"), std::string::npos);
    EXPECT_EQ(loaded.from.parent_path().parent_path(), folder / "state" / "store");
    EXPECT_EQ(marks(), "1.2.0");
}

TEST_F(TrustGateTest, ALinkIsFollowedBeforeAnythingIsAsked) {
    sign();
    fs::create_symlink(file, folder / "link.so");
    file = folder / "link.so";
    EXPECT_EQ(load().verdict.signed_by, "acme");
}

TEST_F(TrustGateTest, EnforceLoadsNoCopyThatWasChanged) {
    sign();
    const auto copy = gate().take(file).load_from;
    ASSERT_EQ(replace_file(copy, bytes_of("newer"), 0555), 0);
    expect_loaded();
}

TEST_F(TrustGateTest, AdmitsALargePluginQuickly) {
    std::string bytes = bytes_of("canary");
    bytes.resize(8U << 20U, 'x');
    ASSERT_EQ(replace_file(file, bytes, 0644), 0);
    sign();
    const auto admit = [&] {
        const auto begin = std::chrono::steady_clock::now();
        auto fresh = gate();
        const auto content = fresh.take(file);
        const auto facts = examine_plugin_file(content.load_from, TrustPolicy::Ignore).facts;
        static_cast<void>(fresh.judge(content, claims(file, facts)));
        const std::chrono::duration<double, std::milli> took =
            std::chrono::steady_clock::now() - begin;
        return static_cast<int>(took.count() * 1000);
    };
    RecordProperty("first_microseconds", admit());
    const int again = admit();
    RecordProperty("again_microseconds", again);
    EXPECT_LT(again, 10'000'000);
}

}  // namespace
}  // namespace oa::host
