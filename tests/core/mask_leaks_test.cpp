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

namespace oa::core {
namespace {

using Encode = std::string (*)(std::string_view);

constexpr std::string_view base64_signs =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string base64(std::string_view text) {
    std::string out;
    unsigned bits = 0;
    unsigned held = 0;
    for (const char byte : text) {
        held = held << 8U | static_cast<unsigned char>(byte);
        for (bits += 8; bits >= 6; bits -= 6) {
            out += base64_signs[held >> (bits - 6) & 63U];
        }
    }
    if (bits > 0) {
        out += base64_signs[held << (6 - bits) & 63U];
    }
    out.append((4 - out.size() % 4) % 4, '=');
    return out;
}

template <typename... Arguments>
std::string formatted(const char* format, Arguments... arguments) {
    std::array<char, 16> room{};
    const int size = std::snprintf(room.data(), room.size(), format, arguments...);
    return {room.data(), static_cast<std::size_t>(size)};
}

bool plain(char byte) {
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z');
}

/// Each byte that is not plain, or each at all, by a format of printf for its number.
template <bool everything>
std::string by_format(std::string_view text, const char* format) {
    std::string out;
    for (const char byte : text) {
        out += !everything && plain(byte) ? std::string(1, byte)
                                          : formatted(format, static_cast<unsigned char>(byte));
    }
    return out;
}

std::string with_backslash(std::string_view text, std::string_view which) {
    std::string out;
    for (const char byte : text) {
        if (which.find(byte) != std::string_view::npos) {
            out += '\\';
        }
        out += byte;
    }
    return out;
}

std::string doubled(std::string_view text, char which, std::string_view by) {
    std::string out;
    for (const char byte : text) {
        out += byte == which ? std::string(by) : std::string(1, byte);
    }
    return out;
}

std::string html(std::string_view text) {
    return doubled(doubled(doubled(doubled(text, '&', "&amp;"), '<', "&lt;"), '>', "&gt;"), '"',
                   "&quot;");
}

constexpr std::array<Encode, 22> forms{
    [](std::string_view text) { return std::string(text); },
    [](std::string_view text) { return base64(text); },
    [](std::string_view text) { return base64("me:" + std::string(text)); },
    [](std::string_view text) { return base64("you:" + std::string(text)); },
    [](std::string_view text) { return base64("user:" + std::string(text)); },
    [](std::string_view text) { return base64("{\"a\":\"" + std::string(text) + "\"}"); },
    [](std::string_view text) { return by_format<true>(text, "%02x"); },
    [](std::string_view text) { return by_format<true>(text, "%02X"); },
    [](std::string_view text) { return by_format<true>(text, "\\x%02x"); },
    [](std::string_view text) { return by_format<true>(text, "%%%02X"); },
    [](std::string_view text) { return by_format<true>(text, "%%%02x"); },
    [](std::string_view text) { return by_format<false>(text, "%%%02X"); },
    [](std::string_view text) { return by_format<true>(text, "\\u%04x"); },
    [](std::string_view text) { return by_format<true>(text, "\\u%04X"); },
    [](std::string_view text) { return with_backslash(text, "\"\\"); },
    [](std::string_view text) { return with_backslash(text, "\"\\/"); },
    [](std::string_view text) { return with_backslash(with_backslash(text, "\"\\"), "\"\\"); },
    [](std::string_view text) { return html(text); },
    [](std::string_view text) { return doubled(text, '\'', "'\\''"); },
    [](std::string_view text) { return doubled(text, '\'', "''"); },
    [](std::string_view text) { return with_backslash(text, "\"\\$`"); },
    [](std::string_view text) {
        std::string out;
        for (const char byte : text) {
            (out += byte) += '\0';
        }
        return out;
    },
};

/// Printable; a sign would be mistaken for a mask, and a percent sign or an ampersand in front of
/// plain text changes nothing that is tested here.
std::string random_secret(std::mt19937_64& random) {
    std::string made;
    const std::size_t size = 8 + random() % 60;
    while (made.size() < size) {
        const char byte = static_cast<char>(' ' + random() % 95);
        if (byte != '*' && (byte != ' ' || (!made.empty() && made.size() + 1 < size))) {
            made += byte;
        }
    }
    return made;
}

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
        secrets.push_back(random_secret(random));
        masker->add(Secret(secrets.back()));
    }
    Count count;
    for (const auto& secret : secrets) {
        for (const auto form : forms) {
            check(masker, secret, form(secret), random, count);
        }
    }
    std::printf("%zu random secrets x %zu forms x 9 ways to cut (%zu texts, seed %u): %zu found\n",
                secrets.size(), forms.size(), count.texts, seed, count.found);
    EXPECT_EQ(count.found, 0U);
}

/// The forms themselves, however they came about.
TEST(MaskLeaksTest, NoFormOfASecretSurvivesInAText) {
    std::mt19937_64 random(7);
    const auto masker = std::make_shared<Masker>();
    std::vector<std::unique_ptr<SecretForms>> all;
    for (int i = 0; i < 20; ++i) {
        const std::string secret = random_secret(random);
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
        masker.add(Secret(random_secret(random)));
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
