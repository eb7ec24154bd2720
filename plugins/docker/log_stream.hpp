#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "plugins/common/output_capture.hpp"

namespace oa::docker {

/// Takes an engine's stream of output apart. Each piece has a head of eight bytes: 1 for standard
/// output or 2 for standard error, three zeros, and its size as a big endian number. A container
/// with a terminal has one stream without heads.
class LogStream {
public:
    LogStream(common::OutputCapture& output, common::OutputCapture& errors, bool terminal)
        : output_(output), errors_(errors), terminal_(terminal) {}

    /// Throws UNAVAILABLE for what is no such stream.
    void add(std::string_view bytes);
    /// Throws UNAVAILABLE where the stream ended within a piece.
    void finish();

private:
    void read_head();

    common::OutputCapture& output_;
    common::OutputCapture& errors_;
    bool terminal_;
    std::array<char, 8> head_{};
    std::size_t head_size_ = 0;
    std::uint32_t rest_ = 0;  ///< bytes of the piece that are to come
};

}  // namespace oa::docker
