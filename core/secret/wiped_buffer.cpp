#include "core/secret/wiped_buffer.hpp"

#include <algorithm>
#include <utility>

namespace oa::core {

namespace {

constexpr std::size_t first_room = 4096;

}  // namespace

void WipedBuffer::append(std::string_view text) {
    make_room(text.size());
    std::copy(text.begin(), text.end(), room_.bytes() + size_);
    size_ += text.size();
}

void WipedBuffer::push(char byte) {
    make_room(1);
    room_.bytes()[size_] = byte;
    ++size_;
}

void WipedBuffer::shrink(std::size_t size) noexcept {
    if (size < size_) {
        wipe(room_.bytes() + size, size_ - size);
        size_ = size;
    }
}

Secret WipedBuffer::take() {
    room_.shrink(size_);
    size_ = 0;
    return std::move(room_);
}

void WipedBuffer::make_room(std::size_t more) {
    if (more <= room_.size() - size_) {
        return;
    }
    auto larger = Secret::blank(std::max({first_room, room_.size() * 2, size_ + more}));
    const auto kept = view();
    std::copy(kept.begin(), kept.end(), larger.bytes());
    room_ = std::move(larger);
}

}  // namespace oa::core
