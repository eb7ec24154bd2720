#include <cstring>
#include <utility>

#include <unistd.h>

#include "host/blob/blob_error.hpp"
#include "host/blob/blob_store.hpp"

namespace oa::host {

Blob::Blob(BlobMemory memory, std::string digest, QuotaShare of_run, BlobResources resources)
    : memory_(std::move(memory)),
      digest_(std::move(digest)),
      of_run_(std::move(of_run)),
      resources_(std::move(resources)) {}

Blob::~Blob() {
    if (copy_ >= 0) {
        close(copy_);
    }
}

int Blob::descriptor() const {
    if (memory_.descriptor() >= 0) {
        return memory_.descriptor();
    }
    const std::lock_guard lock(copy_mutex_);
    if (copy_ < 0) {
        copy_ = make_sealed_copy(bytes());
        copy_share_ = QuotaShare::take_anyway(resources_.memory, size());
    }
    return copy_;
}

RunBlobs::RunBlobs(BlobResources resources, std::uint64_t bytes_max)
    : resources_(std::move(resources)), bytes_(std::make_shared<Quota>(bytes_max)) {}

RunBlobs::~RunBlobs() = default;

RunBlobs* RunBlobs::from(core::BlobScope* scope) {
    return dynamic_cast<RunBlobs*>(scope);
}

BlobBuffer RunBlobs::allocate(std::size_t size) {
    auto share = QuotaShare::take(bytes_, size);
    if (!share) {
        throw BlobError(
            "exhausted",
            "the run has " + std::to_string(bytes_->used()) +
                " bytes of blobs already, and a blob of " + std::to_string(size) +
                " bytes would exceed its limit of " + std::to_string(bytes_->max()) +
                "; pass larger data on in a file, or raise run_mib of blobs in oa.yaml");
    }
    return {BlobMemory::allocate(resources_, size), std::move(share)};
}

std::shared_ptr<const Blob> RunBlobs::seal(BlobBuffer buffer) {
    // Sealed first: what was hashed is what stays.
    buffer.memory_.seal();
    std::string digest = resources_.digest_of(buffer.memory_.bytes());
    if (auto same = find(digest)) {
        return same;
    }
    auto blob = std::make_shared<const Blob>(std::move(buffer.memory_), std::move(digest),
                                             std::move(buffer.of_run_), resources_);
    const std::lock_guard lock(mutex_);
    return blobs_.try_emplace(blob->digest(), blob).first->second;
}

std::shared_ptr<const Blob> RunBlobs::copy(std::span<const std::byte> bytes) {
    BlobBuffer buffer = allocate(bytes.size());
    if (!bytes.empty()) {
        std::memcpy(buffer.bytes().data(), bytes.data(), bytes.size());
    }
    return seal(std::move(buffer));
}

std::shared_ptr<const Blob> RunBlobs::find(std::string_view digest) const {
    const std::lock_guard lock(mutex_);
    const auto found = blobs_.find(digest);
    return found == blobs_.end() ? nullptr : found->second;
}

}  // namespace oa::host
