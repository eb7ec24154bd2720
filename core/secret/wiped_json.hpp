#pragma once

#include <cstddef>
#include <string_view>

#include <boost/json/memory_resource.hpp>
#include <boost/json/value.hpp>

#include "core/secret/wiped_buffer.hpp"

namespace oa::core {

/// Memory for JSON values that is overwritten before it is given back.
class WipedMemory final : public boost::json::memory_resource {
private:
    void* do_allocate(std::size_t size, std::size_t alignment) override;
    void do_deallocate(void* memory, std::size_t size, std::size_t alignment) override;
    [[nodiscard]] bool do_is_equal(
        const boost::json::memory_resource& other) const noexcept override;
};

/// Reads JSON text into `memory`, which has to outlive the value. Invalid UTF-8, what nests deeper
/// than `depth_max` and what follows the value are refused; of equal keys the last one counts.
/// Throws std::invalid_argument, which says nothing of the text.
[[nodiscard]] boost::json::value parse_wiped(std::string_view text,
                                             WipedMemory& memory,
                                             std::size_t depth_max = 64);

/// Appends the JSON text of a value, without blanks.
void append_wiped_json(WipedBuffer& out, const boost::json::value& value);

/// Overwrites the part of the stack that calls which have returned may have left secrets in.
void wipe_stack() noexcept;

}  // namespace oa::core
