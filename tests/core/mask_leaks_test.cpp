// Nothing of a secret survives, whatever its form and wherever the text is cut.
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "core/secret/masker.hpp"
#include "core/secret/secret.hpp"
#include "core/secret/secret_forms.hpp"
#include "core/secret/stream_masker.hpp"
#include "tests/support/secret_spellings.hpp"

namespace oa::core {
namespace {

struct Count {
    std::size_t texts = 0;
    std::size_t found = 0;
};

/// What of the form is left must be nothing but the few bits at the edges of Base64.
void check(const std::shared_ptr<Masker>& masker,
           std::string_view secret,
           std::string_view form,
           std::mt19937_64& random,
           Count& count) {
    const std::string text = "log line <" + std::string(form) + "> and more";
    const std::string whole = masker->mask(text);
    const auto leaks = [&](std::string_view out) {
        return out.find(secret) != std::string_view::npos ||
               out.find(form) != std::string_view::npos || out.size() > 40 + 8 ||
               out.find("***") == std::string_view::npos;
    };
    ++count.texts;
    count.found += leaks(whole) ? 1 : 0;
    for (std::size_t chunking = 0; chunking < 8; ++chunking) {
        StreamMasker stream(masker);
        std::string out;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t size = chunking == 0 ? 1 : 1 + random() % (4 * chunking);
            out += stream.feed(std::string_view(text).substr(at, size)).view();
            at += size;
        }
        out += stream.finish().view();
        ++count.texts;
        count.found += leaks(out) ? 1 : 0;
        EXPECT_EQ(out, whole);
    }
}

TEST(MaskLeaksTest, OfRandomSecretsInAllFormsNothingIsFound) {
    constexpr unsigned seed = 20'240'517;
    std::mt19937_64 random(seed);
    const auto masker = std::make_shared<Masker>();
    std::vector<std::string> secrets;
    for (int i = 0; i < 200; ++i) {
        secrets.push_back(test::random_secret(random));
        masker->add(Secret(secrets.back()));
    }
    Count count;
    for (const auto& secret : secrets) {
        for (const auto form : test::secret_spellings) {
            check(masker, secret, form(secret), random, count);
        }
    }
    std::printf("%zu random secrets x %zu forms x 9 ways to cut (%zu texts, seed %u): %zu found\n",
                secrets.size(), test::secret_spellings.size(), count.texts, seed, count.found);
    EXPECT_EQ(count.found, 0U);
}

/// The forms themselves, however they came about.
TEST(MaskLeaksTest, NoFormOfASecretSurvivesInAText) {
    std::mt19937_64 random(7);
    const auto masker = std::make_shared<Masker>();
    std::vector<std::unique_ptr<SecretForms>> all;
    for (int i = 0; i < 20; ++i) {
        const std::string secret = test::random_secret(random);
        masker->add(Secret(secret));
        all.push_back(std::make_unique<SecretForms>(secret));
    }
    for (const auto& one : all) {
        for (std::size_t i = 0; i < one->size(); ++i) {
            EXPECT_EQ(masker->mask("\n" + std::string((*one)[i]) + "\n"), "\n***\n");
        }
    }
}

TEST(MaskLeaksTest, OrdinaryTextsStayAsTheyAre) {
    std::mt19937_64 random(11);
    Masker masker;
    for (int i = 0; i < 200; ++i) {
        masker.add(Secret(test::random_secret(random)));
    }
    std::size_t bytes = 0;
    for (const char* const folder : {"docs", "core", "tests/core"}) {
        const auto root = std::filesystem::path(OA_SOURCE_DIR) / folder;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
            if (entry.is_regular_file()) {
                std::ifstream file(entry.path(), std::ios::binary);
                const std::string text{std::istreambuf_iterator<char>(file), {}};
                bytes += text.size();
                EXPECT_FALSE(masker.contains(text)) << entry.path();
            }
        }
    }
    EXPECT_GT(bytes, 100'000U);
}

TEST(MaskLeaksTest, ThreadsMaskWhileOthersAdd) {
    const auto host = std::make_shared<Masker>(MaskerLimits{20, std::size_t{1} << 20U});
    host->add(Secret("known-from-the-start"));
    std::atomic<bool> done = false;
    std::atomic<std::size_t> leaks = 0;
    std::vector<std::thread> readers;
    readers.reserve(3);
    for (int i = 0; i < 3; ++i) {
        readers.emplace_back([&] {
            StreamMasker stream(host);
            do {
                if (host->mask("<known-from-the-start>") != "<***>" ||
                    stream.feed("<known-from-").view() != "<" ||
                    stream.feed("the-start>").view() != "***>") {
                    ++leaks;
                }
            } while (!done);
        });
    }
    std::vector<std::thread> writers;
    writers.reserve(2);
    for (int i = 0; i < 2; ++i) {
        writers.emplace_back([&, i] {
            for (int round = 0; round < 40; ++round) {
                Masker run(host);
                const std::string secret =
                    "secret-of-" + std::to_string(i) + "-" + std::to_string(round);
                run.add(Secret(secret));
                run.add(Secret("shared-by-runs"));
                if (run.contains("known-from-the-start") ||
                    host->mask("<" + secret + "> <shared-by-runs>") != "<***> <***>") {
                    ++leaks;
                }
            }
        });
    }
    for (auto& writer : writers) {
        writer.join();
    }
    done = true;
    for (auto& reader : readers) {
        reader.join();
    }
    EXPECT_EQ(leaks, 0U);
    EXPECT_LE(host->figures().idle_secrets, 20U);
}

}  // namespace
}  // namespace oa::core
