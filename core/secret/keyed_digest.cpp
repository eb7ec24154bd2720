#include "core/secret/keyed_digest.hpp"

#include <bit>
#include <cstring>
#include <random>

namespace oa::core {

namespace {

/// SipHash-2-4 by Aumasson and Bernstein.
class SipHash {
public:
    SipHash(std::uint64_t first, std::uint64_t second) noexcept
        : state_{first ^ 0x736f6d6570736575U, second ^ 0x646f72616e646f6dU,
                 first ^ 0x6c7967656e657261U, second ^ 0x7465646279746573U} {}

    std::uint64_t operator()(std::string_view text) noexcept {
        const std::size_t size = text.size();
        for (; text.size() >= 8; text.remove_prefix(8)) {
            take(word(text));
        }
        take(word(text) | static_cast<std::uint64_t>(size) << 56U);
        state_[2] ^= 0xffU;
        for (int i = 0; i < 4; ++i) {
            round();
        }
        return state_[0] ^ state_[1] ^ state_[2] ^ state_[3];
    }

private:
    static std::uint64_t word(std::string_view text) noexcept {
        std::uint64_t made = 0;
        for (std::size_t i = 0; i < 8 && i < text.size(); ++i) {
            made |= static_cast<std::uint64_t>(static_cast<unsigned char>(text[i])) << (8 * i);
        }
        return made;
    }
    void take(std::uint64_t word) noexcept {
        state_[3] ^= word;
        round();
        round();
        state_[0] ^= word;
    }
    void round() noexcept {
        auto& [a, b, c, d] = state_;
        a += b;
        b = std::rotl(b, 13) ^ a;
        a = std::rotl(a, 32);
        c += d;
        d = std::rotl(d, 16) ^ c;
        a += d;
        d = std::rotl(d, 21) ^ a;
        c += b;
        b = std::rotl(b, 17) ^ c;
        c = std::rotl(c, 32);
    }

    std::array<std::uint64_t, 4> state_;
};

// Every run has a digest, and asking the system for a key takes longer than a short task.
const KeyedDigest::Key& key_of_process() {
    static const KeyedDigest::Key key = [] {
        std::random_device random;
        KeyedDigest::Key made{};
        for (auto& part : made) {
            part = static_cast<std::uint64_t>(random()) << 32U | random();
        }
        return made;
    }();
    return key;
}

}  // namespace

KeyedDigest::KeyedDigest() : key_(key_of_process()) {}

KeyedDigest::Value KeyedDigest::operator()(std::string_view text) const noexcept {
    return {SipHash(key_[0], key_[1])(text), SipHash(key_[2], key_[3])(text)};
}

}  // namespace oa::core
