#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oa::ssh {

/// Writes the data types of SSH (RFC 4251, 5).
class WireWriter {
public:
    WireWriter& byte(std::uint8_t value);
    WireWriter& number(std::uint32_t value);
    WireWriter& text(std::string_view value);
    /// A positive integer from its bytes, the highest first.
    WireWriter& integer(std::string_view bytes);
    WireWriter& raw(std::string_view bytes);

    [[nodiscard]] const std::string& bytes() const { return bytes_; }

private:
    std::string bytes_;
};

/// Reads them. What is not there reads as nothing, and so does all after it.
class WireReader {
public:
    explicit WireReader(std::string_view bytes) : rest_(bytes) {}

    [[nodiscard]] std::optional<std::uint8_t> byte();
    [[nodiscard]] std::optional<std::uint32_t> number();
    [[nodiscard]] std::optional<std::string_view> text();
    [[nodiscard]] std::string_view rest() const { return rest_; }

private:
    std::string_view rest_;
};

}  // namespace oa::ssh
