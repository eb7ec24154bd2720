#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "host/http/transport.hpp"

namespace oa::host::http {

/// Bytes that wait for the other end to take them. Holds no memory while it is empty.
class OutputQueue {
public:
    void push(std::string bytes);
    /// A small copy is better than one more piece.
    void push_copy(std::string_view bytes);
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    void clear() noexcept;

    /// Writes until all is sent or the transport takes no more: Done, WantRead, WantWrite or
    /// Broken. `bytes`: what was sent.
    [[nodiscard]] IoResult flush(Transport& transport);

private:
    void drop_sent(std::size_t count);

    std::vector<std::string> pieces_;
    std::size_t first_ = 0;  // of the pieces, that is not sent
    std::size_t sent_ = 0;   // of that one
    std::size_t size_ = 0;
};

}  // namespace oa::host::http
