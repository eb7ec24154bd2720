#include "host/audit/audit_reader.hpp"

#include <algorithm>

#include "tests/host/audit/audit_fixture.hpp"

namespace oa::host {
namespace {

struct AuditReaderTest : AuditFixture {
    [[nodiscard]] std::vector<std::string> all_by(std::size_t limit) const {
        std::vector<std::string> found;
        std::optional<std::uint64_t> before;
        do {
            AuditPage page = read_audit(log.file(), limit, before);
            EXPECT_LE(page.lines.size(), limit);
            found.insert(found.end(), page.lines.begin(), page.lines.end());
            before = page.next;
        } while (before);
        return found;
    }
};

TEST_F(AuditReaderTest, GivesTheNewestFirst) {
    add(7);
    std::vector<std::string> expected = lines();
    std::reverse(expected.begin(), expected.end());
    for (const std::size_t limit : {1U, 2U, 3U, 7U, 100U}) {
        EXPECT_EQ(all_by(limit), expected) << limit;
    }
    EXPECT_EQ(read_audit(log.file(), 7).next, std::nullopt);
    EXPECT_TRUE(read_audit(log.file(), 0).lines.empty());
}

TEST_F(AuditReaderTest, ReadsLinesThatAreLongerThanABlock) {
    std::string text;
    std::vector<std::string> expected;
    for (const std::size_t size : {10U, 300'000U, 0U, 65'535U, 65'536U, 1U, 200'000U}) {
        expected.insert(expected.begin(), std::string(size, 'x'));
        text += expected.front() + '\n';
    }
    put(text);
    for (const std::size_t limit : {1U, 2U, 100U}) {
        EXPECT_TRUE(all_by(limit) == expected) << limit;
    }
}

TEST_F(AuditReaderTest, GoesOnWhileOthersWrite) {
    add(4);
    const AuditPage first = read_audit(log.file(), 2);
    const std::vector<std::string> before = lines();
    add(3);
    EXPECT_EQ(read_audit(log.file(), 9, first.next).lines, (std::vector{before[1], before[0]}));
    put(content() + "half");
    EXPECT_EQ(read_audit(log.file(), 1).lines[0], lines().back());
}

TEST_F(AuditReaderTest, TellsThatThePlaceIsGone) {
    add(4);
    const AuditPage first = read_audit(log.file(), 2);
    move_away("elsewhere");
    EXPECT_TRUE(read_audit(log.file(), 2).lines.empty());
    EXPECT_TRUE(read_audit(log.file(), 2, first.next).lines.empty());
    add(1);
    EXPECT_THROW(static_cast<void>(read_audit(log.file(), 2, first.next)), AuditError);
    EXPECT_THROW(static_cast<void>(read_audit(log.file(), 2, 0)), AuditError);
    EXPECT_THROW(static_cast<void>(read_audit(log.file(), 2, 3)), AuditError);
}

}  // namespace
}  // namespace oa::host
