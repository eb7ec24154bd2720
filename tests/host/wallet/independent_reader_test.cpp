#include <algorithm>
#include <fstream>
#include <iterator>

#include <boost/json.hpp>

#include "host/wallet/crypto.hpp"
#include "tests/host/wallet/wallet_fixture.hpp"
#include "tests/support/subprocess.hpp"

namespace oa::host {
namespace {

constexpr const char* python = "/usr/bin/python3";  // the one that Debian's packages are for
constexpr const char* reader = OA_SOURCE_DIR "/docs/examples/read_wallet.py";
constexpr const char* page = OA_SOURCE_DIR "/docs/wallet.md";
constexpr const char* golden = OA_SOURCE_DIR "/tests/golden/wallet/";

std::string slurp(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// The program in docs/examples that reads wallets by the description of the format alone. Fails
/// where the packages python3-cryptography and python3-argon2 are missing.
struct IndependentReaderTest : WalletFixture {
    static test::ProcessResult run(const std::vector<std::string>& files,
                                   const std::string& password) {
        std::vector<std::string> arguments{python, reader};
        arguments.insert(arguments.end(), files.begin(), files.end());
        test::Subprocess::Options options;
        options.input = password;
        options.environment["PYTHONDONTWRITEBYTECODE"] = "1";
        return test::run_program(arguments, options);
    }
};

TEST_F(IndependentReaderTest, OpensFreshWallets) {
    const std::string key_file = write_private("key", key_content);
    for (const auto cipher : {crypto::Cipher::XChaCha20Poly1305, crypto::Cipher::Aes256Gcm}) {
        for (const auto& key : {password_key(), file_key(), both_keys()}) {
            std::filesystem::remove(folder / "wallet");
            CreateWallet options;
            options.cipher = cipher;
            options.strength = {{20U << 10U, 2, 2}};
            options.entries.emplace("token", entry_of("first value"));
            file().create(key, options);
            file().add_slot(key, file_key(std::string(40, 'x')), cheap);
            file().modify(key, [](Wallet& open) {
                open.set("letters", core::Secret("gr\xC3\xB6\xC3\x9F"
                                                 "e \xE2\x82\xAC"));
            });
            std::vector<std::string> files{folder.at("wallet")};
            if (key.key_file) {
                files.push_back(key_file);
            }
            const auto read = run(files, key.password ? "correct horse\n" : "");
            ASSERT_EQ(read.exit_status, 0) << read.err;
            EXPECT_EQ(boost::json::parse(read.out), (boost::json::value{{"letters",
                                                                         "gr\xC3\xB6\xC3\x9F"
                                                                         "e \xE2\x82\xAC"},
                                                                        {"token", "first value"}}));
            EXPECT_EQ(run(files, "wrong horse\n").exit_status == 0, !key.password);
        }
    }
}

TEST_F(IndependentReaderTest, OpensTheGoldenOnes) {
    const auto read = run({std::string(golden) + "password.wallet"}, "correct horse\n");
    ASSERT_EQ(read.exit_status, 0) << read.err;
    EXPECT_EQ(boost::json::parse(read.out).at("db.password"), "correct horse");
}

TEST_F(IndependentReaderTest, FindsTheVectorOfThePageInTheGoldenWallet) {
    const std::string text = slurp(page);
    std::string hex;
    const std::size_t begin = text.find("```hex\n");
    ASSERT_NE(begin, std::string::npos);
    for (const char c : text.substr(begin + 7, text.find("```", begin + 7) - begin - 7)) {
        if (c != ' ' && c != '\n') {
            hex.push_back(c);
        }
    }
    EXPECT_EQ(hex, crypto::to_hex(slurp(std::string(golden) + "key-file.wallet")));
}

}  // namespace
}  // namespace oa::host
