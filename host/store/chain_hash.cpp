#include "host/store/chain_hash.hpp"

#include <memory>

#include <botan/hash.h>

namespace oa::host {
namespace {

ChainHash finish(Botan::HashFunction& hash) {
    ChainHash result;
    hash.final(reinterpret_cast<std::uint8_t*>(result.data()));
    return result;
}

void add(Botan::HashFunction& hash, const ChainHash& part) {
    hash.update(reinterpret_cast<const std::uint8_t*>(part.data()), part.size());
}

void add(Botan::HashFunction& hash, std::string_view part) {
    hash.update(reinterpret_cast<const std::uint8_t*>(part.data()), part.size());
}

}  // namespace

ChainHash hash_of(std::string_view bytes) {
    const auto hash = Botan::HashFunction::create_or_throw("SHA-256");
    add(*hash, bytes);
    return finish(*hash);
}

ChainHash next_in_chain(const ChainHash& before, const ChainLink& link) {
    const auto hash = Botan::HashFunction::create_or_throw("SHA-256");
    add(*hash, before);
    // With its length, so that no two runs and numbers give the same bytes.
    hash->update_be(static_cast<std::uint64_t>(link.run_id.size()));
    add(*hash, link.run_id);
    hash->update_be(link.number);
    hash->update_be(static_cast<std::uint64_t>(link.at));
    add(*hash, link.content);
    return finish(*hash);
}

}  // namespace oa::host
