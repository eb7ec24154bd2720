#include "host/trust/signature.hpp"

#include <functional>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "host/trust/sha256.hpp"
#include "host/trust/utc_time.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::host {
namespace {

struct SignatureTest : testing::Test {
    PrivateKey key = PrivateKey::generate();
    PluginSignature signature = [this] {
        PluginSignature out;
        out.sha256 = sha256_of("content");
        out.id = "com.acme.http";
        out.version = "1.4.0";
        out.abi = "1.0";
        out.created = "2026-01-31T12:00:00Z";
        out.key = key.public_key();
        out.signature = key.sign(signed_bytes(out));
        return out;
    }();
};

TEST_F(SignatureTest, SignsTheBytesThatTheHeaderNames) {
    EXPECT_EQ(signed_bytes(signature),
              "open-automator plug-in signature 1\n"
              "sha256 ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73\n"
              "id com.acme.http\nversion 1.4.0\nabi 1.0\ncreated 2026-01-31T12:00:00Z\nkey " +
                  to_base64(key.public_key()) + "\n");
}

TEST_F(SignatureTest, SurvivesItsFile) {
    const auto read = parse_signature(to_json(signature));
    EXPECT_EQ(signed_bytes(read), signed_bytes(signature));
    EXPECT_EQ(read.signature, signature.signature);
    EXPECT_TRUE(is_genuine(read));
}

TEST_F(SignatureTest, CoversEveryMember) {
    const std::vector<std::function<void(PluginSignature&)>> changes{
        [](PluginSignature& s) { s.sha256.back() ^= 1; },
        [](PluginSignature& s) { s.id = "com.acme.other"; },
        [](PluginSignature& s) { s.version = "1.4.1"; },
        [](PluginSignature& s) { s.abi = "1.1"; },
        [](PluginSignature& s) { s.created = "2026-01-31T12:00:01Z"; },
        [](PluginSignature& s) { s.key = PrivateKey::generate().public_key(); },
        [](PluginSignature& s) { s.signature.front() ^= 1; },
        [](PluginSignature& s) { s.signature.back() ^= 0x20; },
    };
    for (const auto& change : changes) {
        PluginSignature changed = signature;
        change(changed);
        EXPECT_FALSE(is_genuine(changed)) << signed_bytes(changed);
    }
}

TEST_F(SignatureTest, RefusesAFileThatIsNone) {
    const std::string good = to_json(signature);
    const auto with = [&](const std::string& from, const std::string& to) {
        std::string out = good;
        const auto at = out.find(from);
        EXPECT_NE(at, std::string::npos) << from;
        return out.replace(at, from.size(), to);
    };
    const std::vector<std::string> bad{
        "",
        "text",
        "[]",
        "{}",
        good.substr(0, good.size() / 2),
        with("\"format\":1", "\"format\":2"),
        with("\"format\":1", "\"format\":\"1\""),
        with("com.acme.http", "com.acme.http\\nversion 9.9.9"),
        with("com.acme.http", "HTTP"),
        with("1.4.0", "1.4"),
        with("\"1.0\"", "\"1\""),
        with("\"1.0\"", "1.0"),
        with("12:00:00Z", "12:00:00"),
        with("2026-01-31", "2026-02-31"),
        with("ed7002b4", "ED7002B4"),
        with(to_base64(signature.signature), "AAAA"),
        with(to_base64(signature.key), "AAAA"),
        with("\"id\":", "\"id\":\"com.acme.other\",\"id\":"),
    };
    for (const std::string& text : bad) {
        EXPECT_THROW(static_cast<void>(parse_signature(text)), SignatureError) << text;
    }
}

TEST_F(SignatureTest, KnowsTheVectorOfTheStandard) {
    // RFC 8032, section 7.1, test 2.
    const auto public_key =
        parse_public_key("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    const auto bytes = parse_signature_bytes(
        "kqAJqfDUyrhyDoILX2QlQKKye1QWUD+Ps3YiI+vbadoIWsHkPhWZbkWPNhPQ8R2MOHsurrQwKu6w"
        "DSkWErsMAA==");
    ASSERT_TRUE(public_key);
    ASSERT_TRUE(bytes);
    EXPECT_TRUE(is_signed_by(*public_key, "r", *bytes));
    EXPECT_FALSE(is_signed_by(*public_key, "s", *bytes));
}

TEST_F(SignatureTest, ReadsPublicKeysInEveryForm) {
    const auto expected = key.public_key();
    EXPECT_EQ(parse_public_key(to_base64(expected)), expected);
    EXPECT_EQ(parse_public_key("  " + to_base64(expected) + "\n"), expected);
    EXPECT_EQ(parse_public_key(to_pem(expected)), expected);
    for (const char* bad : {"", " ", "abc", "AAAA", "-----BEGIN PUBLIC KEY-----\nAAAA\n"}) {
        EXPECT_EQ(parse_public_key(bad), std::nullopt) << bad;
    }
}

TEST_F(SignatureTest, KeepsAPrivateKeyPrivate) {
    const test::TemporaryFolder folder;
    const auto file = folder / "key";
    key.save(file, std::nullopt);
    struct stat status {};
    ASSERT_EQ(stat(file.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0600U);
    EXPECT_EQ(PrivateKey::load(file, std::nullopt).public_key(), key.public_key());
    EXPECT_THROW(key.save(file, std::nullopt), KeyError);  // one that exists stays

    chmod(file.c_str(), 0640);
    EXPECT_THROW(static_cast<void>(PrivateKey::load(file, std::nullopt)), KeyError);
}

TEST_F(SignatureTest, APassphraseLocksAPrivateKey) {
    const test::TemporaryFolder folder;
    const auto file = folder / "key";
    key.save(file, "open sesame");
    EXPECT_EQ(PrivateKey::load(file, "open sesame").public_key(), key.public_key());
    EXPECT_THROW(static_cast<void>(PrivateKey::load(file, "open")), KeyError);
    EXPECT_THROW(static_cast<void>(PrivateKey::load(file, std::nullopt)), KeyError);
}

TEST_F(SignatureTest, RefusesAKeyFileThatIsNone) {
    const test::TemporaryFolder folder;
    EXPECT_THROW(static_cast<void>(PrivateKey::load(folder / "missing", std::nullopt)), KeyError);
    const std::filesystem::path text = folder.write("text", "text");
    chmod(text.c_str(), 0600);
    EXPECT_THROW(static_cast<void>(PrivateKey::load(text, std::nullopt)), KeyError);
}

TEST(UtcTimeTest, ReadsAndWrites) {
    EXPECT_EQ(parse_utc("1970-01-02", DayMeans::Start), 86400);
    EXPECT_EQ(parse_utc("1970-01-02", DayMeans::End), 2 * 86400 - 1);
    EXPECT_EQ(parse_utc("1970-01-01T00:01:05Z", DayMeans::End), 65);
    EXPECT_EQ(to_utc_text(1'790'000'000), "2026-09-21T14:13:20Z");
    EXPECT_EQ(parse_utc("2026-09-21T14:13:20Z", DayMeans::Start), 1'790'000'000);
    for (const char* bad :
         {"", "2026", "2026-13-01", "2026-1-1", "2026-02-29", "2026-01-01T24:00:00Z",
          "2026-01-01T00:00:00", "2026-01-01 00:00:00Z", "20x6-01-01"}) {
        EXPECT_EQ(parse_utc(bad, DayMeans::Start), std::nullopt) << bad;
    }
}

}  // namespace
}  // namespace oa::host
