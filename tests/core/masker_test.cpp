#include "core/secret/masker.hpp"

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include "core/secret/mask_pass.hpp"

namespace oa::core {
namespace {

static_assert(!std::is_constructible_v<MaskedText, std::string>);
static_assert(!std::is_constructible_v<MaskedText, std::string_view>);
static_assert(!std::is_constructible_v<MaskedText, const char*>);

std::string masked_with(std::initializer_list<std::string_view> secrets, std::string_view text) {
    Masker masker;
    for (const auto secret : secrets) {
        masker.add(Secret(secret));
    }
    return masker.mask(text);
}

TEST(MaskerTest, WithoutSecretsTextStaysAsItIs) {
    const Masker masker;
    std::string text = "nothing to hide";
    EXPECT_EQ(masker.mask(text), text);
    EXPECT_FALSE(masker.mask_in_place(text));
    EXPECT_FALSE(masker.contains(text));
    EXPECT_EQ(masker.figures().patterns, 0U);
}

TEST(MaskerTest, IsEmptyUntilASecretIsAdded) {
    Masker masker;
    EXPECT_TRUE(masker.empty());
    masker.add(Secret("short"));
    EXPECT_TRUE(masker.empty()) << "too short to be looked for";
    masker.add(Secret("long enough"));
    EXPECT_FALSE(masker.empty());
}

TEST(MaskerTest, EachSecretBecomesOneSign) {
    EXPECT_EQ(masked_with({"hunter2-secret"}, "password=hunter2-secret;"), "password=***;");
    EXPECT_EQ(masked_with({"hunter2-secret"}, "hunter2-secret"), "***");
    EXPECT_EQ(masked_with({"hunter2-secret", "other-secret"}, "other-secret hunter2-secret"),
              "*** ***");
    EXPECT_EQ(masked_with({"hunter2-secret"}, "hunter2-secre"), "hunter2-secre");
}

TEST(MaskerTest, SecretsThatOverlapOrTouchShareASign) {
    EXPECT_EQ(masked_with({"abcdefgh", "efghijkl"}, "-abcdefghijkl-"), "-***-");
    EXPECT_EQ(masked_with({"abcdefgh", "ijklmnop"}, "-abcdefghijklmnop-"), "-***-");
    EXPECT_EQ(masked_with({"abcabcabc"}, "-abcabcabcabcabc-"), "-***-");
}

TEST(MaskerTest, OfSecretsThatBeginAlikeTheLongestIsMasked) {
    EXPECT_EQ(masked_with({"prefix", "prefix-and-more", "prefix-and"}, "a prefix-and-more b"),
              "a *** b");
    EXPECT_EQ(masked_with({"prefix", "prefix-and-more", "prefix-and"}, "a prefix-and-mor b"),
              "a ***-mor b");
    EXPECT_EQ(masked_with({"prefix", "prefix-and-more", "prefix-zzz"}, "a prefixes b"),
              "a ***es b");
}

TEST(MaskerTest, OfSecretsWithinEachOtherTheWholeIsMasked) {
    EXPECT_EQ(masked_with({"inner-part", "the inner-part of it"}, "<the inner-part of it>"),
              "<***>");
    EXPECT_EQ(masked_with({"inner-part", "the inner-part of it"}, "<the inner-part of all>"),
              "<the *** of all>");
}

TEST(MaskerTest, ZeroBytesAreBytesLikeOthers) {
    const std::string_view secret("ab\0cd\0ef", 8);
    EXPECT_EQ(masked_with({secret}, std::string_view("<ab\0cd\0ef>", 10)), "<***>");
    EXPECT_EQ(masked_with({secret}, std::string_view("<ab\0cd\0eg>", 10)),
              std::string_view("<ab\0cd\0eg>", 10));
}

TEST(MaskerTest, WhatIsTooShortIsRefusedAndSaysSo) {
    Masker masker;
    EXPECT_FALSE(masker.add(Secret("12345")));
    EXPECT_FALSE(masker.add(Secret("")));
    EXPECT_FALSE(masker.add(Secret("            ")));
    EXPECT_EQ(masker.figures().secrets, 0U);
    EXPECT_TRUE(masker.add(Secret("123456")));
    EXPECT_TRUE(masker.add(Secret("123456")));
    EXPECT_EQ(masker.figures().secrets, 1U);
}

TEST(MaskerTest, ManyAreAddedAtOnce) {
    std::vector<Secret> secrets;
    secrets.emplace_back("first-secret");
    secrets.emplace_back("short");
    secrets.emplace_back("second-secret");
    secrets.emplace_back("first-secret");
    Masker masker;
    EXPECT_EQ(masker.add(secrets), 3U);
    EXPECT_EQ(masker.figures().secrets, 2U);
    EXPECT_EQ(masker.mask("first-secret short second-secret"), "*** short ***");
}

TEST(MaskerTest, PartsOfALongSecretAreMasked) {
    std::string secret;
    for (int i = 0; i < 2'000; ++i) {
        secret += std::to_string(i * 7919);
    }
    Masker masker;
    masker.add(Secret(secret));
    EXPECT_EQ(masker.mask("<" + secret + ">"), "<***>");
    const std::string part = masker.mask("<" + secret.substr(1'000, 2'000) + ">");
    EXPECT_LT(part.size(), 2 * 64U + 10);
}

TEST(MaskerTest, SecretsOfAMegabyteAreMasked) {
    std::string secret;
    for (std::size_t i = 0; secret.size() < (std::size_t{1} << 20U); ++i) {
        secret += std::to_string(i * 7919) + "\"\\";
    }
    Masker masker;
    EXPECT_TRUE(masker.add(Secret(secret)));
    EXPECT_EQ(masker.mask("<" + secret + ">"), "<***>");
}

TEST(MaskerTest, SecretsOfVeryManyLinesAreMasked) {
    std::string secret;
    for (std::size_t i = 0; secret.size() < (std::size_t{1} << 20U); ++i) {
        secret += "line " + std::to_string(i * 7919) + "\n";
    }
    Masker masker;
    EXPECT_TRUE(masker.add(Secret(secret)));
    EXPECT_EQ(masker.mask("<line 79190> <line 791900>"), "<***> <***>");
}

TEST(MaskerTest, MaskingInPlaceLeavesNothingInTheTextsMemory) {
    Masker masker;
    masker.add(Secret("in-place-secret"));
    std::string text(200, '-');
    text += "in-place-secret";
    EXPECT_TRUE(masker.mask_in_place(text));
    EXPECT_EQ(text, std::string(200, '-') + "***");
    EXPECT_FALSE(masker.mask_in_place(text));
}

TEST(MaskerTest, TheProofIsMadeByMaskersAndLiteralsAlone) {
    Masker masker;
    masker.add(Secret("proof-secret"));
    auto text = masker.masked("a proof-secret");
    text.append(MaskedText::literal(" and a text"));
    EXPECT_EQ(text.view(), "a *** and a text");
    EXPECT_EQ(std::move(text).take(), "a *** and a text");
}

TEST(MaskerTest, TheHostsMaskerGetsWhatARunsGets) {
    const auto host = std::make_shared<Masker>();
    Masker first(host);
    Masker second(host);
    first.add(Secret("secret-of-first"));
    second.add(Secret("secret-of-second"));
    EXPECT_EQ(host->mask("secret-of-first secret-of-second"), "*** ***");
    EXPECT_EQ(first.mask("secret-of-first secret-of-second"), "*** secret-of-second");
}

TEST(MaskerTest, ASecretOfManyRunsIsKeptOnce) {
    const auto host = std::make_shared<Masker>();
    for (int i = 0; i < 100; ++i) {
        Masker run(host);
        run.add(Secret("secret-of-all-runs"));
    }
    EXPECT_EQ(host->figures().secrets, 1U);
    EXPECT_EQ(host->figures().idle_secrets, 1U);
    EXPECT_EQ(host->mask("late: secret-of-all-runs"), "late: ***");
}

TEST(MaskerTest, TheOldestIdleSecretsMakeRoom) {
    const auto host = std::make_shared<Masker>(MaskerLimits{4, std::size_t{1} << 20U});
    host->add(Secret("secret-of-the-host"));
    Masker alive(host);
    alive.add(Secret("secret-of-a-live-run"));
    for (int i = 0; i < 5; ++i) {
        Masker run(host);
        run.add(Secret("secret-of-run-" + std::to_string(i)));
    }
    EXPECT_EQ(host->figures().idle_secrets, 2U);
    EXPECT_EQ(host->mask("secret-of-the-host secret-of-a-live-run"), "*** ***");
    EXPECT_EQ(host->mask("secret-of-run-2 secret-of-run-3 secret-of-run-4"),
              "secret-of-run-2 *** ***");
}

TEST(MaskerTest, AnIdleSecretThatIsUsedAgainIsNotIdle) {
    const auto host = std::make_shared<Masker>(MaskerLimits{0, 0});
    Masker outer(host);
    outer.add(Secret("secret-in-use"));
    {
        Masker inner(host);
        inner.add(Secret("secret-in-use"));
        inner.add(Secret("secret-of-inner"));
    }
    EXPECT_EQ(host->figures().secrets, 1U);
    EXPECT_EQ(host->mask("secret-in-use secret-of-inner"), "*** secret-of-inner");
}

TEST(MaskerTest, AMaskerOfARunIsNotOneOfAHost) {
    const auto run = std::make_shared<Masker>(std::make_shared<Masker>());
    EXPECT_THROW(Masker{run}, std::invalid_argument);
    EXPECT_THROW(Masker{std::shared_ptr<Masker>()}, std::invalid_argument);
}

}  // namespace
}  // namespace oa::core
