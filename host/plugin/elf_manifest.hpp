#pragma once

#include <optional>
#include <string>

#include <elf.h>
#include <link.h>

#include "host/plugin/elf_bytes.hpp"

namespace oa::host {

/// The text in the section .note.oa of a library, of at most 1 MiB; what it says is not looked at.
/// Empty when there is none. Throws ElfError (Damaged) for a section table that contradicts itself,
/// two manifests, or something else in that section.
[[nodiscard]] std::optional<std::string> read_elf_manifest(const ElfBytes& file,
                                                           const ElfW(Ehdr) & header);

}  // namespace oa::host
