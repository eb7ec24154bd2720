#include "host/wallet/older_format.hpp"

#include "host/wallet/crypto.hpp"
#include "tests/host/wallet/wallet_fixture.hpp"

namespace oa::host {
namespace {

/// As the older system wrote it: password "changeme", salt 00..0f, IV 10..1f, time 1700000000.
constexpr std::string_view vector_file = R"({
  "salt": "AAECAwQFBgcICQoLDA0ODw==",
  "data": "gAAAAABlU_EAEBESExQVFhcYGRobHB0eHzpSQNXiZDWODEpKLgKpyt26Fh2_I8ULEHLHEPSCK7jEB3oIGIvrseDGjveLrs-r7W1D6jBSPd6vhzjx79GnrvCtSwoJ7G1381lXvMB45dsN"
})";

std::string counted(char from) {
    std::string out;
    for (char i = 0; i < 16; ++i) {
        out.push_back(static_cast<char>(from + i));
    }
    return out;
}

struct OlderFormatTest : WalletFixture {};

TEST_F(OlderFormatTest, OpensAWalletOfTheOlderSystem) {
    EXPECT_EQ(format_of(vector_file), WalletFormat::Fernet);
    const auto entries = read_fernet_wallet(vector_file, core::Secret("changeme"));
    ASSERT_TRUE(entries);
    ASSERT_EQ(entries->size(), 2U);
    EXPECT_EQ(entries->at("db_user").value.reveal(), "alice");
    EXPECT_EQ(entries->at("euro").value.reveal(), "v\xE2\x82\xAC");
    EXPECT_FALSE(read_fernet_wallet(vector_file, core::Secret("changeMe")));
}

TEST_F(OlderFormatTest, WritesTheSameBytesAsTheOlderSystem) {
    const auto entries = read_fernet_wallet(vector_file, core::Secret("changeme"));
    ASSERT_TRUE(entries);
    EXPECT_EQ(write_fernet_wallet(*entries, core::Secret("changeme"),
                                  {counted('\0'), {counted('\x10'), 1'700'000'000}}),
              vector_file);
}

TEST_F(OlderFormatTest, ChecksTheTokenBeforeItDecrypts) {
    const core::Secret key(counted('a') + counted('A'));
    const std::string token = seal_fernet(key, {counted('0'), 5}, "{}");
    ASSERT_EQ(text(open_fernet(key, token)), "{}");
    for (std::size_t i = 0; i < token.size(); ++i) {
        std::string changed = token;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(open_fernet(key, changed)) << i;
        EXPECT_FALSE(open_fernet(key, token.substr(0, i))) << i;
    }
    EXPECT_FALSE(open_fernet(core::Secret(counted('b') + counted('A')), token));
}

TEST_F(OlderFormatTest, GivesValuesThatAreNoStringsAsJson) {
    const auto entries = read_plain_wallet(
        R"({"port": 5, "list": [1, "a", {"b": null}], "yes": true, "half": 0.5, "text": "5"})");
    EXPECT_EQ(entries.at("port").value.reveal(), "5");
    EXPECT_EQ(entries.at("list").value.reveal(), R"([1,"a",{"b":null}])");
    EXPECT_EQ(entries.at("yes").value.reveal(), "true");
    EXPECT_EQ(entries.at("half").value.reveal(), "0.5");
    EXPECT_EQ(write_plain_wallet(entries).reveal(),
              "{\n  \"half\": 0.5,\n  \"list\": [1,\"a\",{\"b\":null}],\n  \"port\": 5,\n"
              "  \"text\": \"5\",\n  \"yes\": true\n}");
}

TEST_F(OlderFormatTest, KeepsEveryDigitOfANumber) {
    const std::string text = "{\n  \"a\": 123456789012345678901234567890,\n  \"b\": 1.10\n}";
    const auto entries = read_plain_wallet(text);
    EXPECT_EQ(entries.at("a").value.reveal(), "123456789012345678901234567890");
    EXPECT_EQ(entries.at("b").value.reveal(), "1.10");
    EXPECT_EQ(write_plain_wallet(entries).reveal(), text);
}

TEST_F(OlderFormatTest, RefusesNamesThatAreThereTwice) {
    EXPECT_EQ(thrown_by<WalletFormatError>(
                  [&] { static_cast<void>(read_plain_wallet(R"({"a": "x", "a": "y"})")); }),
              "has a name twice");
}

TEST_F(OlderFormatTest, EscapesAsPythonDoes) {
    WalletEntries entries;
    entries.emplace("k\"", entry_of("\b\f\n\r\t\\/\x01\x7F \xC3\xA9 \xF0\x9F\x98\x80"));
    EXPECT_EQ(write_plain_wallet(entries).reveal(),
              "{\n  \"k\\\"\": \"\\b\\f\\n\\r\\t\\\\/\\u0001\\u007f \\u00e9 \\ud83d\\ude00\"\n}");
    EXPECT_EQ(write_plain_wallet({}).reveal(), "{}");
}

TEST_F(OlderFormatTest, TellsFormatsByTheirContent) {
    EXPECT_EQ(format_of("OAWALLET..."), WalletFormat::Sealed);
    EXPECT_EQ(format_of(R"({"salt": "pepper", "data": "mine"})"), WalletFormat::Plain);
    EXPECT_EQ(format_of("{}"), WalletFormat::Plain);
    for (const char* none : {"", "[1]", "{", "{} {}", "OAWALLE", "null", "{\"a\": \"\xFF\"}"}) {
        EXPECT_NE(thrown_by<WalletFormatError>([&] { static_cast<void>(format_of(none)); }), "")
            << none;
    }
}

TEST_F(OlderFormatTest, RefusesBytesThatAreNoText) {
    WalletEntries entries;
    entries.emplace("blob", entry_of("\xFF\xFE"));
    EXPECT_NE(thrown_by([&] { static_cast<void>(write_plain_wallet(entries)); }), "");
}

TEST_F(OlderFormatTest, SaysWhenTheFileAroundTheTokenIsDamaged) {
    EXPECT_EQ(thrown_by<WalletFormatError>([&] {
                  static_cast<void>(read_fernet_wallet(
                      R"({"salt": "AAEC", "data": "gAAAAABlU_EAEBES"})", core::Secret("x")));
              }),
              "is damaged: its salt is not base64 of 16 bytes");
}

}  // namespace
}  // namespace oa::host
