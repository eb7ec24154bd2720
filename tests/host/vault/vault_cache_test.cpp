#include <algorithm>
#include <atomic>
#include <latch>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "host/vault/answer_cache.hpp"
#include "host/vault/kv_vault.hpp"
#include "tests/host/vault/vault_scene.hpp"

namespace oa::test {
namespace {

using core::Secret;
using host::vault::AnswerCache;
using host::vault::KvVault;
using host::vault::VaultSettings;
using namespace std::chrono_literals;

class VaultCacheTest : public testing::Test {
protected:
    VaultServer server_;
    VaultScene scene_;
};

TEST_F(VaultCacheTest, KeepsAnAnswerForAllFieldsForAWhile) {
    server_.put("a", R"({"b":"c","d":"e"})");
    const KvVault vault(scene_.with_token(server_), scene_.time());
    EXPECT_EQ(found(vault, "a#b"), "c");
    server_.put("a", R"({"b":"new","d":"new"})");
    EXPECT_EQ(found(vault, "a#d"), "e");
    scene_.go_on(4'999ms);
    EXPECT_EQ(found(vault, "a#b"), "c");
    EXPECT_EQ(server_.requests().size(), 1U);
    scene_.go_on(1ms);
    EXPECT_EQ(found(vault, "a#b"), "new");
}

TEST_F(VaultCacheTest, TellsVersionsApart) {
    server_.put("a", R"({"b":"old"})");
    server_.put("a", R"({"b":"new"})");
    const KvVault vault(scene_.with_token(server_), scene_.time());
    EXPECT_EQ(found(vault, "a#b"), "new");
    EXPECT_EQ(found(vault, "a@1#b"), "old");
}

TEST_F(VaultCacheTest, KeepsThatASecretIsNotThere) {
    const KvVault vault(scene_.with_token(server_), scene_.time());
    EXPECT_EQ(found(vault, "a#b"), "(none)");
    server_.put("a", R"({"b":"c"})");
    EXPECT_EQ(found(vault, "a#b"), "(none)");
    scene_.go_on(5s);
    EXPECT_EQ(found(vault, "a#b"), "c");
}

TEST_F(VaultCacheTest, AsksEachTimeWhenItIsSwitchedOff) {
    server_.put("a", R"({"b":"c"})");
    VaultSettings settings = scene_.with_token(server_);
    settings.cache = 0ms;
    const KvVault vault(settings, scene_.time());
    EXPECT_EQ(found(vault, "a#b"), "c");
    server_.put("a", R"({"b":"new"})");
    EXPECT_EQ(found(vault, "a#b"), "new");
}

TEST_F(VaultCacheTest, GivesTheSameToManyThreads) {
    server_.put("a", R"({"b":"c"})");
    const KvVault vault(scene_.with_token(server_), scene_.time());
    std::vector<std::string> values(8);
    std::vector<std::thread> threads;
    for (std::string& value : values) {
        threads.emplace_back([&vault, &value] { value = found(vault, "a#b"); });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(std::count(values.begin(), values.end(), "c"), 8);
    EXPECT_EQ(server_.requests().size(), 1U);
}

/// One thread asks and is held; others come for the same.
class AnswerCacheTest : public testing::Test {
protected:
    /// What the others got, as text; `ask` is what the first one does once it is let go.
    std::vector<std::string> ask_at_once(AnswerCache& cache, const AnswerCache::Ask& ask) {
        std::latch asking(1);
        std::latch let_go(1);
        std::thread first([&] {
            static_cast<void>(text_of(cache, [&] {
                asking.count_down();
                let_go.wait();
                return ask();
            }));
        });
        asking.wait();
        std::vector<std::string> texts(4);
        std::vector<std::thread> others;
        for (std::string& text : texts) {
            others.emplace_back([&cache, &text, &ask] { text = text_of(cache, ask); });
        }
        let_go.count_down();
        first.join();
        for (std::thread& other : others) {
            other.join();
        }
        return texts;
    }

    static std::string text_of(AnswerCache& cache, const AnswerCache::Ask& ask) {
        try {
            const auto answer = cache.get("x", ask);
            return *answer ? std::string((*answer)->reveal()) : "(none)";
        } catch (const std::runtime_error& error) {
            return error.what();
        }
    }

    VaultScene scene_;
};

TEST_F(AnswerCacheTest, LetsThoseWhoWantTheSameAskOnce) {
    AnswerCache cache(5s, scene_.time());
    std::atomic<int> asked = 0;
    const auto texts = ask_at_once(cache, [&asked]() -> std::optional<Secret> {
        ++asked;
        return Secret("value");
    });
    EXPECT_EQ(texts, std::vector<std::string>(4, "value"));
    EXPECT_EQ(asked, 1);
}

TEST_F(AnswerCacheTest, TellsAllWhyItFailedAndKeepsNoFailure) {
    AnswerCache cache(5s, scene_.time());
    const auto texts = ask_at_once(
        cache, []() -> std::optional<Secret> { throw std::runtime_error("it is sealed"); });
    EXPECT_EQ(texts, std::vector<std::string>(4, "it is sealed"));
    EXPECT_EQ(text_of(cache, [] { return std::optional(Secret("now")); }), "now");
}

TEST_F(AnswerCacheTest, KeepsNoMoreThanItHasRoomFor) {
    AnswerCache cache(1h, scene_.time());
    int asked = 0;
    for (int i = 0; i < 2'000; ++i) {
        static_cast<void>(cache.get(std::to_string(i), [&asked]() -> std::optional<Secret> {
            ++asked;
            return Secret("value");
        }));
    }
    static_cast<void>(cache.get("0", [&asked]() -> std::optional<Secret> {
        ++asked;
        return std::nullopt;
    }));
    EXPECT_EQ(asked, 2'001);
}

}  // namespace
}  // namespace oa::test
