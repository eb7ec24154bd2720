#include "host/http/output_queue.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace oa::host::http {
namespace {

constexpr std::size_t joined_max = 16384;  // bytes of pieces that are worth a copy

}  // namespace

void OutputQueue::push(std::string bytes) {
    if (bytes.empty()) {
        return;
    }
    if (first_ < pieces_.size() && pieces_.back().size() + bytes.size() <= joined_max) {
        push_copy(bytes);
        return;
    }
    size_ += bytes.size();
    pieces_.push_back(std::move(bytes));
}

void OutputQueue::push_copy(std::string_view bytes) {
    if (first_ == pieces_.size() || pieces_.back().size() + bytes.size() > joined_max) {
        size_ += bytes.size();
        pieces_.emplace_back(bytes);
        return;
    }
    size_ += bytes.size();
    pieces_.back().append(bytes);
}

void OutputQueue::clear() noexcept {
    pieces_ = {};
    first_ = 0;
    sent_ = 0;
    size_ = 0;
}

void OutputQueue::drop_sent(std::size_t count) {
    size_ -= count;
    while (count > 0) {
        const std::size_t left = pieces_[first_].size() - sent_;
        if (count < left) {
            sent_ += count;
            return;
        }
        count -= left;
        pieces_[first_++] = {};
        sent_ = 0;
    }
    if (first_ > pieces_.size() / 2) {
        pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(first_));
        first_ = 0;
    }
}

IoResult OutputQueue::flush(Transport& transport) {
    std::size_t sent = 0;
    while (size_ > 0) {
        std::array<std::string_view, 16> views;
        const std::size_t count = std::min(views.size(), pieces_.size() - first_);
        for (std::size_t i = 0; i < count; ++i) {
            views[i] = pieces_[first_ + i];
        }
        views[0].remove_prefix(sent_);
        const IoResult result = transport.write(std::span(views).first(count));
        if (result.status != IoStatus::Done) {
            return {result.status, sent};
        }
        sent += result.bytes;
        drop_sent(result.bytes);
    }
    clear();
    return {IoStatus::Done, sent};
}

}  // namespace oa::host::http
