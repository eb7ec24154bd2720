// A file that changes between the check and its use.

#include <atomic>
#include <fstream>
#include <map>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

#include "tests/host/trust/trust_fixture.hpp"

namespace oa::host {
namespace {

struct SwapTest : TrustFixture {
    static constexpr int rounds = 500;

    const std::string good = bytes_of("canary");
    const std::string bad = bytes_of("newer");

    SwapTest() {
        policy.bundled = false;
        policy.allow[sha256_of(good)] = "";
    }

    /// Takes the file again and again while `flip` changes it: what is taken always is what its
    /// hash says, and only the allowed content passes.
    template <typename Flip>
    void expect_only_what_was_hashed(Flip flip) {
        std::atomic<bool> done{false};
        std::thread changing([&] {
            for (unsigned i = 0; !done; ++i) {
                flip(i % 2 == 0 ? bad : good);
            }
        });
        int taken = 0;
        std::map<bool, int> passed;
        auto fresh = gate();
        for (int round = 0; round < rounds; ++round) {
            const auto content = fresh.take(file);
            const auto bytes = read_whole_file(content.load_from, 64U << 20U).value();
            ASSERT_EQ(sha256_of(bytes), content.sha256);
            ++taken;
            try {
                PluginClaims claims;
                claims.file = file;
                static_cast<void>(fresh.judge(content, claims));
                ASSERT_EQ(bytes, good);
                static_cast<void>(map_plugin(content.load_from));
                ++passed[true];
            } catch (const PluginRefused&) {
                ASSERT_NE(bytes, good);
                ++passed[false];
            }
        }
        done = true;
        changing.join();
        EXPECT_EQ(taken, rounds);
        EXPECT_EQ(marks(), passed[true] > 0 ? "1.2.0" : "");
        RecordProperty("passed", passed[true]);
        RecordProperty("refused", passed[false]);
    }
};

TEST_F(SwapTest, ARenameBetweenCheckAndUseChangesNothing) {
    expect_only_what_was_hashed(
        [&](const std::string& bytes) { EXPECT_EQ(replace_file(file, bytes, 0644), 0); });
}

TEST_F(SwapTest, AWriteInPlaceBetweenCheckAndUseChangesNothing) {
    ASSERT_EQ(good.size(), bad.size());  // so that every state between is a mix of both
    expect_only_what_was_hashed([&](const std::string& bytes) {
        const OpenFile out(open(file.c_str(), O_WRONLY | O_CLOEXEC));
        EXPECT_TRUE(write_all(out.fd(), bytes));
    });
}

TEST_F(SwapTest, AChangeAfterTheCheckChangesNothing) {
    auto fresh = gate();
    const auto content = fresh.take(file);
    install("newer");
    PluginClaims claims;
    claims.file = file;
    static_cast<void>(fresh.judge(content, claims));
    static_cast<void>(map_plugin(content.load_from));
    EXPECT_EQ(marks(), "1.2.0");
}

}  // namespace
}  // namespace oa::host
