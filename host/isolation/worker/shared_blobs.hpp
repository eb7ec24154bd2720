#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "host/isolation/protocol/channel.hpp"
#include "host/isolation/protocol/messages.hpp"

namespace oa::host::isolation::worker {

/// Input of a call that lies in memory of the host: a descriptor, mapped read only.
class MappedBlob {
public:
    /// Throws ProtocolError when the descriptor has not as many bytes, and std::bad_alloc when
    /// there is no address space.
    MappedBlob(const Descriptor& memory, std::uint64_t size);
    ~MappedBlob();
    MappedBlob(MappedBlob&& other) noexcept;
    MappedBlob& operator=(MappedBlob&& other) = delete;
    MappedBlob(const MappedBlob&) = delete;
    MappedBlob& operator=(const MappedBlob&) = delete;

    [[nodiscard]] const void* data() const { return data_; }
    [[nodiscard]] std::size_t size() const { return size_; }

private:
    void* data_ = nullptr;
    std::size_t size_ = 0;
};

/// Memory for output blobs that the host can read without copying through the socket. Segments are
/// kept and used again, since fresh ones cost more than copying. A call's blobs stay reserved until
/// the host has released them. Thread safe.
class SharedBlobs {
public:
    /// Tells the host of a new segment, before anything refers to it. False when the host is gone.
    using Announce = std::function<bool(const Segment& segment, int memory)>;

    SharedBlobs(Announce announce, std::uint64_t call_bytes_max);
    ~SharedBlobs();
    SharedBlobs(const SharedBlobs&) = delete;
    SharedBlobs& operator=(const SharedBlobs&) = delete;

    struct Block {
        void* memory = nullptr;  ///< [valid: until release() or discard() of its call]
        BlobOutput place;
    };
    /// Memory for a blob of that call. Nothing over the limit of a call, or where the system has no
    /// memory. It is filled with zeros.
    [[nodiscard]] std::optional<Block> allocate(std::uint64_t call, std::size_t size);
    /// The host has read the blobs of that call, or is never told of them.
    void release(std::uint64_t call);

    [[nodiscard]] std::size_t segment_count() const;

private:
    struct Area {
        Descriptor memory;
        void* data = nullptr;
        std::size_t size = 0;
        std::size_t used_end = 0;  ///< nothing was ever written from here on
        /// Free parts by their offset, never two side by side.
        std::map<std::size_t, std::size_t> free;
    };
    struct Part {
        std::size_t segment = 0;
        std::size_t offset = 0;
        std::size_t size = 0;
    };

    [[nodiscard]] std::optional<Part> take_free(std::size_t size);
    [[nodiscard]] std::optional<Part> take_new(std::size_t size);
    void give_back(const Part& part);

    const Announce announce_;
    const std::uint64_t call_bytes_max_;
    mutable std::mutex mutex_;
    std::vector<Area> segments_;  // the index is the number that the host knows
    std::map<std::uint64_t, std::vector<Part>> parts_;  // by call
};

}  // namespace oa::host::isolation::worker
