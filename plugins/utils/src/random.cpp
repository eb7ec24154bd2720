#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/rand.h>

#include "functions.hpp"

namespace oa::utils {
namespace {

/// 64 random bits at a time: the system's, or those of a seed, which are the same everywhere.
class Source {
public:
    explicit Source(std::optional<std::uint64_t> seed) {
        if (seed) {
            seeded_.emplace(*seed);
        }
    }

    std::uint64_t next() {
        if (seeded_) {
            return (*seeded_)();
        }
        std::uint64_t bits = 0;
        if (RAND_bytes(reinterpret_cast<unsigned char*>(&bits), sizeof bits) != 1) {
            throw unavailable("the system gives no random bytes");
        }
        return bits;
    }

    /// From 0 to `last`, each as likely. The standard's distributions give other values in every
    /// library, which a seed must not.
    std::uint64_t up_to(std::uint64_t last) {
        if (last == std::numeric_limits<std::uint64_t>::max()) {
            return next();
        }
        const std::uint64_t range = last + 1;
        const std::uint64_t rest = (std::numeric_limits<std::uint64_t>::max() % range + 1) % range;
        for (;;) {
            const std::uint64_t bits = next();
            if (bits <= std::numeric_limits<std::uint64_t>::max() - rest) {
                return bits % range;
            }
        }
    }

private:
    std::optional<std::mt19937_64> seeded_;
};

Json random_integer(Call& call, Source& source) {
    const auto min = call.param<std::int64_t>("min", 0);
    const auto max = call.param<std::int64_t>("max", 100);
    if (min > max) {
        throw invalid_params("/max", "max is less than min");
    }
    const auto first = static_cast<std::uint64_t>(min);
    return static_cast<std::int64_t>(first + source.up_to(static_cast<std::uint64_t>(max) - first));
}

Json random_float(Call& call, Source& source) {
    const auto min = call.param<double>("min", 0);
    const auto max = call.param<double>("max", 1);
    if (!(min < max)) {
        throw invalid_params("/max", "max has to be more than min");
    }
    const double fraction = static_cast<double>(source.next() >> 11U) * 0x1p-53;
    // Not min + (max - min) * fraction: the difference may overflow.
    const double value = min * (1 - fraction) + max * fraction;
    return value < max ? value : std::nextafter(max, min);
}

/// The characters of UTF-8 text, one text each.
std::vector<std::string_view> characters_of(std::string_view text) {
    std::vector<std::string_view> characters;
    while (!text.empty()) {
        const std::size_t length = detail::utf8_length(text);
        characters.push_back(text.substr(0, length));
        text.remove_prefix(length);
    }
    return characters;
}

Json random_string(Call& call, Source& source) {
    constexpr std::string_view letters_and_digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    const auto length = call.param<std::uint32_t>("length", 16);
    if (length > 1'000'000) {
        throw invalid_params("/length", "length is more than 1000000");
    }
    const auto alphabet =
        characters_of(call.param<std::string_view>("alphabet", letters_and_digits));
    if (alphabet.empty()) {
        throw invalid_params("/alphabet", "the alphabet is empty");
    }
    std::string text;
    for (std::uint32_t i = 0; i < length; ++i) {
        text += alphabet[source.up_to(alphabet.size() - 1)];
    }
    return text;
}

Json random_choice(Call& call, Source& source) {
    const Json* items = call.find_param("items");
    if (items == nullptr) {
        items = call.find_param("input");
    }
    if (items == nullptr || !items->is_array() || items->empty()) {
        throw invalid_params("/items", "give a list of items that is not empty");
    }
    return items->at(source.up_to(items->size() - 1));
}

}  // namespace

Json random(Call& call) {
    using Make = Json (*)(Call&, Source&);
    const auto make = call.choice<Make>("kind",
                                        {{"integer", random_integer},
                                         {"float", random_float},
                                         {"string", random_string},
                                         {"choice", random_choice}},
                                        random_integer);
    const auto seed = call.find_param<std::int64_t>("seed");
    Source source(seed ? std::optional(static_cast<std::uint64_t>(*seed)) : std::nullopt);
    return {{"value", make(call, source)}};
}

}  // namespace oa::utils
