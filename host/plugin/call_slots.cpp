#include "host/plugin/call_slots.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <vector>

namespace oa::host {
namespace {

constexpr std::uint32_t index_bits = 20;
constexpr std::uint32_t chunk_bits = 8;
constexpr std::size_t chunk_size = 1U << chunk_bits;
constexpr std::size_t chunk_count = 1U << (index_bits - chunk_bits);
static_assert(sizeof(std::uintptr_t) == 8, "a handle holds a generation beside the index");

/// All slots of the process. They grow in chunks that never move.
class SlotTable {
public:
    CallSlot& acquire() {
        const std::lock_guard lock(mutex_);
        if (free_.empty()) {
            grow();
        }
        CallSlot& slot = *free_.back();
        free_.pop_back();
        return slot;
    }

    void release(CallSlot& slot) noexcept {
        const std::lock_guard lock(mutex_);
        free_.push_back(&slot);  // grow() has made room for every slot
    }

    [[nodiscard]] CallSlot* find(std::uint32_t index) const noexcept {
        auto* chunk = chunks_[index >> chunk_bits].load(std::memory_order_acquire);
        return chunk == nullptr ? nullptr : &chunk[index & (chunk_size - 1)];
    }

private:
    void grow() {
        if (chunks_used_ == chunk_count) {
            throw std::bad_alloc();
        }
        free_.reserve((chunks_used_ + 1) * chunk_size);
        auto chunk = std::make_unique<CallSlot[]>(chunk_size);
        for (std::size_t i = chunk_size; i-- > 0;) {
            chunk[i].index = static_cast<std::uint32_t>(chunks_used_ * chunk_size + i);
            free_.push_back(&chunk[i]);
        }
        chunks_[chunks_used_++].store(chunk.release(), std::memory_order_release);
    }

    std::mutex mutex_;
    std::vector<CallSlot*> free_;
    std::size_t chunks_used_ = 0;
    std::array<std::atomic<CallSlot*>, chunk_count> chunks_{};
};

SlotTable& slots() {
    // Never destroyed: a thread of a plug-in may come back while the process ends.
    static auto& table = *new SlotTable;
    return table;
}

}  // namespace

CallSlot& acquire_slot() {
    return slots().acquire();
}

void release_slot(CallSlot& slot) noexcept {
    slots().release(slot);
}

oa_call* to_handle(const CallSlot& slot, std::uint64_t generation) {
    const std::uint64_t number = (generation << index_bits) | slot.index;
    // The plug-in never looks behind it.
    return reinterpret_cast<oa_call*>(static_cast<std::uintptr_t>(number));  // NOLINT
}

SlotReference from_handle(const oa_call* handle) noexcept {
    const auto number = reinterpret_cast<std::uintptr_t>(handle);
    const std::uint64_t generation = number >> index_bits;
    if (generation == 0) {
        return {};  // the first generation of a slot is 1
    }
    return {slots().find(static_cast<std::uint32_t>(number & ((1U << index_bits) - 1))),
            generation};
}

}  // namespace oa::host
