#include "host/audit/audit_verify.hpp"

#include <chrono>
#include <cstdlib>
#include <iomanip>
#include <iostream>

#include "tests/host/audit/audit_fixture.hpp"

namespace oa::host {
namespace {

struct AuditVerifyTest : AuditFixture {
    [[nodiscard]] AuditVerification verified() const { return verify_audit({log.file()}, true); }
    /// The lines with problems, each once.
    [[nodiscard]] std::vector<std::uint64_t> bad_lines() const {
        std::vector<std::uint64_t> found;
        for (const AuditVerification::Problem& problem : verified().problems) {
            if (found.empty() || found.back() != problem.line) {
                found.push_back(problem.line);
            }
        }
        return found;
    }
    [[nodiscard]] std::string first_problem() const {
        const AuditVerification found = verified();
        return found.problems.empty() ? "" : found.problems.front().what;
    }
    /// A log with all that there may be: older lines, records, one that goes on elsewhere.
    void make_sample() const {
        put("{\"action\":\"old\"}\n{\"action\":\"older\"}\n");
        add(4);
    }
    void put_lines(const std::vector<std::string>& changed) const { put(joined(changed)); }
};

TEST_F(AuditVerifyTest, FindsNothingWhereNothingIs) {
    make_sample();
    const AuditVerification found = verified();
    EXPECT_TRUE(found.is_sound());
    EXPECT_EQ(found.records, 4U);
    EXPECT_EQ(found.older_lines, 2U);
    EXPECT_EQ(found.bytes, content().size());
    EXPECT_EQ(found.first, 1U);
    EXPECT_EQ(found.last.number, 4U);
    EXPECT_TRUE(found.end_is_known);
    EXPECT_THROW(static_cast<void>(verify_audit({folder.path() / "none"}, true)), AuditError);
}

// Each bit of the log, alone. The line that is named is the one that was changed; where that is an
// older one, which has no hash, it is the record that has theirs, or that line itself.
TEST_F(AuditVerifyTest, FindsEveryBitThatFlips) {
    for (const bool has_older : {true, false}) {
        if (has_older) {
            make_sample();
        } else {
            move_away("audit.log.1");
            add(3);
        }
        const std::string original = content();
        const std::uint64_t older = has_older ? 2 : 0;
        std::uint64_t line = 1;
        std::size_t flips = 0;
        for (std::size_t at = 0; at < original.size(); ++at) {
            for (unsigned bit = 0; bit < 8; ++bit) {
                std::string changed = original;
                changed[at] =
                    static_cast<char>(static_cast<unsigned char>(changed[at]) ^ 1U << bit);
                put(changed);
                const AuditVerification found = verified();
                ASSERT_FALSE(found.is_sound()) << "byte " << at << ", bit " << bit;
                const std::uint64_t named = found.problems.front().line;
                if (line > older) {
                    ASSERT_EQ(named, line)
                        << "byte " << at << ", bit " << bit << ": " << found.problems.front().what;
                } else {
                    ASSERT_LE(named, older + 2) << "byte " << at << ", bit " << bit;
                }
                ++flips;
            }
            line += original[at] == '\n' ? 1 : 0;
        }
        std::cout << flips << " flipped bits, all found\n";
        put(original);
    }
}

TEST_F(AuditVerifyTest, FindsEveryLineThatIsMissing) {
    make_sample();
    const std::vector<std::string> original = lines();
    for (std::size_t i = 0; i < original.size(); ++i) {
        std::vector<std::string> changed = original;
        changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(i));
        put_lines(changed);
        // The one that is in its place now; of an older one, the record that has their hash.
        EXPECT_EQ(bad_lines().front(), i < 2 ? 2U : i + 1) << i;
    }
    put_lines({original.begin(), original.end() - 2});
    EXPECT_EQ(first_problem(), "is not there: records 3 to 4 are missing, as audit.log.head tells");
    put_lines({original[0], original[1], original[2], original[4], original[5]});
    EXPECT_EQ(first_problem(), "does not follow: record 2 is missing");
}

TEST_F(AuditVerifyTest, FindsLinesThatWereExchanged) {
    make_sample();
    const std::vector<std::string> original = lines();
    for (std::size_t i = 0; i < original.size(); ++i) {
        for (std::size_t k = i + 1; k < original.size(); ++k) {
            std::vector<std::string> changed = original;
            std::swap(changed[i], changed[k]);
            put_lines(changed);
            ASSERT_FALSE(verified().is_sound()) << i << ' ' << k;
            if (i > 2) {
                EXPECT_EQ(bad_lines().front(), i + 1) << i << ' ' << k;
            }
        }
    }
}

TEST_F(AuditVerifyTest, FindsLinesThatWerePutIn) {
    make_sample();
    const std::vector<std::string> original = lines();
    const std::string elsewhere = [&] {
        const AuditLog other(folder.path() / "other.log");
        EXPECT_EQ(other.append({"tested", "elsewhere"}), "");
        return lines_of(content("other.log"))[0];
    }();
    for (const std::string& line : {original[3], elsewhere, std::string("{}"), std::string()}) {
        for (std::size_t i = 0; i <= original.size(); ++i) {
            std::vector<std::string> changed = original;
            changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(i), line);
            put_lines(changed);
            ASSERT_FALSE(verified().is_sound()) << i << ": " << line;
            if (i > 2) {
                const bool is_twin = i < original.size() && line == original[i];
                EXPECT_EQ(bad_lines().front(), i + (is_twin ? 2 : 1)) << i << ": " << line;
            }
        }
    }
}

