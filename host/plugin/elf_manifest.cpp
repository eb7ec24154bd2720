#include "host/plugin/elf_manifest.hpp"

#include <cstring>
#include <string_view>
#include <vector>

namespace oa::host {
namespace {

using Section = ElfW(Shdr);
using NoteHeader = ElfW(Nhdr);

constexpr std::string_view section_name = ".note.oa";
constexpr std::string_view owner("OA\0", 3);
constexpr std::uint32_t manifest_type = 0x544d0001;
constexpr std::uint64_t manifest_bytes_max = 1U << 20U;
constexpr std::uint64_t names_bytes_max = 16U << 20U;

std::uint64_t padded(std::uint64_t size) {
    return (size + 3U) & ~std::uint64_t{3U};
}

/// Takes the one note out of a section that must hold nothing else.
std::string read_note(const std::vector<char>& bytes) {
    NoteHeader header{};
    if (bytes.size() < sizeof(header)) {
        damaged("is damaged: the note of its manifest is cut off");
    }
    std::memcpy(&header, bytes.data(), sizeof(header));
    const std::uint64_t text_at = sizeof(header) + padded(header.n_namesz);
    const std::uint64_t text_end = text_at + header.n_descsz;
    if (text_end > bytes.size()) {
        damaged("is damaged: the note of its manifest is cut off");
    }
    const std::string_view all(bytes.data(), bytes.size());
    if (all.substr(sizeof(header), header.n_namesz) != owner || header.n_type != manifest_type) {
        damaged("is damaged: its section .note.oa holds something else than a manifest");
    }
    if (padded(text_end) < bytes.size()) {
        damaged("has two manifests, so nobody can tell which of them is meant");
    }
    return std::string(all.substr(text_at, header.n_descsz));
}

std::vector<char> read_names(const ElfBytes& file,
                             const std::vector<Section>& sections,
                             std::size_t index) {
    if (index >= sections.size() || sections[index].sh_type != SHT_STRTAB ||
        sections[index].sh_size > names_bytes_max) {
        damaged("is damaged: its section table contradicts itself");
    }
    auto out = file.objects<char>(sections[index].sh_offset, sections[index].sh_size,
                                  "table of section names");
    out.push_back('\0');
    return out;
}

}  // namespace

std::optional<std::string> read_elf_manifest(const ElfBytes& file, const ElfW(Ehdr) & header) {
    // No table, or one so long that it needs another form: none that a linker makes of a plug-in.
    if (header.e_shoff == 0 || header.e_shnum == 0 || header.e_shstrndx == SHN_UNDEF) {
        return std::nullopt;
    }
    if (header.e_shentsize != sizeof(Section)) {
        damaged("is damaged: its section table contradicts itself");
    }
    const auto sections = file.objects<Section>(header.e_shoff, header.e_shnum, "section table");
    const auto names = read_names(file, sections, header.e_shstrndx);
    std::optional<std::string> out;
    for (const Section& section : sections) {
        if (section.sh_name >= names.size() || section_name != names.data() + section.sh_name) {
            continue;
        }
        if (out) {
            damaged("has two manifests, so nobody can tell which of them is meant");
        }
        if (section.sh_type != SHT_NOTE) {
            damaged("is damaged: its section .note.oa is not a note");
        }
        if (section.sh_size > manifest_bytes_max + 64) {
            damaged("has a manifest that is larger than " + std::to_string(manifest_bytes_max) +
                    " bytes");
        }
        out = read_note(file.objects<char>(section.sh_offset, section.sh_size, "manifest"));
        if (out->size() > manifest_bytes_max) {
            damaged("has a manifest that is larger than " + std::to_string(manifest_bytes_max) +
                    " bytes");
        }
    }
    return out;
}

}  // namespace oa::host
