#include "host/blob/blob_store.hpp"

#include <limits>
#include <utility>

#include <botan/hash.h>
#include <botan/hex.h>

namespace oa::host {
namespace {

std::string digest_of(std::span<const std::byte> bytes) {
    const auto hash = Botan::HashFunction::create_or_throw("BLAKE2b(256)");
    // Botan takes bytes as unsigned characters.
    hash->update(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());  // NOLINT
    return "b2-256:" + Botan::hex_encode(hash->final(), false);
}

}  // namespace

BlobStore::BlobStore(BlobStoreConfig config)
    : run_bytes_max_(config.run_bytes_max),
      resources_{
          .memory = std::make_shared<Quota>(config.memory_bytes_max),
          .spilled = std::make_shared<Quota>(std::numeric_limits<std::uint64_t>::max()),
          .descriptors = std::make_shared<Quota>(config.descriptors_max),
          .spill_folder = std::move(config.spill_folder),
          .digest_of = digest_of,
      } {}

std::shared_ptr<core::BlobScope> BlobStore::open(std::string_view /*run_id*/) {
    return std::make_shared<RunBlobs>(resources_, run_bytes_max_);
}

BlobStore::Usage BlobStore::usage() const {
    return {.memory_bytes = resources_.memory->used(),
            .spilled_bytes = resources_.spilled->used(),
            .descriptors = resources_.descriptors->used()};
}

}  // namespace oa::host
