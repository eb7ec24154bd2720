#include "host/cli/trust_commands.hpp"

#include <sstream>

#include <boost/json.hpp>
#include <sys/stat.h>

#include "core/json/json.hpp"
#include "tests/host/trust/trust_fixture.hpp"

namespace oa::host {
namespace {

namespace fs = std::filesystem;

struct TrustCommandsTest : TrustFixture {
    std::ostringstream out;
    std::ostringstream problems;
    fs::path private_key = folder / "acme";
    fs::path public_key = folder / "acme.pub";

    TrustCommandsTest() { unsetenv("OA_KEY_PASSPHRASE"); }
    ~TrustCommandsTest() override { unsetenv("OA_KEY_PASSPHRASE"); }

    ExitStatus keygen() { return plugin_keygen({private_key}, out, problems); }
    ExitStatus sign_with_command() {
        std::ostringstream said;
        return plugin_sign({file, private_key}, said, problems);
    }
    ExitStatus verify(bool by_key, bool json = false) {
        PluginVerifyOptions options;
        options.file = file;
        options.json = json;
        if (by_key) {
            options.public_key = public_key;
        }
        return plugin_verify(options, out, problems, folder / "trust.yaml");
    }
    /// A policy of the lines that keygen printed.
    void write_policy(const std::string& modules) {
        const std::string printed = out.str();
        std::string keys = printed.substr(printed.find("keys:\n"));
        const std::string example = "com.example.*";
        keys.replace(keys.find(example), example.size(), modules);
        temp.write("trust.yaml", "mode: enforce\n" + keys);
        chmod((folder / "trust.yaml").c_str(), 0644);
        out.str("");
    }
};

TEST_F(TrustCommandsTest, WhatOneKeySignsItsPublicHalfVerifies) {
    ASSERT_EQ(keygen(), ExitStatus::Ok) << problems.str();
    ASSERT_EQ(sign_with_command(), ExitStatus::Ok) << problems.str();
    EXPECT_EQ(verify(true), ExitStatus::Ok) << out.str() << problems.str();
    EXPECT_EQ(marks(), "");  // nothing of it ran
}

TEST_F(TrustCommandsTest, ThePolicyThatKeygenPrintsTrustsTheKey) {
    ASSERT_EQ(keygen(), ExitStatus::Ok);
    ASSERT_EQ(sign_with_command(), ExitStatus::Ok) << problems.str();
    write_policy("com.acme.*");
    EXPECT_EQ(verify(false), ExitStatus::Ok) << out.str() << problems.str();
    for (const char* word : {"sha256", "com.acme.canary 1.2.0", "place", "deny", "signature",
                             "version", "libraries", "search_path", "\ntrusted\n"}) {
        EXPECT_NE(out.str().find(word), std::string::npos) << word << "\n" << out.str();
    }
}

TEST_F(TrustCommandsTest, VerifyTellsWhatIsWrong) {
    ASSERT_EQ(keygen(), ExitStatus::Ok);
    ASSERT_EQ(sign_with_command(), ExitStatus::Ok) << problems.str();
    write_policy("com.example.*");
    EXPECT_EQ(verify(false, true), ExitStatus::PluginTrouble) << problems.str();
    const auto report = core::parse_json(out.str()).as_object();
    EXPECT_FALSE(report.at("trusted").as_bool());
    EXPECT_EQ(report.at("id"), "com.acme.canary");
    EXPECT_EQ(report.at("sha256").as_string(), sha256_of(bytes_of("canary")));
    bool found = false;
    for (const auto& check : report.at("checks").as_array()) {
        if (check.at("check") == "signature") {
            found = true;
            EXPECT_EQ(check.at("result"), "failed");
            EXPECT_NE(std::string(check.at("fix").as_string()).find("add com.acme.canary"),
                      std::string::npos);
        }
    }
    EXPECT_TRUE(found);
}

TEST_F(TrustCommandsTest, AChangedFileDoesNotVerify) {
    ASSERT_EQ(keygen(), ExitStatus::Ok);
    ASSERT_EQ(sign_with_command(), ExitStatus::Ok) << problems.str();
    install("newer");
    EXPECT_EQ(verify(true), ExitStatus::PluginTrouble);
    ASSERT_EQ(sign_with_command(), ExitStatus::Ok) << problems.str();
    EXPECT_EQ(verify(true), ExitStatus::Ok) << out.str();
}

TEST_F(TrustCommandsTest, AnUnsafePlaceDoesNotVerify) {
    ASSERT_EQ(keygen(), ExitStatus::Ok);
    ASSERT_EQ(sign_with_command(), ExitStatus::Ok) << problems.str();
    write_policy("com.acme.*");
    chmod(file.c_str(), 0666);
    EXPECT_EQ(verify(false), ExitStatus::PluginTrouble);
}

TEST_F(TrustCommandsTest, AnotherKeyDoesNotVerify) {
    ASSERT_EQ(keygen(), ExitStatus::Ok);
    sign();  // with the key of the fixture
    EXPECT_EQ(verify(true), ExitStatus::PluginTrouble);
    EXPECT_NE(out.str().find("a key that is not trusted"), std::string::npos) << out.str();
}

TEST_F(TrustCommandsTest, AKeyWithAPassphraseNeedsIt) {
    setenv("OA_KEY_PASSPHRASE", "open sesame", 1);
    ASSERT_EQ(keygen(), ExitStatus::Ok);
    EXPECT_EQ(sign_with_command(), ExitStatus::Ok) << problems.str();
    unsetenv("OA_KEY_PASSPHRASE");
    EXPECT_EQ(sign_with_command(), ExitStatus::Usage);
    EXPECT_NE(problems.str().find("OA_KEY_PASSPHRASE"), std::string::npos);
}

TEST_F(TrustCommandsTest, KeygenNeverOverwrites) {
    ASSERT_EQ(keygen(), ExitStatus::Ok);
    const auto before = temp.read("acme");
    EXPECT_EQ(keygen(), ExitStatus::Usage);
    fs::remove(public_key);
    EXPECT_EQ(keygen(), ExitStatus::Usage);
    EXPECT_EQ(temp.read("acme"), before);
}

TEST_F(TrustCommandsTest, WhatIsMissingIsNamed) {
    EXPECT_EQ(sign_with_command(), ExitStatus::Usage);
    EXPECT_NE(problems.str().find(private_key.string()), std::string::npos);
    EXPECT_EQ(verify(true), ExitStatus::Usage);
    EXPECT_EQ(verify(false), ExitStatus::Usage);
    temp.write("trust.yaml", "mode: sometimes\n");
    EXPECT_EQ(verify(false), ExitStatus::Usage);
    EXPECT_NE(problems.str().find("trust.yaml:1:7"), std::string::npos) << problems.str();
    file = folder / "missing.so";
    EXPECT_EQ(sign_with_command(), ExitStatus::Usage);
    file = temp.write("text.so", "text");
    EXPECT_EQ(sign_with_command(), ExitStatus::PluginTrouble);
}

}  // namespace
}  // namespace oa::host