TEST_F(AuditVerifyTest, FindsThatTheEndWasCutOff) {
    make_sample();
    const std::string original = content();
    for (std::size_t size = 1; size < original.size(); ++size) {
        put(original.substr(0, size));
        ASSERT_FALSE(verified().is_sound()) << size;
    }
    put(original);
    std::filesystem::remove(folder.path() / "audit.log.head");
    EXPECT_EQ(first_problem(),
              "is the last, but nobody knows whether it was: audit.log.head is not there, or is "
              "damaged");
    EXPECT_TRUE(verify_audit({log.file()}, false).is_sound());
    EXPECT_FALSE(verify_audit({log.file()}, false).end_is_known);
}

TEST_F(AuditVerifyTest, GoesOnBehindAProblem) {
    add(5);
    std::vector<std::string> changed = lines();
    changed[1].replace(changed[1].find("number 1"), 8, "number 7");
    put_lines(changed);
    EXPECT_EQ(bad_lines(), (std::vector<std::uint64_t>{2}));
    EXPECT_EQ(first_problem(), "is not what was written");
    changed[3].replace(changed[3].size() - 10, 3, "000");  // of its hash
    put_lines(changed);
    EXPECT_EQ(bad_lines(), (std::vector<std::uint64_t>{2, 4}));
}

TEST_F(AuditVerifyTest, ChecksThatFilesBelongTogether) {
    add(3);
    move_away("audit.log.1");
    add(2);
    move_away("audit.log.2");
    add(1);
    const std::filesystem::path one = folder.path() / "audit.log.1";
    const std::filesystem::path two = folder.path() / "audit.log.2";
    EXPECT_TRUE(verify_audit({one, two, log.file()}, true).is_sound());
    EXPECT_TRUE(verify_audit({two, log.file()}, true).is_sound());
    EXPECT_TRUE(verify_audit({one}, false).is_sound());
    const AuditVerification gap = verify_audit({one, log.file()}, true);
    ASSERT_EQ(gap.problem_count, 1U);
    EXPECT_EQ(gap.problems[0].file, log.file());
    EXPECT_EQ(gap.problems[0].line, 1U);
    EXPECT_EQ(gap.problems[0].what, "goes on after record 5, which is not the one before it");
    std::vector<std::string> cut = lines_of(content("audit.log.1"));
    cut.pop_back();
    put(joined(cut), "audit.log.1");
    EXPECT_EQ(verify_audit({one, two, log.file()}, true).problems.at(0).file, two);
}

TEST_F(AuditVerifyTest, TellsOnlySoManyProblems) {
    add(1);
    put(content() + joined(std::vector<std::string>(500, "x")));
    EXPECT_EQ(verified().problem_count, 500U);
    EXPECT_EQ(verified().problems.size(), 100U);
}

// OA_AUDIT_BYTES: how large, 1073741824 for the figure that is published.
TEST_F(AuditVerifyTest, ReadsAsFastAsItPrints) {
    const char* wanted = std::getenv("OA_AUDIT_BYTES");
    const std::uint64_t size = wanted == nullptr ? 16U << 20U : std::stoull(wanted);
    {
        std::ofstream out(log.file(), std::ios::binary);
        AuditHasher hasher;
        ChainPlace last;
        for (std::uint64_t bytes = 0; bytes < size;) {
            ++last.number;
            const std::string content =
                "{\"seq\":" + std::to_string(last.number) +
                R"(,"time":"2026-03-01T10:00:00.000Z","user":"ops","uid":1000,"pid":4711,)"
                R"("who":{"token":"x8Kq0aZ3fT","name":"deploy"},"action":"workflow.changed",)"
                R"("object":"nightly","source":"192.0.2.7","request":"01JC000000000000000000000",)"
                R"("result":"ok")";
            last.hash = next_in_chain(hasher, last.hash, content);
            const std::string line = chained_line(content, last.hash) + '\n';
            out << line;
            bytes += line.size();
        }
        put(head_text(last), "audit.log.head");
    }
    const auto begin = std::chrono::steady_clock::now();
    const AuditVerification found = verified();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    EXPECT_TRUE(found.is_sound());
    std::cout << std::fixed << std::setprecision(1) << found.records << " records, "
              << static_cast<double>(found.bytes) / (1U << 20U) << " MiB, verified in "
              << took.count()
              << " s: " << static_cast<double>(found.bytes) / (1U << 20U) / took.count()
              << " MiB/s\n";
}

// Prints what a record costs.
TEST_F(AuditVerifyTest, AppendsAsFastAsItPrints) {
    for (const AuditSync sync : {AuditSync::Later, AuditSync::Now}) {
        constexpr int records = 200;
        const auto begin = std::chrono::steady_clock::now();
        for (int i = 0; i < records; ++i) {
            EXPECT_EQ(log.append({"tested", "speed"}, sync), "");
        }
        const std::chrono::duration<double, std::micro> took =
            std::chrono::steady_clock::now() - begin;
        std::cout << std::fixed << std::setprecision(0) << took.count() / records << " us a record"
                  << (sync == AuditSync::Now ? ", on the disk\n" : "\n");
    }
}

}  // namespace
}  // namespace oa::host
