#include "log_stream.hpp"

#include <algorithm>

#include "oa/error.hpp"

namespace oa::docker {

void LogStream::read_head() {
    const auto byte = [this](std::size_t at) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(head_.at(at)));
    };
    if (byte(0) > 2 || byte(1) != 0 || byte(2) != 0 || byte(3) != 0) {
        throw unavailable("the engine's stream of output has a head that cannot be");
    }
    rest_ = byte(4) << 24U | byte(5) << 16U | byte(6) << 8U | byte(7);
    head_size_ = rest_ == 0 ? 0 : head_size_;
}

void LogStream::add(std::string_view bytes) {
    if (terminal_) {
        output_.add(bytes);
        return;
    }
    while (!bytes.empty()) {
        if (head_size_ < head_.size()) {
            head_.at(head_size_++) = bytes.front();
            bytes.remove_prefix(1);
            if (head_size_ == head_.size()) {
                read_head();
            }
            continue;
        }
        const std::size_t size = std::min<std::size_t>(rest_, bytes.size());
        (head_[0] == 2 ? errors_ : output_).add(bytes.substr(0, size));
        bytes.remove_prefix(size);
        rest_ -= static_cast<std::uint32_t>(size);
        if (rest_ == 0) {
            head_size_ = 0;
        }
    }
}

void LogStream::finish() {
    output_.finish();
    errors_.finish();
    if (head_size_ != 0) {
        throw unavailable("the engine's stream of output broke off");
    }
}

}  // namespace oa::docker
