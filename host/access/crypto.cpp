#include "host/access/crypto.hpp"

#include <botan/hash.h>
#include <botan/mem_ops.h>
#include <botan/system_rng.h>

namespace oa::host::access {
namespace {

void add(Botan::HashFunction& hash, std::string_view text) {
    hash.update(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

}  // namespace

Randomness system_randomness() {
    return [](std::span<std::byte> bytes) {
        Botan::system_rng().randomize(reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size());
    };
}

Hash hash_of(std::string_view purpose, std::string_view text) {
    const auto hash = Botan::HashFunction::create_or_throw("SHA-256");
    add(*hash, purpose);
    add(*hash, text);
    Hash result;
    hash->final(reinterpret_cast<std::uint8_t*>(result.data()));
    return result;
}

bool are_equal(const Hash& left, const Hash& right) noexcept {
    return Botan::constant_time_compare(reinterpret_cast<const std::uint8_t*>(left.data()),
                                        reinterpret_cast<const std::uint8_t*>(right.data()),
                                        left.size());
}

std::uint32_t crc32(std::string_view text) {
    const auto hash = Botan::HashFunction::create_or_throw("CRC32");
    add(*hash, text);
    std::uint32_t result = 0;
    for (const std::uint8_t byte : hash->final()) {
        result = (result << 8U) | byte;
    }
    return result;
}

}  // namespace oa::host::access
