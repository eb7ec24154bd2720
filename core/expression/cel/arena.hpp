#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <type_traits>
#include <vector>

namespace oa::core::cel {

/// Room for what is built together and goes together. Objects that it holds stay where they are,
/// also when the arena is moved, which leaves the other one unusable.
class Arena {
public:
    explicit Arena(std::size_t bytes_max) noexcept : bytes_max_(bytes_max) {}
    Arena(Arena&&) noexcept = default;
    Arena& operator=(Arena&&) noexcept = default;

    /// Room for `count` objects, which the caller has to fill. nullptr when there would be more
    /// than `bytes_max` altogether.
    template <typename T>
    [[nodiscard]] T* allocate(std::size_t count) {
        static_assert(std::is_trivially_destructible_v<T> && std::is_trivially_copyable_v<T>);
        static_assert(alignof(T) <= alignof(std::max_align_t));
        if (count > bytes_max_ / sizeof(T)) {
            return nullptr;
        }
        return static_cast<T*>(allocate_bytes(count * sizeof(T), alignof(T)));
    }

    /// A copy of the text; one without data when there is no room.
    [[nodiscard]] std::string_view copy(std::string_view text) {
        char* const place = allocate<char>(text.size());
        if (place == nullptr) {
            return {};
        }
        std::copy(text.begin(), text.end(), place);
        return {place, text.size()};
    }

    /// What was handed out so far.
    [[nodiscard]] std::size_t bytes_used() const noexcept { return bytes_used_; }

protected:
    ~Arena() = default;

    /// Room to begin with, which must live as long.
    void use(std::byte* first, std::size_t size) noexcept {
        next_ = first;
        left_ = size;
    }

private:
    static constexpr std::size_t chunk_bytes_min = 128;
    static constexpr std::size_t chunk_bytes_max = 16'384;

    void* allocate_bytes(std::size_t bytes, std::size_t alignment) {
        if (bytes > bytes_max_ - bytes_used_) {
            return nullptr;
        }
        bytes_used_ += bytes;
        void* place = next_;
        if (place == nullptr || std::align(alignment, bytes, place, left_) == nullptr) {
            chunk_bytes_ = std::min(chunk_bytes_ * 2, chunk_bytes_max);
            const auto size = std::max(bytes, chunk_bytes_);
            chunks_.push_back(std::make_unique<std::byte[]>(size));
            place = chunks_.back().get();
            left_ = size;
        }
        next_ = static_cast<std::byte*>(place) + bytes;
        left_ -= bytes;
        return place;
    }

    std::size_t bytes_max_;
    std::size_t bytes_used_ = 0;
    std::byte* next_ = nullptr;
    std::size_t left_ = 0;
    std::size_t chunk_bytes_ = chunk_bytes_min / 2;
    std::vector<std::unique_ptr<std::byte[]>> chunks_;
};

/// An arena that allocates as it needs.
class GrowingArena final : public Arena {
public:
    using Arena::Arena;
};

/// An arena that allocates nothing as long as the room within the object itself is enough: for
/// evaluations, most of which are small.
class LocalArena final : public Arena {
public:
    // Filling the room would cost more than most evaluations.
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init)
    explicit LocalArena(std::size_t bytes_max) noexcept : Arena(bytes_max) {
        use(first_.data(), first_.size());
    }
    LocalArena(const LocalArena&) = delete;
    LocalArena& operator=(const LocalArena&) = delete;

private:
    alignas(std::max_align_t) std::array<std::byte, 512> first_;
};

}  // namespace oa::core::cel
