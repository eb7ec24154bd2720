#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace oa::host {

/// Owns an object until the process ends, beyond the destructors of static objects. The code of a
/// plug-in is never unmapped, so what it may still touch, from a thread that it forgot or in a call
/// that was given up, is never freed either.
template <typename T>
T& keep_forever(std::unique_ptr<T> object) {
    static auto& kept = *new std::vector<std::unique_ptr<T>>;
    static auto& mutex = *new std::mutex;
    const std::lock_guard lock(mutex);
    kept.push_back(std::move(object));
    return *kept.back();
}

}  // namespace oa::host
