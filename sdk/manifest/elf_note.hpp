#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string_view>

namespace oa::manifest {

// Where a plug-in's manifest stands in its file: one note in the section .note.oa.
inline constexpr std::string_view note_section = ".note.oa";
inline constexpr std::string_view note_owner = "OA";
inline constexpr std::uint32_t note_type = 0x544d0001;
inline constexpr std::size_t manifest_bytes_max = 1U << 20U;

/// Why a file cannot take a manifest, as half a sentence about it: "is no ELF file".
class ElfNoteError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Puts a manifest into a shared library (ELF64, little-endian), in place of the one that it may
/// have. The section is not loaded into memory, so nothing else in the file moves. A new file is
/// written beside it and renamed over it; its mode stays. Throws ElfNoteError; the file is then as
/// it was.
void embed(const std::filesystem::path& file, std::string_view json);

}  // namespace oa::manifest
