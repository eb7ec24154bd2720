#pragma once

#include <cstddef>
#include <string_view>

#include "core/secret/secret.hpp"

namespace oa::core {

/// Bytes that are put together piece by piece, in the memory of a Secret: nothing of them stays
/// behind when it grows, shrinks or ends. For one thread.
class WipedBuffer {
public:
    void append(std::string_view text);
    void append(char byte) { push(byte); }
    void push(char byte);
    void clear() noexcept { shrink(0); }
    /// Forgets what lies behind `size`; does nothing when there is not so much.
    void shrink(std::size_t size) noexcept;

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    /// All of it, as a secret; nothing is left here.
    [[nodiscard]] Secret take();
    /// Valid until something is appended.
    [[nodiscard]] std::string_view view(std::size_t from = 0) const noexcept {
        return {room_.reveal().data() + from, size_ - from};
    }

private:
    void make_room(std::size_t more);

    Secret room_;
    std::size_t size_ = 0;
};

}  // namespace oa::core
