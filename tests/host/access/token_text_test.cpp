#include "host/access/token_text.hpp"

#include <cmath>
#include <map>
#include <set>

#include "tests/host/access/access_fixture.hpp"

namespace oa::host::access {
namespace {

std::string a_token() {
    const Randomness randomness = seeded();
    const std::string id = random_token_id(randomness);
    return std::string(write_token(id, random_secret_text(randomness).reveal()).reveal());
}

TEST(TokenTextTest, HasTheFormThatIsDocumented) {
    Hash bits{};
    EXPECT_EQ(base62_of(bits), std::string(43, '0'));
    bits.back() = std::byte{61};
    EXPECT_EQ(base62_of(bits), std::string(42, '0') + "z");
    bits.fill(std::byte{0xFF});  // 2^256 - 1, by Python
    EXPECT_EQ(base62_of(bits), "yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp1");
    const core::Secret token = write_token("0123456789", std::string(43, 'a'));
    // zlib.crc32 of what is before, by Python
    EXPECT_EQ(token.reveal(), "oat_0123456789_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_06SiSh");
    EXPECT_EQ(crc32("123456789"), 0xCBF43926U);
}

TEST(TokenTextTest, ReadsWhatItWrites) {
    const std::string token = a_token();
    const TokenParts parts = read_token(token).value();
    EXPECT_EQ(write_token(parts.id, parts.secret).reveal(), token);
}

TEST(TokenTextTest, TellsEverySlip) {
    const std::string token = a_token();
    for (std::size_t i = 0; i < token.size(); ++i) {
        for (int byte = 0; byte < 256; ++byte) {
            std::string wrong = token;
            wrong[i] = static_cast<char>(byte);
            EXPECT_EQ(read_token(wrong).has_value(), wrong == token) << i << ' ' << byte;
        }
        EXPECT_FALSE(read_token(token.substr(0, i)));
        EXPECT_FALSE(read_token(token + token.substr(0, i + 1)));
        if (i > 0 && token[i] != token[i - 1]) {
            std::string swapped = token;
            std::swap(swapped[i], swapped[i - 1]);
            EXPECT_FALSE(read_token(swapped)) << i;
        }
    }
    EXPECT_FALSE(read_token(' ' + token));
    EXPECT_FALSE(read_token(""));
}

TEST(TokenTextTest, DrawsEachLetterAsOftenAsAnyOther) {
    const Randomness randomness = seeded(7);
    std::map<char, int> counts;
    constexpr int ids = 20'000;
    for (int i = 0; i < ids; ++i) {
        for (const char letter : random_token_id(randomness)) {
            ++counts[letter];
        }
    }
    ASSERT_EQ(counts.size(), 62U);
    constexpr double expected = ids * 10.0 / 62;
    for (const auto& [letter, count] : counts) {
        EXPECT_NEAR(count, expected, 6 * std::sqrt(expected)) << letter;
    }
}

TEST(TokenTextTest, IsAnotherEachTime) {
    std::set<std::string> seen;
    const Randomness randomness = system_randomness();
    for (int i = 0; i < 1000; ++i) {
        seen.emplace(random_secret_text(randomness).reveal());
        seen.insert(random_token_id(randomness));
    }
    EXPECT_EQ(seen.size(), 2000U);
}

}  // namespace
}  // namespace oa::host::access
