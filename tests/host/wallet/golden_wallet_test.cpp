#include <algorithm>
#include <fstream>
#include <iterator>

#include "tests/host/wallet/wallet_fixture.hpp"

namespace oa::host {
namespace {

/// The wallets in tests/golden/wallet, which have to open for ever.
struct GoldenWalletTest : WalletFixture {
    /// A copy that only its owner can read.
    WalletFile golden(const std::string& name) {
        std::ifstream file(OA_SOURCE_DIR "/tests/golden/wallet/" + name, std::ios::binary);
        write_private(name, std::string(std::istreambuf_iterator<char>(file), {}));
        return this->file(name);
    }
    static void expect_samples(const Wallet& wallet, const std::string& password) {
        EXPECT_EQ(text(wallet.find("db.password")), password);
        EXPECT_EQ(text(wallet.find("letters")),
                  "gr\xC3\xB6\xC3\x9F"
                  "e \xE2\x82\xAC \"quoted\"\n");
        if (wallet.info().format == WalletFormat::Sealed) {
            std::string bytes;
            for (int i = 0; i < 256; ++i) {
                bytes.push_back(static_cast<char>(i));
            }
            EXPECT_EQ(text(wallet.find("bytes")), bytes);
        }
    }
};

TEST_F(GoldenWalletTest, OpensByPassword) {
    const Wallet wallet = golden("password.wallet").open(password_key());
    expect_samples(wallet, "correct horse");
    EXPECT_EQ(wallet.info().cipher, crypto::Cipher::XChaCha20Poly1305);
    EXPECT_EQ(wallet.info().slots.front().cost, PasswordStrength::normal().cost);
    EXPECT_EQ(wallet.info().generation, 1U);
    const auto facts = wallet.facts();
    EXPECT_EQ(facts.at(1).name, "db.password");
    EXPECT_EQ(facts.at(1).note, "of the shop");
    EXPECT_EQ(facts.at(1).version, 3U);
    EXPECT_EQ(facts.at(1).created, some_day);
}

TEST_F(GoldenWalletTest, OpensByKeyFile) {
    EXPECT_EQ(text(golden("key-file.wallet").open(file_key()).find("token")), "abc");
}

TEST_F(GoldenWalletTest, OpensByBoth) {
    const Wallet wallet = golden("password-and-key-file-aes.wallet").open(both_keys());
    expect_samples(wallet, "correct horse");
    EXPECT_EQ(wallet.info().cipher, crypto::Cipher::Aes256Gcm);
}

TEST_F(GoldenWalletTest, OpensByEachOfThreeSlots) {
    const WalletFile file = golden("three-slots.wallet");
    expect_samples(file.open(password_key()), "battery staple");
    EXPECT_EQ(file.open(password_key()).info().opened_by, 0U);
    EXPECT_EQ(file.open(file_key()).info().opened_by, 1U);
    EXPECT_EQ(file.look().generation, 4U);
    file.remove_slot(both_keys(), 1);
    EXPECT_EQ(file.open(both_keys()).info().slots.size(), 2U);
}

TEST_F(GoldenWalletTest, OpensTheOlderFormat) {
    expect_samples(golden("older.enc").open(password_key()), "correct horse");
}

}  // namespace
}  // namespace oa::host
