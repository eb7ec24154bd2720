#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace oa::host::http {

/// Bytes that have come and are not yet read. Holds no memory while it is empty.
class InputBuffer {
public:
    void append(std::string_view bytes) { bytes_.append(bytes); }
    [[nodiscard]] std::string_view view() const noexcept {
        return std::string_view(bytes_).substr(read_);
    }
    [[nodiscard]] std::size_t size() const noexcept { return bytes_.size() - read_; }
    [[nodiscard]] bool empty() const noexcept { return size() == 0; }

    void consume(std::size_t count) {
        read_ += count;
        if (read_ == bytes_.size()) {
            clear();
        } else if (read_ > bytes_.size() / 2) {
            bytes_.erase(0, read_);
            read_ = 0;
        }
    }
    void clear() {
        bytes_ = {};
        read_ = 0;
    }

private:
    std::string bytes_;
    std::size_t read_ = 0;
};

}  // namespace oa::host::http
