#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "oa/plugin.h"

namespace oa::host {

class CallContext;
struct ModuleHost;

/// The place behind an oa_call. A plug-in may use its oa_call too late: from a thread that outlived
/// the call, or in a call that the host has given up. So an oa_call is no pointer but a number, the
/// index of a slot and the slot's generation, and slots are never freed: a number that is no longer
/// valid is noticed, and does nothing.
struct CallSlot {
    std::mutex mutex;
    std::condition_variable quiet;  ///< signalled when `observing` or `running_token` becomes 0

    /// Generation, and in the lowest bit whether the call is cancelled. Written under the mutex;
    /// read without it, so that asking for cancellation costs nanoseconds.
    std::atomic<std::uint64_t> state{0};

    // Guarded by the mutex.
    CallContext* context = nullptr;   ///< null while the slot stands for no call
    ModuleHost* last_host = nullptr;  ///< whose calls arrive late
    bool abandoned = false;           ///< the host gave the call up: late calls are no misbehaviour
    std::uint32_t observing = 0;      ///< threads that are telling the observer something
    std::uint64_t last_token = 0;     ///< of on_cancel; never used twice in one slot
    std::uint64_t running_token = 0;  ///< of the callback that is being run; 0: none

    std::uint32_t index = 0;  ///< constant

    [[nodiscard]] std::uint64_t generation() const { return state.load() >> 1U; }
};

/// Takes a free slot and starts a generation in it.
[[nodiscard]] CallSlot& acquire_slot();
/// Gives it back. Its context must be gone.
void release_slot(CallSlot& slot) noexcept;

/// What a plug-in holds for this generation of a slot.
[[nodiscard]] oa_call* to_handle(const CallSlot& slot, std::uint64_t generation);

/// A slot and the generation that a plug-in believes it is in. `slot` is null when the plug-in made
/// the handle up.
struct SlotReference {
    CallSlot* slot = nullptr;
    std::uint64_t generation = 0;
};
[[nodiscard]] SlotReference from_handle(const oa_call* handle) noexcept;

}  // namespace oa::host
