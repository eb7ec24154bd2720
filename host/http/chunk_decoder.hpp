#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "host/http/refusal.hpp"

namespace oa::host::http {

/// Takes a body out of its chunks. Extensions and trailers are checked, bounded and dropped.
class ChunkDecoder {
public:
    enum class State { More, Whole, Refused };

    /// Appends to `body` what `input` brings of it, up to `body_max` bytes in all. `used`: bytes of
    /// `input` that were taken; all of them unless Whole or Refused.
    [[nodiscard]] State decode(std::string_view input,
                               std::size_t body_max,
                               std::size_t& used,
                               std::string& body);
    [[nodiscard]] const Refusal& refusal() const noexcept { return refusal_; }

private:
    enum class Part { Size, Data, DataEnd, Trailer };

    [[nodiscard]] bool take_line(std::string_view& input);
    void take_data(std::string_view& input, std::string& body);
    [[nodiscard]] bool end_line(std::size_t body_now, std::size_t body_max);
    [[nodiscard]] bool read_size(std::size_t body_now, std::size_t body_max);
    [[nodiscard]] bool refuse(Refusal refusal);

    Part part_ = Part::Size;
    std::string line_;          // what has come of a line
    std::uint64_t left_ = 0;    // of the chunk's data
    std::size_t overhead_ = 0;  // bytes of extensions and trailers so far
    bool is_whole_ = false;
    Refusal refusal_;
};

}  // namespace oa::host::http
