#include "host/wallet/crypto.hpp"

#include <gtest/gtest.h>

namespace oa::host::crypto {
namespace {

std::string from_hex(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
        out.push_back(static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
    }
    return out;
}

std::string hex(const Secret& secret) {
    return to_hex(secret.reveal());
}

TEST(CryptoTest, DerivesKeysAsRfc5869Does) {
    const auto key =
        hkdf_sha256(Secret(std::string(22, '\x0b')), from_hex("000102030405060708090a0b0c"),
                    from_hex("f0f1f2f3f4f5f6f7f8f9"), 42);
    EXPECT_EQ(
        hex(key),
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
}

TEST(CryptoTest, AuthenticatesAsRfc4231Does) {
    EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(CryptoTest, DerivesKeysOfPasswordsAsOthersDo) {
    EXPECT_EQ(hex(pbkdf2_sha256(Secret("password"), "salt", 1)),
              "120fb6cffcf8b32c43e7225256c4f837a86548c92ccc35480805987cb70be17b");
    EXPECT_EQ(hex(argon2id(Secret("password"), "somesalt", {65536, 2, 1})),
              "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7");
}

TEST(CryptoTest, SealsWithXChaCha20Poly1305AsItsDraftDoes) {
    const std::string plain =
        "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the "
        "future, sunscreen would be it.";
    std::string key;
    for (int i = 0x80; i < 0xA0; ++i) {
        key.push_back(static_cast<char>(i));
    }
    const Secret secret(key);
    const std::string nonce = from_hex("404142434445464748494a4b4c4d4e4f5051525354555657");
    const std::string context = from_hex("50515253c0c1c2c3c4c5c6c7");
    const SealedWith how{Cipher::XChaCha20Poly1305, secret, nonce, context};
    const std::string sealed = seal(how, plain);
    EXPECT_EQ(to_hex(sealed),
              "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3"
              "a82f4eda7e39ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2b"
              "c369488f76b2383565d3fff921f9664c97637da9768812f615c68b13b52e"
              "c0875924c1c7987947deafd8780acf49");
    const auto opened = open(how, sealed);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->reveal(), plain);
}

TEST(CryptoTest, SealsWithAes256GcmAsItsSpecificationDoes) {
    const Secret key(std::string(32, '\0'));
    const std::string nonce(12, '\0');
    EXPECT_EQ(to_hex(seal({Cipher::Aes256Gcm, key, nonce, ""}, std::string(16, '\0'))),
              "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
}

TEST(CryptoTest, OpensNothingThatWasChanged) {
    for (const Cipher cipher : {Cipher::XChaCha20Poly1305, Cipher::Aes256Gcm}) {
        const Secret key = random_secret();
        const std::string nonce = random_bytes(nonce_bytes(cipher));
        std::string sealed = seal({cipher, key, nonce, "here"}, "");
        EXPECT_EQ(sealed.size(), tag_bytes);
        EXPECT_TRUE(open({cipher, key, nonce, "here"}, sealed));
        EXPECT_FALSE(open({cipher, key, nonce, "there"}, sealed));
        EXPECT_FALSE(open({cipher, key, nonce, "here"}, sealed.substr(1)));
        sealed[3] = static_cast<char>(sealed[3] ^ 1);
        EXPECT_FALSE(open({cipher, key, nonce, "here"}, sealed));
        EXPECT_FALSE(open({cipher, key, nonce, "here"}, ""));
        EXPECT_THROW(static_cast<void>(open({cipher, key, "short", "here"}, sealed)),
                     std::invalid_argument);
    }
}

TEST(CryptoTest, EncryptsWithAes128CbcAsItsSpecificationDoes) {
    const std::string key = from_hex("2b7e151628aed2a6abf7158809cf4f3c");
    const std::string iv = from_hex("000102030405060708090a0b0c0d0e0f");
    const std::string encrypted =
        encrypt_cbc({key, iv}, from_hex("6bc1bee22e409f96e93d7e117393172a"));
    EXPECT_EQ(encrypted.size(), 32U);
    EXPECT_EQ(to_hex(encrypted).substr(0, 32), "7649abac8119b246cee98e9b12e9197d");
    const auto back = decrypt_cbc({key, iv}, encrypted);
    ASSERT_TRUE(back);
    EXPECT_EQ(hex(*back), "6bc1bee22e409f96e93d7e117393172a");
    EXPECT_FALSE(decrypt_cbc({key, iv}, ""));
    EXPECT_FALSE(decrypt_cbc({key, iv}, encrypted.substr(1)));
}

TEST(CryptoTest, ReadsAndWritesBase64) {
    EXPECT_EQ(to_base64(std::string("\0\xff\x10", 3)), "AP8Q");
    EXPECT_EQ(from_base64("AP8Q"), std::string("\0\xff\x10", 3));
    EXPECT_EQ(from_base64("QQ=="), "A");
    EXPECT_EQ(from_base64(""), "");
    for (const char* wrong : {"QQ", "QQ=", "Q Q=", "QQ==QQ==", "QQ==\n", "Q*==", "===="}) {
        EXPECT_FALSE(from_base64(wrong)) << wrong;
    }
    EXPECT_EQ(to_base64_secret("A").reveal(), "QQ==");
    EXPECT_EQ(from_base64_secret("QQ==")->reveal(), "A");
    EXPECT_TRUE(to_base64_secret("").empty());
}

TEST(CryptoTest, ComparesWholeTexts) {
    EXPECT_TRUE(are_equal("", ""));
    EXPECT_TRUE(are_equal("abc", "abc"));
    EXPECT_FALSE(are_equal("abc", "abd"));
    EXPECT_FALSE(are_equal("abc", "ab"));
}

TEST(CryptoTest, TakesRandomnessFromTheSystem) {
    EXPECT_EQ(random_bytes(24).size(), 24U);
    EXPECT_NE(random_bytes(24), random_bytes(24));
    EXPECT_FALSE(random_secret().equals(random_secret().reveal()));
}

}  // namespace
}  // namespace oa::host::crypto
