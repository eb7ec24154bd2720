#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "host/blob/quota.hpp"

namespace oa::host {

/// What the blobs of a process may use together, and how much that is.
struct BlobResources {
    std::shared_ptr<Quota> memory;       ///< bytes in RAM
    std::shared_ptr<Quota> spilled;      ///< bytes in files; without a limit of its own
    std::shared_ptr<Quota> descriptors;  ///< that stay open
    std::filesystem::path spill_folder;
    /// How contents are told apart. Given by the store, so that a worker process, which makes no
    /// digests, needs no library for them.
    std::string (*digest_of)(std::span<const std::byte> bytes) = nullptr;
};

/// Memory of a fixed size that is written, then sealed, then only read. Small memory is on the
/// heap, larger in a memfd, and once there is too much of that in RAM, in a file without a name
/// that is mapped. Movable; not thread safe while it is written.
class BlobMemory {
public:
    /// Zeros. Throws BlobError ("exhausted").
    [[nodiscard]] static BlobMemory allocate(const BlobResources& resources, std::size_t size);

    BlobMemory() = default;
    ~BlobMemory();
    BlobMemory(BlobMemory&& other) noexcept;
    BlobMemory& operator=(BlobMemory&& other) noexcept;
    BlobMemory(const BlobMemory&) = delete;
    BlobMemory& operator=(const BlobMemory&) = delete;

    /// Never null. Not after seal().
    [[nodiscard]] std::span<std::byte> writable() { return {data_, size_}; }
    [[nodiscard]] std::span<const std::byte> bytes() const { return {data_, size_}; }
    /// Nobody can write any more: not through bytes(), and not through the descriptor. Throws
    /// BlobError.
    void seal();
    /// Of the sealed memory, for reading and mapping; -1 when it has none. [owner: this]
    [[nodiscard]] int descriptor() const { return descriptor_; }
    [[nodiscard]] bool spilled() const { return kind_ == Kind::File; }

private:
    enum class Kind { Heap, Mapping, Memfd, File };
    BlobMemory(Kind kind, std::size_t size) : kind_(kind), size_(size) {}
    [[nodiscard]] bool map(int descriptor, int flags);
    [[nodiscard]] static BlobMemory in_ram(const BlobResources& resources,
                                           std::size_t size,
                                           QuotaShare share);
    [[nodiscard]] static BlobMemory in_file(const BlobResources& resources, std::size_t size);
    void seal_file();

    Kind kind_ = Kind::Heap;
    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
    int descriptor_ = -1;
    QuotaShare bytes_share_;
    QuotaShare descriptor_share_;
};

/// A sealed memfd that holds these bytes. [owner: caller] Throws BlobError ("exhausted").
[[nodiscard]] int make_sealed_copy(std::span<const std::byte> bytes);

/// Below this many bytes a blob is on the heap, and is better sent than mapped.
inline constexpr std::size_t small_blob_bytes = std::size_t{64} << 10U;

}  // namespace oa::host
