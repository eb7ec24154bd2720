#include "host/kit/check/library_scan.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>

#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace oa::host {
namespace {

constexpr std::size_t source_paths_max = 3;
constexpr std::size_t version_links_max = 4096;

/// A file mapped for reading.
class MappedFile {
public:
    explicit MappedFile(const std::filesystem::path& path) {
        const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
        struct stat status {};
        if (descriptor < 0 || fstat(descriptor, &status) != 0) {
            const int error = errno;
            if (descriptor >= 0) {
                close(descriptor);
            }
            throw std::system_error(error, std::generic_category(), path.string());
        }
        size_ = static_cast<std::size_t>(status.st_size);
        data_ = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
        const int error = errno;
        close(descriptor);
        if (data_ == MAP_FAILED) {
            throw std::system_error(error, std::generic_category(), path.string());
        }
    }
    ~MappedFile() { munmap(data_, size_); }
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    [[nodiscard]] std::string_view bytes() const {
        return {static_cast<const char*>(data_), size_};
    }

private:
    void* data_ = nullptr;
    std::size_t size_ = 0;
};

class Scanner {
public:
    explicit Scanner(std::string_view bytes) : bytes_(bytes) {}

    LibraryScan scan() {
        const auto header = at<Elf64_Ehdr>(0);
        if (!header) {
            return {};
        }
        for (std::uint64_t i = 0; i < header->e_phnum; ++i) {
            if (const auto segment = at<Elf64_Phdr>(header->e_phoff + i * sizeof(Elf64_Phdr))) {
                segments_.push_back(*segment);
            }
        }
        for (std::uint64_t i = 0; i < header->e_shnum; ++i) {
            if (const auto section = at<Elf64_Shdr>(header->e_shoff + i * sizeof(Elf64_Shdr))) {
                sections_.push_back(*section);
            }
        }
        read_segments();
        read_dynamic();
        for (const Elf64_Shdr& section : sections_) {
            read_section(section);
        }
        return std::move(out_);
    }

private:
    template <typename T>
    [[nodiscard]] std::optional<T> at(std::uint64_t offset) const {
        if (offset > bytes_.size() || bytes_.size() - offset < sizeof(T)) {
            return std::nullopt;
        }
        T value{};
        std::memcpy(&value, bytes_.data() + offset, sizeof(T));
        return value;
    }
    [[nodiscard]] std::string_view part(std::uint64_t offset, std::uint64_t size) const {
        if (offset > bytes_.size() || bytes_.size() - offset < size) {
            return {};
        }
        return bytes_.substr(offset, size);
    }
    [[nodiscard]] std::string text_at(std::uint64_t offset) const {
        if (offset >= bytes_.size()) {
            return {};
        }
        const auto rest = bytes_.substr(offset);
        return std::string(rest.substr(0, rest.find('\0')));
    }
    [[nodiscard]] std::uint64_t file_offset(std::uint64_t address) const {
        for (const Elf64_Phdr& segment : segments_) {
            if (segment.p_type == PT_LOAD && address >= segment.p_vaddr &&
                address - segment.p_vaddr < segment.p_filesz) {
                return segment.p_offset + (address - segment.p_vaddr);
            }
        }
        return bytes_.size();
    }

    void read_segments() {
        bool has_stack = false;
        for (const Elf64_Phdr& segment : segments_) {
            if (segment.p_type == PT_GNU_STACK) {
                has_stack = true;
                out_.executable_stack = (segment.p_flags & PF_X) != 0;
            } else if (segment.p_type == PT_NOTE) {
                find_build_id(part(segment.p_offset, segment.p_filesz));
            }
        }
        // Without that header the loader assumes the worst.
        out_.executable_stack = out_.executable_stack || !has_stack;
    }

    void find_build_id(std::string_view notes) {
        while (notes.size() >= sizeof(Elf64_Nhdr)) {
            Elf64_Nhdr note;
            std::memcpy(&note, notes.data(), sizeof(note));
            const auto padded = [](std::uint64_t size) { return (size + 3U) & ~std::uint64_t{3}; };
            const std::uint64_t size = sizeof(note) + padded(note.n_namesz) + padded(note.n_descsz);
            if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
                notes.substr(sizeof(note), 3) == "GNU") {
                out_.build_id = true;
                return;
            }
            notes = size >= notes.size() ? std::string_view{} : notes.substr(size);
        }
    }

