#include "host/wallet/sealed_body.hpp"

#include "tests/host/wallet/wallet_fixture.hpp"

namespace oa::host {
namespace {

std::string problem(std::string_view text) {
    return thrown_by<WalletFormatError>([&] { static_cast<void>(read_body(text)); });
}

std::string entry_with(const std::string& members) {
    return R"({"entries":[{"name":"a","value":"v","version":1,"created":1,"updated":1)" + members +
           "}]}";
}

TEST(SealedBodyTest, ReadsWhatItWrote) {
    WalletEntries entries;
    entries.emplace("text", entry_of("gr\xC3\xB6\xC3\x9F"
                                     "e \"quoted\"\n"));
    entries.emplace("bytes", entry_of(std::string_view("\0\xFF\x80 any", 7)));
    entries.emplace("empty", entry_of(""));
    entries.at("text").note = "for the \xE2\x82\xAC shop";
    entries.at("text").version = 7;
    entries.at("text").updated = some_day + 5;
    const WalletEntries back = read_body(write_body(entries).reveal());
    ASSERT_EQ(back.size(), 3U);
    for (const auto& [name, entry] : entries) {
        const WalletEntry& again = back.at(name);
        EXPECT_EQ(again.value.reveal(), entry.value.reveal()) << name;
        EXPECT_EQ(again.kind, entry.kind);
        EXPECT_EQ(again.version, entry.version);
        EXPECT_EQ(again.created, entry.created);
        EXPECT_EQ(again.updated, entry.updated);
        EXPECT_EQ(again.note, entry.note);
    }
    EXPECT_EQ(write_body({}).reveal(), R"({"entries":[]})");
}

TEST(SealedBodyTest, HasTheTextThatIsWrittenDown) {
    WalletEntries entries;
    entries.emplace("token", entry_of("abc"));
    EXPECT_EQ(write_body(entries).reveal(),
              R"({"entries":[{"name":"token","value":"abc","version":1,"created":1769860800,)"
              R"("updated":1769860800}]})");
}

TEST(SealedBodyTest, RefusesEverythingElse) {
    EXPECT_EQ(problem(entry_with("")), "");
    for (const std::string& wrong :
         {std::string(""), std::string("[]"), std::string("{}"), std::string(R"({"entries":{}})"),
          std::string(R"({"entries":[],"more":1})"), std::string(R"({"entries":[1]})"),
          std::string(R"({"entries":[{"name":"a"}]})"),
          std::string(
              R"({"entries":[{"name":5,"value":"v","version":1,"created":1,"updated":1}]})"),
          std::string(
              R"({"entries":[{"name":"a}","value":"v","version":1,"created":1,"updated":1}]})"),
          entry_with(R"(,"encoding":"hex")"), entry_with(R"(,"encoding":"base64","value":"*")"),
          entry_with(R"(,"later":true)"), entry_with(R"(,"note":5)"),
          entry_with(R"(,"version":-1)"), entry_with(R"(,"created":"now")")}) {
        EXPECT_NE(problem(wrong), "") << wrong;
    }
    const std::string one = R"({"name":"a","value":"v","version":1,"created":1,"updated":1})";
    EXPECT_NE(problem(R"({"entries":[)" + one + ',' + one + "]}").find("same name"),
              std::string::npos);
}

TEST(SealedBodyTest, KnowsWhichNamesCanStandInAPlaceholder) {
    for (const char* fine : {"a", "db.user", "api key", "a:b",
                             "gr\xC3\xB6\xC3\x9F"
                             "e",
                             "a-b_c/d"}) {
        EXPECT_FALSE(problem_of_name(fine)) << fine;
    }
    for (const std::string& wrong :
         {std::string(), std::string(257, 'a'), std::string("a}b"), std::string("a>b"),
          std::string("a:-b"), std::string(" a"), std::string("a "), std::string("a\nb"),
          std::string("a\x7F"), std::string("\xFF"), std::string("a\0b", 3)}) {
        EXPECT_TRUE(problem_of_name(wrong)) << wrong;
    }
}

}  // namespace
}  // namespace oa::host
