#include "core/secret/stream_masker.hpp"

#include <cstddef>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "core/secret/masker.hpp"
#include "core/secret/pattern_set.hpp"
#include "core/secret/secret.hpp"

namespace oa::core {
namespace {

std::shared_ptr<Masker> masker_of(std::initializer_list<std::string_view> secrets) {
    auto masker = std::make_shared<Masker>();
    for (const auto secret : secrets) {
        masker->add(Secret(secret));
    }
    return masker;
}

/// What comes out when the text is cut at these places, in order.
std::string in_parts(const std::shared_ptr<Masker>& masker,
                     std::string_view text,
                     const std::vector<std::size_t>& cuts) {
    StreamMasker stream(masker);
    std::string out;
    std::size_t from = 0;
    for (const std::size_t cut : cuts) {
        out += stream.feed(text.substr(from, cut - from)).view();
        from = cut;
    }
    out += stream.feed(text.substr(from)).view();
    out += stream.finish().view();
    return out;
}

TEST(StreamMaskerTest, WithoutSecretsNothingIsHeldBack) {
    StreamMasker stream(std::make_shared<Masker>());
    EXPECT_EQ(stream.feed("anything").view(), "anything");
    EXPECT_EQ(stream.held_bytes(), 0U);
    EXPECT_EQ(stream.finish().view(), "");
}

TEST(StreamMaskerTest, WhatCannotBecomeASecretGoesOutAtOnce) {
    StreamMasker stream(masker_of({"hunter2-secret"}));
    EXPECT_EQ(stream.feed("password: ").view(), "password: ");
    EXPECT_EQ(stream.feed("hunt").view(), "");
    EXPECT_EQ(stream.held_bytes(), 4U);
    EXPECT_EQ(stream.feed("ing\n").view(), "hunting\n");
    EXPECT_EQ(stream.feed("hunter2-secret\n").view(), "***\n");
    EXPECT_EQ(stream.feed("hunter2").view(), "");
    EXPECT_EQ(stream.finish().view(), "hunter2");
}

TEST(StreamMaskerTest, NeverHoldsMoreThanAPieceBack) {
    const auto masker = masker_of({std::string(10'000, 'a')});
    StreamMasker stream(masker);
    std::string out;
    for (int i = 0; i < 1'000; ++i) {
        out += stream.feed("aaaaaaa").view();
        EXPECT_LT(stream.held_bytes(), mask_piece_bytes);
    }
    out += stream.feed("b").view();
    EXPECT_EQ(out, "***b");
}

TEST(StreamMaskerTest, SecretsThatTouchAcrossPartsShareASign) {
    const auto masker = masker_of({"abcdefgh", "ijklmnop"});
    for (std::size_t cut = 0; cut <= 18; ++cut) {
        EXPECT_EQ(in_parts(masker, "-abcdefghijklmnop-", {cut}), "-***-") << cut;
    }
}

TEST(StreamMaskerTest, WhatIsAddedMeanwhileIsMaskedFromTheNextPartOn) {
    const auto masker = masker_of({});
    StreamMasker stream(masker);
    EXPECT_EQ(stream.feed("late-secret ").view(), "late-secret ");
    masker->add(Secret("late-secret"));
    EXPECT_EQ(stream.feed("late-secret ").view(), "*** ");
}

TEST(StreamMaskerTest, AfterTheEndANewTextBegins) {
    StreamMasker stream(masker_of({"hunter2-secret"}));
    EXPECT_EQ(stream.feed("hunter2-secret").view(), "***");
    EXPECT_EQ(stream.finish().view(), "");
    EXPECT_EQ(stream.feed("hunter2-secret").view(), "***");
}

TEST(StreamMaskerTest, TwoCutsAnywhereMakeNoDifference) {
    const auto masker =
        masker_of({"prefix", "prefix-and-more", "and-more-of-it", "aaaaaaa", "multi\nline-value"});
    const std::string text =
        "prefix-and-more-of-it prefix-and aaaaaaaaaaaa cHJlZml4LWFuZC1tb3Jl multi\nline-valu multi";
    const std::string whole = masker->mask(text);
    for (std::size_t first = 0; first <= text.size(); ++first) {
        for (std::size_t second = first; second <= text.size(); ++second) {
            ASSERT_EQ(in_parts(masker, text, {first, second}), whole) << first << ' ' << second;
        }
    }
}

/// Few letters, so that secrets overlap, nest and repeat.
TEST(StreamMaskerTest, RandomTextsInRandomPartsAreMaskedAsAWhole) {
    std::mt19937 random(20'240'517);
    const auto below = [&random](std::size_t limit) { return random() % limit; };
    const auto letters = [&](std::size_t size) {
        std::string made;
        for (std::size_t i = 0; i < size; ++i) {
            made += static_cast<char>('a' + below(2));
        }
        return made;
    };
    for (int round = 0; round < 200; ++round) {
        const auto masker = std::make_shared<Masker>();
        for (std::size_t i = 0; i <= below(5); ++i) {
            masker->add(Secret(letters(6 + below(i == 0 ? 150 : 8))));
        }
        const std::string text = letters(below(400));
        const std::string whole = masker->mask(text);
        for (int cutting = 0; cutting < 10; ++cutting) {
            std::vector<std::size_t> cuts;
            for (std::size_t at = below(30); at < text.size(); at += 1 + below(30)) {
                cuts.push_back(at);
            }
            ASSERT_EQ(in_parts(masker, text, cuts), whole) << text;
        }
        std::vector<std::size_t> everywhere;
        for (std::size_t at = 0; at < text.size(); ++at) {
            everywhere.push_back(at);
        }
        ASSERT_EQ(in_parts(masker, text, everywhere), whole) << text;
    }
}

}  // namespace
}  // namespace oa::core
