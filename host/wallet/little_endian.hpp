#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

namespace oa::host {

/// Appends the bytes of a number, the least one first.
template <std::unsigned_integral Number>
void append_little_endian(std::string& out, Number number) {
    for (std::size_t i = 0; i < sizeof(Number); ++i) {
        out.push_back(static_cast<char>((number >> (8 * i)) & 0xFFU));
    }
}

/// The number at a place that lies within the bytes.
template <std::unsigned_integral Number>
[[nodiscard]] Number read_little_endian(std::string_view bytes, std::size_t at) {
    Number number = 0;
    for (std::size_t i = 0; i < sizeof(Number); ++i) {
        const auto byte = static_cast<unsigned char>(bytes[at + i]);
        number = static_cast<Number>(number | (static_cast<Number>(byte) << (8 * i)));
    }
    return number;
}

}  // namespace oa::host
