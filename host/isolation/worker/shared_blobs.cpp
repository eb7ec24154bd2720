#include "host/isolation/worker/shared_blobs.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <new>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/isolation/protocol/protocol_error.hpp"

namespace oa::host::isolation::worker {
namespace {

constexpr std::size_t segment_bytes_min = std::size_t{1} << 20U;
constexpr std::size_t page_bytes = 4096;
// Blobs start at a cache line: numbers of every kind are aligned there.
constexpr std::size_t alignment = 64;

constexpr std::size_t round_up(std::size_t size, std::size_t unit) {
    return (size + unit - 1) / unit * unit;
}

}  // namespace

MappedBlob::MappedBlob(const Descriptor& memory, std::uint64_t size)
    : size_(static_cast<std::size_t>(size)) {
    struct stat status {};
    if (fstat(memory.get(), &status) != 0 || status.st_size < 0 ||
        static_cast<std::uint64_t>(status.st_size) < size) {
        throw ProtocolError("an input blob is shorter than the host says");
    }
    if (size_ == 0) {
        return;
    }
    data_ = mmap(nullptr, size_, PROT_READ, MAP_SHARED, memory.get(), 0);
    if (data_ == MAP_FAILED) {
        throw std::bad_alloc();
    }
}

MappedBlob::~MappedBlob() {
    if (data_ != nullptr) {
        munmap(data_, size_);
    }
}

MappedBlob::MappedBlob(MappedBlob&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

SharedBlobs::SharedBlobs(Announce announce, std::uint64_t call_bytes_max)
    : announce_(std::move(announce)), call_bytes_max_(call_bytes_max) {}

SharedBlobs::~SharedBlobs() {
    for (const Area& area : segments_) {
        munmap(area.data, area.size);
    }
}

std::optional<SharedBlobs::Block> SharedBlobs::allocate(std::uint64_t call, std::size_t size) {
    const std::lock_guard lock(mutex_);
    std::uint64_t used = 0;
    if (const auto parts = parts_.find(call); parts != parts_.end()) {
        for (const Part& part : parts->second) {
            used += part.size;
        }
    }
    if (size > call_bytes_max_ || used > call_bytes_max_ - size) {
        return std::nullopt;
    }
    const std::size_t rounded = round_up(std::max<std::size_t>(size, 1), alignment);
    auto part = take_free(rounded);
    if (!part) {
        part = take_new(rounded);
    }
    if (!part) {
        return std::nullopt;
    }
    parts_[call].push_back(*part);
    Area& area = segments_[part->segment];
    auto* const memory = static_cast<std::byte*>(area.data) + part->offset;
    if (part->offset < area.used_end) {
        std::memset(memory, 0, std::min(part->size, area.used_end - part->offset));
    }
    area.used_end = std::max(area.used_end, part->offset + part->size);
    return Block{.memory = memory,
                 .place = {.segment = static_cast<std::uint32_t>(part->segment),
                           .offset = part->offset,
                           .size = size}};
}

void SharedBlobs::release(std::uint64_t call) {
    const std::lock_guard lock(mutex_);
    const auto parts = parts_.find(call);
    if (parts == parts_.end()) {
        return;
    }
    for (const Part& part : parts->second) {
        give_back(part);
    }
    parts_.erase(parts);
}

std::size_t SharedBlobs::segment_count() const {
    const std::lock_guard lock(mutex_);
    return segments_.size();
}

/// The first free part that is long enough.
std::optional<SharedBlobs::Part> SharedBlobs::take_free(std::size_t size) {
    for (std::size_t number = 0; number < segments_.size(); ++number) {
        auto& free = segments_[number].free;
        const auto found = std::find_if(free.begin(), free.end(),
                                        [size](const auto& part) { return part.second >= size; });
        if (found == free.end()) {
            continue;
        }
        const auto [offset, length] = *found;
        free.erase(found);
        if (length > size) {
            free.emplace(offset + size, length - size);
        }
        return Part{.segment = number, .offset = offset, .size = size};
    }
    return std::nullopt;
}

std::optional<SharedBlobs::Part> SharedBlobs::take_new(std::size_t size) {
    Area area;
    area.size = round_up(std::max(size, segment_bytes_min), page_bytes);
    area.memory = Descriptor(memfd_create("oa-blobs", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!area.memory || ftruncate(area.memory.get(), static_cast<off_t>(area.size)) != 0 ||
        fcntl(area.memory.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
        return std::nullopt;
    }
    area.data = mmap(nullptr, area.size, PROT_READ | PROT_WRITE, MAP_SHARED, area.memory.get(), 0);
    if (area.data == MAP_FAILED) {
        return std::nullopt;
    }
    if (size < area.size) {
        area.free.emplace(size, area.size - size);
    }
    const std::size_t number = segments_.size();
    const Segment segment{.id = static_cast<std::uint32_t>(number), .size = area.size};
    if (!announce_(segment, area.memory.get())) {
        munmap(area.data, area.size);
        return std::nullopt;
    }
    // Mapped on both sides: the descriptor is needed no more and would count as an open file.
    area.memory = Descriptor();
    segments_.push_back(std::move(area));
    return Part{.segment = number, .offset = 0, .size = size};
}

void SharedBlobs::give_back(const Part& part) {
    auto& free = segments_[part.segment].free;
    auto [place, added] = free.emplace(part.offset, part.size);
    static_cast<void>(added);
    if (const auto next = std::next(place);
        next != free.end() && place->first + place->second == next->first) {
        place->second += next->second;
        free.erase(next);
    }
    if (place != free.begin()) {
        const auto before = std::prev(place);
        if (before->first + before->second == place->first) {
            before->second += place->second;
            free.erase(place);
        }
    }
}

}  // namespace oa::host::isolation::worker
