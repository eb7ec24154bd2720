#include "host/wallet/sealed_format.hpp"

#include <array>
#include <cstdio>
#include <fstream>
#include <set>

#include "host/wallet/sealed_body.hpp"
#include "tests/host/wallet/wallet_fixture.hpp"

namespace oa::host {
namespace {

struct SealedFormatTest : testing::Test {
    SealedHeader header = new_sealed_header(crypto::Cipher::XChaCha20Poly1305);
    core::Secret data_key = crypto::random_secret();

    std::string sealed(const WalletKey& key,
                       std::size_t body_bytes = 700,
                       crypto::Cipher cipher = crypto::Cipher::XChaCha20Poly1305) {
        header.cipher = cipher;
        header.slots = {wrap_data_key(data_key, key, cheap, header.owner())};
        return seal_wallet(header, data_key, core::Secret(std::string(body_bytes, 'x')));
    }
    static std::string problem(std::string_view bytes) {
        return thrown_by<WalletFormatError>([&] { static_cast<void>(parse_sealed_header(bytes)); });
    }
    static std::string with(std::string bytes, std::size_t at, int byte) {
        bytes.at(at) = static_cast<char>(byte);
        return bytes;
    }
    /// Whether it is refused, in whichever way.
    static bool is_refused(std::string_view bytes, const WalletKey& key) {
        try {
            return !open_sealed(bytes, key);
        } catch (const WalletFormatError&) {
            return true;
        }
    }
    static std::size_t resident_kib() {
        std::ifstream status("/proc/self/status");
        std::string word;
        std::size_t kib = 0;
        while (status >> word) {
            if (word == "VmRSS:") {
                status >> kib;
            }
        }
        return kib;
    }
};

TEST_F(SealedFormatTest, OpensWhatItSealed) {
    for (const auto cipher : {crypto::Cipher::XChaCha20Poly1305, crypto::Cipher::Aes256Gcm}) {
        for (const auto& key : {password_key(), file_key(), both_keys()}) {
            const std::string bytes = sealed(key, 5, cipher);
            EXPECT_TRUE(is_sealed_wallet(bytes));
            const auto opened = open_sealed(bytes, key);
            ASSERT_TRUE(opened);
            EXPECT_EQ(opened->body.reveal(), "xxxxx");
            EXPECT_EQ(opened->header.uuid, header.uuid);
            EXPECT_EQ(opened->header.generation, 1U);
            EXPECT_EQ(opened->header.slots, header.slots);
            EXPECT_TRUE(opened->data_key.equals(data_key.reveal()));
        }
    }
}

TEST_F(SealedFormatTest, HasTheLayoutThatIsWrittenDown) {
    header.generation = 0x0102030405060708;
    const std::string bytes = sealed(file_key(), 5);
    EXPECT_EQ(bytes.substr(0, 8), "OAWALLET");
    EXPECT_EQ(crypto::to_hex(bytes.substr(8, 4)), "0100c800");
    EXPECT_EQ(bytes.substr(12, 16), header.uuid);
    EXPECT_EQ(crypto::to_hex(bytes.substr(28, 8)), "0807060504030201");
    EXPECT_EQ(crypto::to_hex(bytes.substr(36, 12)), "010100001500000000000000");
    EXPECT_EQ(crypto::to_hex(bytes.substr(48, 16)), "02020000000000000000000000000000");
    EXPECT_EQ(bytes.size(), 48 + 120 + 32 + 24 + 5 + 16U);
}

TEST_F(SealedFormatTest, OpensOnlyWithItsOwnKey) {
    const std::string bytes = sealed(both_keys());
    EXPECT_FALSE(open_sealed(bytes, password_key()));
    EXPECT_FALSE(open_sealed(bytes, file_key()));
    EXPECT_FALSE(open_sealed(bytes, WalletKey()));
    WalletKey other = both_keys();
    other.password.emplace("wrong horse");
    EXPECT_FALSE(open_sealed(bytes, other));
    other = both_keys();
    other.key_file.emplace(std::string(32, 'z'));
    EXPECT_FALSE(open_sealed(bytes, other));
}

TEST_F(SealedFormatTest, RefusesEveryFlippedBit) {
    std::string bytes = sealed(file_key(), 1024 - 240);
    ASSERT_EQ(bytes.size(), 1024U);
    std::size_t by_structure = 0;
    std::size_t refused = 0;
    const WalletKey key = file_key();
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        char& byte = bytes[bit / 8];
        const char before = byte;
        byte = static_cast<char>(byte ^ (1 << (bit % 8)));
        const bool is_structure = !problem(bytes).empty();
        by_structure += is_structure ? 1 : 0;
        const bool is_refusal = is_refused(bytes, key);
        EXPECT_TRUE(is_refusal) << "bit " << bit;
        refused += is_refusal ? 1 : 0;
        byte = before;
    }
    EXPECT_TRUE(open_sealed(bytes, key));
    std::printf("1 KiB wallet: %zu of %zu flipped bits refused, %zu by the structure alone\n",
                refused, bytes.size() * 8, by_structure);
}

TEST_F(SealedFormatTest, RefusesFlippedBitsUnderAPassword) {
    std::string bytes = sealed(password_key(), 1024 - 240);
    std::size_t tried = 0;
    std::size_t refused = 0;
    const WalletKey key = password_key();
    for (std::size_t bit = 3; bit < bytes.size() * 8; bit += 61) {
        char& byte = bytes[bit / 8];
        const char before = byte;
        byte = static_cast<char>(byte ^ (1 << (bit % 8)));
        const bool is_costly =
            problem(bytes).empty() &&
            parse_sealed_header(bytes).slots.front().cost.memory_kib > (64U << 10U);
        if (!is_costly) {
            ++tried;
            const bool is_refusal = is_refused(bytes, key);
            EXPECT_TRUE(is_refusal) << "bit " << bit;
            refused += is_refusal ? 1 : 0;
        }
        byte = before;
    }
    std::printf("1 KiB wallet with a password: %zu of %zu flipped bits refused\n", refused, tried);
}

TEST_F(SealedFormatTest, RefusesEveryLengthButItsOwn) {
    const std::string bytes = sealed(file_key(), 1024 - 240);
    for (std::size_t length = 8; length < bytes.size(); ++length) {
        EXPECT_NE(problem(bytes.substr(0, length)).find("is damaged"), std::string::npos) << length;
    }
    for (std::size_t length = 0; length < 8; ++length) {
        EXPECT_FALSE(is_sealed_wallet(bytes.substr(0, length)));
        EXPECT_TRUE(is_refused(bytes.substr(0, length), file_key()));
    }
    EXPECT_EQ(problem(bytes + '\0'), "is damaged: something follows its end");
    std::printf("1 KiB wallet: all of %zu shorter lengths refused\n", bytes.size());
}

TEST_F(SealedFormatTest, SaysWhatIsWrongWithAHeader) {
    const std::string bytes = sealed(file_key());
    EXPECT_EQ(problem(with(bytes, 8, 2)),
              "was written by a newer program (format 2, and this one reads 1); install the newer "
              "one");
    EXPECT_EQ(problem(with(bytes, 8, 0)), "is damaged: it has no version");
    EXPECT_EQ(problem(with(bytes, 36, 3)), "is damaged: its cipher is unknown");
    for (const int count : {0, 9, 255}) {
        EXPECT_EQ(problem(with(bytes, 37, count)),
                  "is damaged: it says that it has no key slots, or more than 8");
    }
    EXPECT_EQ(problem(with(bytes, 37, 2)),
              "is damaged: the size of its header does not fit the number of its key slots");
    for (const std::size_t at : {38U, 39U, 44U, 47U}) {
        EXPECT_EQ(problem(with(bytes, at, 1)),
                  "is damaged: there is something in the unused bytes of its header");
    }
    for (const int kind : {0, 4}) {
        EXPECT_EQ(problem(with(bytes, 48, kind)), "has a key slot of an unknown kind");
    }
    EXPECT_EQ(problem(with(bytes, 49, 1)), "has a key slot with an unknown way to a key");
    EXPECT_EQ(problem(with(bytes, 50, 1)), "has a key slot with something in its unused bytes");
}

TEST_F(SealedFormatTest, RefusesCostsBeforeItPaysThem) {
    const std::string bytes = sealed(password_key());
    // 4 TiB would end the process if it were asked for.
    EXPECT_NE(problem(with(bytes, 55, 0xFF)), "");
    EXPECT_NE(problem(with(bytes, 54, 0x11)), "") << "more than 1 GiB";
    EXPECT_NE(problem(with(bytes, 53, 0x01)), "") << "less than 19 MiB";
    EXPECT_NE(problem(with(bytes, 56, 0)), "") << "no pass";
    EXPECT_NE(problem(with(bytes, 56, 17)), "") << "17 passes";
    EXPECT_NE(problem(with(bytes, 60, 0)), "") << "no lane";
    EXPECT_NE(problem(with(bytes, 60, 9)), "") << "9 lanes";
    EXPECT_TRUE(is_allowed({19U << 10U, 1, 1}));
    EXPECT_TRUE(is_allowed({1U << 20U, 16, 8}));
    EXPECT_FALSE(is_allowed({(1U << 20U) + 1, 16, 8}));
    EXPECT_FALSE(is_allowed({(19U << 10U) - 1, 3, 1}));
}

TEST_F(SealedFormatTest, BindsSlotsToTheirWallet) {
    const std::string bytes = sealed(file_key());
    const KeySlot slot = header.slots.front();
    EXPECT_TRUE(unwrap_data_key(slot, file_key(), header.owner()));
    const SealedHeader other = new_sealed_header(header.cipher);
    EXPECT_FALSE(unwrap_data_key(slot, file_key(), other.owner()));
    SlotOwner other_cipher = header.owner();
    other_cipher.cipher = crypto::Cipher::Aes256Gcm;
    EXPECT_FALSE(unwrap_data_key(slot, file_key(), other_cipher));
    // The same key with another slot of the same file: the header's HMAC notices.
    std::string moved = bytes;
    const std::string stranger = encode(wrap_data_key(data_key, file_key(), cheap, header.owner()));
    moved.replace(48, stranger.size(), stranger);
    EXPECT_FALSE(open_sealed(moved, file_key()));
}

TEST_F(SealedFormatTest, TakesOnlyKeyFilesThatNobodyGuesses) {
    EXPECT_NE(thrown_by([&] { sealed(file_key("too short")); }), "");
    EXPECT_NE(thrown_by([&] { sealed(file_key(std::string((1U << 20U) + 1, 'x'))); }), "");
    EXPECT_NE(thrown_by([&] { sealed(WalletKey()); }), "");
    EXPECT_EQ(thrown_by([&] { sealed(password_key("")); }), "a password cannot be empty");
}

TEST_F(SealedFormatTest, KeepsItsMemoryWhileSomebodyGuesses) {
    const std::string by_file = sealed(file_key());
    const std::string by_password = sealed(password_key());
    const auto guess = [&](int number) {
        EXPECT_FALSE(open_sealed(by_file, file_key(std::string(32, 'a') + std::to_string(number))));
    };
    const auto guess_password = [&](int number) {
        EXPECT_FALSE(open_sealed(by_password, password_key("guess " + std::to_string(number))));
    };
    guess(0);
    guess_password(0);
    const std::size_t before = resident_kib();
    for (int i = 0; i < 1000; ++i) {
        guess(i);
    }
    const std::size_t after_files = resident_kib();
    constexpr int passwords = OA_SANITIZED != 0 ? 40 : 1000;
    for (int i = 0; i < passwords; ++i) {
        guess_password(i);
    }
    const std::size_t after = resident_kib();
    std::printf(
        "resident memory: %zu KiB, after 1000 wrong key files %zu KiB, after %d wrong "
        "passwords %zu KiB\n",
        before, after_files, passwords, after);
    // A sanitizer keeps what was given back for a while.
    constexpr std::size_t noise_kib = OA_SANITIZED != 0 ? 1U << 20U : 4096;
    EXPECT_LE(after_files, before + noise_kib);
    EXPECT_LE(after, before + noise_kib);
}

TEST_F(SealedFormatTest, NeverSealsTwiceInTheSameWay) {
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i) {
        EXPECT_TRUE(seen.insert(sealed(file_key(), 0).substr(48)).second);
        EXPECT_TRUE(seen.insert(new_sealed_header(header.cipher).uuid).second);
    }
    EXPECT_EQ(uuid_text("0123456789abcdef"), "30313233-3435-3637-3839-616263646566");
}

TEST_F(SealedFormatTest, CalibratesUpwardsOnly) {
    const auto least = PasswordStrength::calibrated(std::chrono::milliseconds(1));
    EXPECT_EQ(least.cost, PasswordStrength::normal().cost);
    const auto most = PasswordStrength::calibrated(std::chrono::hours(1));
    EXPECT_EQ(most.cost.memory_kib, 256U << 10U);
    EXPECT_EQ(most.cost.passes, 16U);
    EXPECT_TRUE(is_allowed(PasswordStrength::strong().cost));
}

}  // namespace
}  // namespace oa::host
