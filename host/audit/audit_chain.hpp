#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

// The chain of the audit log, as texts and hashes. AuditLog says what they are made of.
namespace oa::host {

using AuditHash = std::array<std::byte, 32>;

/// SHA-256, of pieces.
class AuditHasher {
public:
    AuditHasher();
    ~AuditHasher();
    AuditHasher(const AuditHasher&) = delete;
    AuditHasher& operator=(const AuditHasher&) = delete;

    void add(std::string_view bytes);
    /// Of all since the last time.
    [[nodiscard]] AuditHash finish();

private:
    struct Library;
    std::unique_ptr<Library> library_;
};

/// Lower case.
[[nodiscard]] std::string to_hex(const AuditHash& hash);
/// Nothing for what to_hex() does not write.
[[nodiscard]] std::optional<AuditHash> hash_from_hex(std::string_view text);

/// A place in the chain: its last record so far. 0: there is none.
struct ChainPlace {
    std::uint64_t number = 0;
    AuditHash hash{};

    friend bool operator==(const ChainPlace&, const ChainPlace&) = default;
};

/// A line of the log, without its end of line. Borrowed.
struct ChainedLine {
    std::uint64_t number = 0;
    std::string_view content;  ///< all of it up to the comma before its hash
    AuditHash hash{};          ///< as it says
};
/// Nothing for a line without a number or a hash.
[[nodiscard]] std::optional<ChainedLine> parse_chained(std::string_view line);
/// Whether a line that is none was one: a program that makes no hashes writes nothing like it.
[[nodiscard]] bool looks_chained(std::string_view line);
/// Of a line with that content.
[[nodiscard]] AuditHash next_in_chain(AuditHasher& hasher,
                                      const AuditHash& before,
                                      std::string_view content);
/// The line, without its end of line.
[[nodiscard]] std::string chained_line(std::string_view content, const AuditHash& hash);

/// Where the last place of a log is noted.
[[nodiscard]] std::filesystem::path head_file(const std::filesystem::path& log);
/// "7 9f86d0...\n": as many bytes for every place.
[[nodiscard]] std::string head_text(const ChainPlace& place);
/// Nothing for what head_text() does not write.
[[nodiscard]] std::optional<ChainPlace> parse_head(std::string_view text);
inline constexpr std::size_t head_size = 20 + 1 + 64 + 1;

}  // namespace oa::host
