#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/port/blob_scope.hpp"
#include "host/blob/blob_memory.hpp"

namespace oa::host {

/// Large or binary data, immutable. Thread safe.
class Blob {
public:
    Blob(BlobMemory memory, std::string digest, QuotaShare of_run, BlobResources resources);
    ~Blob();
    Blob(const Blob&) = delete;
    Blob& operator=(const Blob&) = delete;

    [[nodiscard]] std::span<const std::byte> bytes() const { return memory_.bytes(); }
    [[nodiscard]] std::size_t size() const { return memory_.bytes().size(); }
    /// "b2-256:" and 64 hexadecimal digits of the BLAKE2b-256 of the content.
    [[nodiscard]] const std::string& digest() const { return digest_; }
    [[nodiscard]] bool spilled() const { return memory_.spilled(); }
    /// A descriptor of the whole content that can be read and mapped for reading, to pass on to
    /// another process. A blob that has none, as small ones, gets one. [owner: the blob] Throws
    /// BlobError ("exhausted").
    [[nodiscard]] int descriptor() const;

private:
    const BlobMemory memory_;
    const std::string digest_;
    const QuotaShare of_run_;
    const BlobResources resources_;

    mutable std::mutex copy_mutex_;
    mutable int copy_ = -1;  // a sealed memfd, made when the memory has no descriptor
    mutable QuotaShare copy_share_;
};

/// Memory that becomes a blob of the run that allocated it.
class BlobBuffer {
public:
    BlobBuffer(BlobMemory memory, QuotaShare of_run)
        : memory_(std::move(memory)), of_run_(std::move(of_run)) {}

    /// Zeros at first; never null, whatever its size.
    [[nodiscard]] std::span<std::byte> bytes() { return memory_.writable(); }

private:
    friend class RunBlobs;
    BlobMemory memory_;
    QuotaShare of_run_;
};

/// The blobs of one run: addressed by their content, equal content once, kept as long as this or
/// whoever holds one of them. Thread safe.
class RunBlobs final : public core::BlobScope {
public:
    RunBlobs(BlobResources resources, std::uint64_t bytes_max);
    ~RunBlobs() override;
    RunBlobs(const RunBlobs&) = delete;
    RunBlobs& operator=(const RunBlobs&) = delete;

    /// The scope that a BlobStore opened; nullptr when it is null or another's.
    [[nodiscard]] static RunBlobs* from(core::BlobScope* scope);

    /// Room for a blob, to be filled and sealed. Throws BlobError ("exhausted").
    [[nodiscard]] BlobBuffer allocate(std::size_t size);
    /// Makes a blob of it without a copy, or gives the one that holds the same already. Throws
    /// BlobError.
    [[nodiscard]] std::shared_ptr<const Blob> seal(BlobBuffer buffer);
    /// A blob with a copy of the bytes, which may change meanwhile. Throws BlobError.
    [[nodiscard]] std::shared_ptr<const Blob> copy(std::span<const std::byte> bytes);
    /// nullptr when no blob of this run has this digest.
    [[nodiscard]] std::shared_ptr<const Blob> find(std::string_view digest) const;

private:
    const BlobResources resources_;
    const std::shared_ptr<Quota> bytes_;
    mutable std::mutex mutex_;
    // The keys are the blobs' own digests.
    std::unordered_map<std::string_view, std::shared_ptr<const Blob>> blobs_;
};

struct BlobStoreConfig {
    std::uint64_t memory_bytes_max = std::uint64_t{64} << 20U;  ///< in RAM, of all runs together
    std::uint64_t run_bytes_max = std::uint64_t{4} << 30U;      ///< of one run, wherever
    std::uint64_t descriptors_max = 256;  ///< that stay open; beyond, passing a blob on copies it
    /// Where blobs go that do not fit into RAM: into files that have no name and so are gone with
    /// the process, however it ends.
    std::filesystem::path spill_folder = "/var/tmp";
};

/// Keeps the blobs of all runs of a process. Runs may outlive it. Thread safe.
class BlobStore final : public core::BlobScopes {
public:
    explicit BlobStore(BlobStoreConfig config = {});

    /// A RunBlobs.
    [[nodiscard]] std::shared_ptr<core::BlobScope> open(std::string_view run_id) override;

    struct Usage {
        std::uint64_t memory_bytes = 0;
        std::uint64_t spilled_bytes = 0;
        std::uint64_t descriptors = 0;

        friend bool operator==(const Usage&, const Usage&) = default;
    };
    [[nodiscard]] Usage usage() const;

private:
    const std::uint64_t run_bytes_max_;
    const BlobResources resources_;
};

}  // namespace oa::host
