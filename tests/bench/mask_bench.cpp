// What masking costs: for text without and with secrets, for text made to cost most, and for
// adding.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>
#include <boost/json.hpp>

#include "core/secret/masker.hpp"
#include "core/secret/secret.hpp"
#include "core/secret/stream_masker.hpp"

namespace oa::core {
namespace {

constexpr std::size_t text_bytes = std::size_t{16} << 20U;

class Source {
public:
    std::size_t below(std::size_t limit) {
        return static_cast<std::size_t>(engine_() % static_cast<std::uint64_t>(limit));
    }
    template <typename List>
    std::string_view one_of(const List& list) {
        return list[below(std::size(list))];
    }
    std::string letters(std::string_view alphabet, std::size_t size) {
        std::string made;
        for (std::size_t i = 0; i < size; ++i) {
            made += alphabet[below(alphabet.size())];
        }
        return made;
    }

private:
    std::mt19937_64 engine_{42};
};

/// Keys, passwords with signs in them, words, numbers and whole key files.
std::vector<std::string> secrets(std::size_t count) {
    constexpr std::string_view words = "abcdefghijklmnopqrstuvwxyz";
    constexpr std::string_view keys =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    constexpr std::string_view signs = "abcdefghijkABCDEFG0123456789!\"#$%&'()*+,-./:;<=>?@[\\]^_";
    Source source;
    std::vector<std::string> made;
    for (std::size_t i = 0; i < count; ++i) {
        switch (i % 5) {
            case 0: made.push_back(source.letters(keys, 40)); break;
            case 1: made.push_back(source.letters(signs, 20)); break;
            case 2:
                made.push_back(source.letters(words, 10) + " " + source.letters(words, 8));
                break;
            case 3: made.push_back("ghp_" + source.letters(keys, 36)); break;
            default: made.push_back(source.letters("0123456789abcdef", 32)); break;
        }
    }
    return made;
}

std::unique_ptr<Masker> masker_of(const std::vector<std::string>& values) {
    std::vector<Secret> all;
    all.reserve(values.size());
    for (const auto& value : values) {
        all.emplace_back(value);
    }
    auto made = std::make_unique<Masker>();
    made->add(all);
    return made;
}

/// Lines of a log, one in `every` of them with a secret at its end.
std::string log_text(const std::vector<std::string>& values, std::size_t every) {
    constexpr std::string_view levels[] = {"INFO", "DEBUG", "WARN", "ERROR"};
    constexpr std::string_view parts[] = {
        "connection to 10.0.3.17:5432 established in 12 ms",
        "GET /api/v1/users/8812?page=3&limit=50 HTTP/1.1 200 5123",
        "task extract-customers finished: 18,211 rows, 0 errors",
        R"({"level":"info","msg":"request done","path":"/v1/orders","status":201,"ms":3.7})",
        "sha256=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "retrying after ECONNRESET (attempt 2 of 5), waiting for 400 ms",
        "    at com.example.service.OrderService.place(OrderService.java:211)",
        "id=7b2e5f0a-8c1d-4f7e-9a67-2b1c3d4e5f60 queue=default worker=4"};
    Source source;
    std::string made;
    made.reserve(text_bytes + 256);
    for (std::size_t line = 0; made.size() < text_bytes; ++line) {
        made += "2024-05-17T10:" + std::to_string(10 + source.below(50)) + ":07.221Z ";
        made += source.one_of(levels);
        made += ' ';
        made += source.one_of(parts);
        if (every > 0 && line % every == 0) {
            made += ' ';
            made += source.one_of(values);
        }
        made += '\n';
    }
    return made;
}

void measure(benchmark::State& state, const Masker& masker, const std::string& text) {
    for ([[maybe_unused]] auto iteration : state) {
        benchmark::DoNotOptimize(masker.mask(text));
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
    state.counters["patterns"] = static_cast<double>(masker.figures().patterns);
}

void mask_clean_log(benchmark::State& state) {
    const auto values = secrets(static_cast<std::size_t>(state.range(0)));
    measure(state, *masker_of(values), log_text(values, 0));
}
BENCHMARK(mask_clean_log)->Arg(0)->Arg(1)->Arg(100)->Arg(1000)->Unit(benchmark::kMillisecond);

void mask_log_with_secrets(benchmark::State& state) {
    const auto values = secrets(100);
    measure(state, *masker_of(values), log_text(values, static_cast<std::size_t>(state.range(0))));
}
BENCHMARK(mask_log_with_secrets)->Arg(100)->Arg(10)->Arg(1)->Unit(benchmark::kMillisecond);

/// A gibibyte in messages as they come, each masked on its own.
void mask_gibibyte_of_lines(benchmark::State& state) {
    const auto values = secrets(100);
    const auto masker = masker_of(values);
    const auto text = log_text(values, 0);
    constexpr std::size_t rounds = 64;
    std::size_t masked_lines = 0;
    for ([[maybe_unused]] auto iteration : state) {
        for (std::size_t round = 0; round < rounds; ++round) {
            for (std::size_t from = 0; from < text.size();) {
                const auto end = text.find('\n', from) + 1;
                std::string line(text, from, end - from);
                masked_lines += masker->mask_in_place(line) ? 1U : 0U;
                benchmark::DoNotOptimize(line);
                from = end;
            }
        }
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(rounds * text.size()));
    state.counters["masked_lines"] = static_cast<double>(masked_lines);
}
BENCHMARK(mask_gibibyte_of_lines)->Iterations(1)->Unit(benchmark::kMillisecond);

/// Text that looks like most forms of secrets, without being one.
void mask_random_base64(benchmark::State& state) {
    Source source;
    const auto text = source.letters(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", text_bytes);
    measure(state, *masker_of(secrets(static_cast<std::size_t>(state.range(0)))), text);
}
BENCHMARK(mask_random_base64)->Arg(100)->Arg(1000)->Unit(benchmark::kMillisecond);

/// Every byte begins a match of the longest piece.
void mask_one_letter(benchmark::State& state) {
    const auto masker = masker_of({std::string(4096, 'a')});
    measure(state, *masker, std::string(text_bytes, 'a'));
}
BENCHMARK(mask_one_letter)->Unit(benchmark::kMillisecond);

/// Every byte begins nearly all of many secrets.
void mask_almost_all_secrets(benchmark::State& state) {
    std::vector<std::string> values;
    for (std::size_t size = 6; size < 63; ++size) {
        for (const std::string_view end : {"", "b", "c", "d", "e", "f", "g", "h"}) {
            values.push_back(std::string(size, 'a').append(end));
        }
    }
    measure(state, *masker_of(values), std::string(text_bytes, 'a'));
}
BENCHMARK(mask_almost_all_secrets)->Unit(benchmark::kMillisecond);

/// Every third byte begins an escape with which the twofold JSON form of every secret begins.
void mask_escapes(benchmark::State& state) {
    std::string text;
    while (text.size() < text_bytes) {
        text += "\\\\u0061";
    }
    measure(state, *masker_of(secrets(1000)), text);
}
BENCHMARK(mask_escapes)->Unit(benchmark::kMillisecond);

void mask_stream(benchmark::State& state) {
    const auto values = secrets(100);
    const std::shared_ptr<Masker> masker = masker_of(values);
    const auto text = log_text(values, 100);
    const auto part = static_cast<std::size_t>(state.range(0));
    for ([[maybe_unused]] auto iteration : state) {
        StreamMasker stream(masker);
        for (std::size_t at = 0; at < text.size(); at += part) {
            benchmark::DoNotOptimize(stream.feed(std::string_view(text).substr(at, part)));
        }
        benchmark::DoNotOptimize(stream.finish());
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(mask_stream)->Arg(16)->Arg(256)->Arg(65'536)->Unit(benchmark::kMillisecond);

void mask_json(benchmark::State& state) {
    const auto masker = masker_of(secrets(100));
    boost::json::array list;
    for (int i = 0; i < 1'000; ++i) {
        list.push_back({{"id", i}, {"name", "customer of the shop"}, {"mail", "a@example.org"}});
    }
    boost::json::value value = std::move(list);
    for ([[maybe_unused]] auto iteration : state) {
        benchmark::DoNotOptimize(masker->mask(value));
    }
}
BENCHMARK(mask_json)->Unit(benchmark::kMicrosecond);

void mask_short_line(benchmark::State& state) {
    const auto masker = masker_of(secrets(static_cast<std::size_t>(state.range(0))));
    std::string line = "task extract-customers finished: 18,211 rows";
    for ([[maybe_unused]] auto iteration : state) {
        benchmark::DoNotOptimize(masker->mask_in_place(line));
    }
}
BENCHMARK(mask_short_line)->Arg(0)->Arg(100);

void mask_add_at_once(benchmark::State& state) {
    const auto values = secrets(static_cast<std::size_t>(state.range(0)));
    Masker::Figures figures;
    for ([[maybe_unused]] auto iteration : state) {
        figures = masker_of(values)->figures();
    }
    state.counters["patterns"] = static_cast<double>(figures.patterns);
    state.counters["bytes"] = static_cast<double>(figures.bytes);
}
BENCHMARK(mask_add_at_once)->Arg(1)->Arg(100)->Arg(1000)->Unit(benchmark::kMillisecond);

void mask_add_one_by_one(benchmark::State& state) {
    const auto values = secrets(static_cast<std::size_t>(state.range(0)));
    for ([[maybe_unused]] auto iteration : state) {
        Masker masker;
        for (const auto& value : values) {
            masker.add(Secret(value));
        }
        benchmark::DoNotOptimize(masker.contains("text"));
    }
}
BENCHMARK(mask_add_one_by_one)->Arg(100)->Arg(1000)->Unit(benchmark::kMillisecond);

void mask_add_a_mebibyte(benchmark::State& state) {
    Source source;
    const std::vector<std::string> values{
        source.letters("abcdefghijklmnopqrstuvwxyz0123456789\"\\ ", std::size_t{1} << 20U)};
    Masker::Figures figures;
    for ([[maybe_unused]] auto iteration : state) {
        figures = masker_of(values)->figures();
    }
    state.counters["patterns"] = static_cast<double>(figures.patterns);
    state.counters["bytes"] = static_cast<double>(figures.bytes);
}
BENCHMARK(mask_add_a_mebibyte)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace oa::core

BENCHMARK_MAIN();