    void read_dynamic() {
        std::vector<Elf64_Dyn> entries;
        for (const Elf64_Phdr& segment : segments_) {
            if (segment.p_type != PT_DYNAMIC) {
                continue;
            }
            for (std::uint64_t used = 0; used + sizeof(Elf64_Dyn) <= segment.p_filesz;
                 used += sizeof(Elf64_Dyn)) {
                const auto entry = at<Elf64_Dyn>(segment.p_offset + used);
                if (!entry || entry->d_tag == DT_NULL) {
                    break;
                }
                entries.push_back(*entry);
            }
        }
        std::uint64_t strings = bytes_.size();
        std::uint64_t versions = bytes_.size();
        for (const Elf64_Dyn& entry : entries) {
            if (entry.d_tag == DT_STRTAB) {
                strings = file_offset(entry.d_un.d_ptr);
            } else if (entry.d_tag == DT_VERNEED) {
                versions = file_offset(entry.d_un.d_ptr);
            }
        }
        for (const Elf64_Dyn& entry : entries) {
            switch (entry.d_tag) {
                case DT_NEEDED: out_.needed.push_back(text_at(strings + entry.d_un.d_val)); break;
                case DT_RPATH:
                case DT_RUNPATH:
                    out_.search_paths.push_back(text_at(strings + entry.d_un.d_val));
                    break;
                case DT_TEXTREL: out_.text_relocations = true; break;
                case DT_FLAGS:
                    out_.text_relocations =
                        out_.text_relocations || (entry.d_un.d_val & DF_TEXTREL) != 0;
                    out_.static_tls = (entry.d_un.d_val & DF_STATIC_TLS) != 0;
                    break;
                default: break;
            }
        }
        read_versions(versions, strings);
    }

    void read_versions(std::uint64_t offset, std::uint64_t strings) {
        for (std::size_t files = 0; files < version_links_max; ++files) {
            const auto file = at<Elf64_Verneed>(offset);
            if (!file) {
                return;
            }
            std::uint64_t link = offset + file->vn_aux;
            for (std::size_t count = 0; count < file->vn_cnt; ++count) {
                const auto version = at<Elf64_Vernaux>(link);
                if (!version) {
                    return;
                }
                out_.versions.push_back(
                    {text_at(strings + file->vn_file), text_at(strings + version->vna_name)});
                if (version->vna_next == 0) {
                    break;
                }
                link += version->vna_next;
            }
            if (file->vn_next == 0) {
                return;
            }
            offset += file->vn_next;
        }
    }

    void read_section(const Elf64_Shdr& section) {
        if (section.sh_type == SHT_DYNSYM && section.sh_link < sections_.size()) {
            read_symbols(section, sections_[section.sh_link].sh_offset);
        } else if (section.sh_type == SHT_PROGBITS && (section.sh_flags & SHF_ALLOC) != 0 &&
                   (section.sh_flags & SHF_EXECINSTR) == 0) {
            find_source_paths(part(section.sh_offset, section.sh_size));
        }
    }

    void read_symbols(const Elf64_Shdr& section, std::uint64_t strings) {
        for (std::uint64_t used = sizeof(Elf64_Sym); used + sizeof(Elf64_Sym) <= section.sh_size;
             used += sizeof(Elf64_Sym)) {
            const auto symbol = at<Elf64_Sym>(section.sh_offset + used);
            if (!symbol) {
                return;
            }
            const auto binding = ELF64_ST_BIND(symbol->st_info);
            const bool hidden = ELF64_ST_VISIBILITY(symbol->st_other) != STV_DEFAULT;
            // A name of a version has the value of no symbol.
            if (symbol->st_shndx == SHN_UNDEF || symbol->st_shndx == SHN_ABS || hidden ||
                binding == STB_LOCAL) {
                continue;
            }
            out_.exported.push_back(text_at(strings + symbol->st_name));
            if (binding == STB_GNU_UNIQUE) {
                out_.unique_symbols.push_back(out_.exported.back());
            }
        }
    }

    /// The absolute path of a source, unless it belongs to the system's own headers.
    static bool is_source_path(std::string_view text) {
        constexpr std::array<std::string_view, 8> endings{".c", ".cc",  ".cpp", ".cxx",
                                                          ".h", ".hpp", ".ipp", ".rs"};
        constexpr std::array<std::string_view, 2> common{"/usr/", "/rustc/"};
        if (text.size() < 4 || text.front() != '/' || text.find('/', 1) == std::string_view::npos ||
            std::any_of(common.begin(), common.end(),
                        [text](auto start) { return text.starts_with(start); })) {
            return false;
        }
        return std::any_of(endings.begin(), endings.end(),
                           [text](auto ending) { return text.ends_with(ending); });
    }

    void find_source_paths(std::string_view data) {
        while (!data.empty() && out_.source_paths.size() < source_paths_max) {
            const auto end = std::min(data.find('\0'), data.size());
            if (const auto text = data.substr(0, end); is_source_path(text)) {
                out_.source_paths.emplace_back(text);
            }
            data.remove_prefix(std::min(end + 1, data.size()));
        }
    }

    std::string_view bytes_;
    std::vector<Elf64_Phdr> segments_;
    std::vector<Elf64_Shdr> sections_;
    LibraryScan out_;
};

}  // namespace

LibraryScan scan_library(const std::filesystem::path& file) {
    const MappedFile mapped(file);
    return Scanner(mapped.bytes()).scan();
}

}  // namespace oa::host
