#include "host/audit/audit_chain.hpp"

#include <gtest/gtest.h>

namespace oa::host {
namespace {

TEST(AuditChainTest, HashesTheBytesThatAreDocumented) {
    AuditHasher hasher;
    // hashlib.sha256(bytes(32) + b'{"seq":1,"a":2}'), by Python
    const AuditHash hash = next_in_chain(hasher, {}, R"({"seq":1,"a":2)");
    EXPECT_EQ(to_hex(hash), "bcb917d2901d65a882da09f1a1b74358db4a754265753f925ca1d6c73beaedd4");
    const std::string line = chained_line(R"({"seq":1,"a":2)", hash);
    EXPECT_EQ(line, R"({"seq":1,"a":2,"hash":")" + to_hex(hash) + R"("})");
    const ChainedLine parsed = parse_chained(line).value();
    EXPECT_EQ(parsed.number, 1U);
    EXPECT_EQ(parsed.content, R"({"seq":1,"a":2)");
    EXPECT_EQ(parsed.hash, hash);
}

TEST(AuditChainTest, ReadsNoLineThatIsNone) {
    const std::string hash(64, 'a');
    EXPECT_TRUE(parse_chained(R"({"seq":1,"hash":")" + hash + "\"}"));
    for (const std::string& line :
         {std::string(), R"({"seq":1})" + hash, R"({"seq":0,"hash":")" + hash + "\"}",
          R"({"seq":01,"hash":")" + hash + "\"}", R"({"seq":-1,"hash":")" + hash + "\"}",
          R"({"seq":1 ,"hash":")" + hash + "\"}", R"({"seq":1,"hash":")" + hash + "\"} ",
          R"({"seq":1,"hash":")" + std::string(64, 'A') + "\"}",
          R"({"seq":1,"hash":")" + std::string(64, 'g') + "\"}",
          R"({"seq":99999999999999999999999,"hash":")" + hash + "\"}",
          R"({"no":1,"hash":")" + hash + "\"}"}) {
        EXPECT_FALSE(parse_chained(line)) << line;
    }
}

TEST(AuditChainTest, NotesAPlaceInAsManyBytesAlways) {
    AuditHash hash{};
    hash.back() = std::byte{0xAB};
    for (const std::uint64_t number : {std::uint64_t{1}, std::uint64_t{4711}, UINT64_MAX}) {
        const std::string text = head_text({number, hash});
        EXPECT_EQ(text.size(), head_size);
        EXPECT_EQ(parse_head(text), (ChainPlace{number, hash}));
        for (std::size_t size = 0; size < text.size(); ++size) {
            EXPECT_FALSE(parse_head(text.substr(0, size)));
        }
        EXPECT_FALSE(parse_head(text + ' '));
    }
    EXPECT_FALSE(parse_head(std::string(head_size, ' ')));
    EXPECT_FALSE(parse_head(std::string(head_size, '1')));
}

}  // namespace
}  // namespace oa::host
