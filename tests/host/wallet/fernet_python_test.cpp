#include <boost/json.hpp>

#include "tests/host/wallet/wallet_fixture.hpp"
#include "tests/support/subprocess.hpp"

namespace oa::host {
namespace {

namespace json = boost::json;

constexpr const char* python = "/usr/bin/python3";  // the one that Debian's packages are for
constexpr const char* script = OA_SOURCE_DIR "/tests/host/wallet/fernet_wallet.py";

/// Wallets of the older system, between this program and Python's cryptography package. Fails where
/// the package python3-cryptography is missing.
struct FernetPythonTest : WalletFixture {
    static test::ProcessResult run(const std::string& action,
                                   const std::string& path,
                                   const std::string& input) {
        test::Subprocess::Options options;
        options.input = input;
        return test::run_program({python, script, action, path}, options);
    }
};

const json::object& samples() {
    static const json::object secrets{
        {"ascii", "plain value"},
        {"letters",
         "gr\xC3\xB6\xC3\x9F"
         "e \xE2\x82\xAC \xF0\x9F\x98\x80 \x7F"},
        {"lines", "-----BEGIN-----\n\ttab \"quote\" \\ back/slash\r\n-----END-----"},
        {"empty value", ""},
        {"one block", "0123456789abcdef"},
        {"long value", std::string(10'000, 'x')},
    };
    return secrets;
}

TEST_F(FernetPythonTest, OpensWhatPythonWrites) {
    const std::string path = folder.at("old.enc");
    const auto written = run("write", path, "p\xC3\xA4ss word\n" + json::serialize(samples()));
    ASSERT_EQ(written.exit_status, 0) << written.err;
    const Wallet wallet = file("old.enc").open(password_key("p\xC3\xA4ss word"));
    EXPECT_EQ(wallet.info().format, WalletFormat::Fernet);
    ASSERT_EQ(wallet.names().size(), samples().size());
    for (const auto& sample : samples()) {
        EXPECT_EQ(text(wallet.find(sample.key())), sample.value().get_string()) << sample.key();
    }
    EXPECT_NE(thrown_by<WalletNotOpened>(
                  [&] { static_cast<void>(file("old.enc").open(password_key("other"))); }),
              "");
}

TEST_F(FernetPythonTest, WritesWhatPythonOpens) {
    CreateWallet options;
    options.format = WalletFormat::Fernet;
    for (const auto& sample : samples()) {
        options.entries.emplace(std::string(sample.key()), entry_of(sample.value().get_string()));
    }
    file("new.enc").create(password_key("p\xC3\xA4ss word"), options);
    file("new.enc").modify(password_key("p\xC3\xA4ss word"),
                           [](Wallet& open) { open.set("more", core::Secret("later value")); });
    const auto read = run("read", folder.at("new.enc"), "p\xC3\xA4ss word\n");
    ASSERT_EQ(read.exit_status, 0) << read.err;
    json::object expected = samples();
    expected["more"] = "later value";
    EXPECT_EQ(json::parse(read.out), json::value(expected));
    EXPECT_NE(run("read", folder.at("new.enc"), "other\n").exit_status, 0);
}

TEST_F(FernetPythonTest, KeepsValuesThatAreNoStrings) {
    const std::string path = folder.at("old.enc");
    const std::string odd = R"({"flag": true, "half": 0.5, "list": [1, "\u20ac"], "port": 5432})";
    ASSERT_EQ(run("write", path, "changeme\n" + odd).exit_status, 0);
    file("old.enc").modify(password_key("changeme"),
                           [](Wallet& open) { open.set("more", core::Secret("later value")); });
    const auto read = run("read", path, "changeme\n");
    ASSERT_EQ(read.exit_status, 0) << read.err;
    json::object expected = json::parse(odd).as_object();
    expected["more"] = "later value";
    EXPECT_EQ(json::parse(read.out), json::value(expected));
}

}  // namespace
}  // namespace oa::host
