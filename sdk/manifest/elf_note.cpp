#include "sdk/manifest/elf_note.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <ios>
#include <iterator>
#include <optional>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include <elf.h>
#include <unistd.h>

namespace oa::manifest {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t alignment = 8;

template <typename T>
T object_at(const std::string& bytes, std::uint64_t offset) {
    static_assert(std::is_trivially_copyable_v<T>);
    T out{};
    std::memcpy(&out, bytes.data() + offset, sizeof(T));
    return out;
}

template <typename T>
void append(std::string& out, const T& object) {
    static_assert(std::is_trivially_copyable_v<T>);
    const std::size_t at = out.size();
    out.resize(at + sizeof(T));
    std::memcpy(out.data() + at, &object, sizeof(T));
}

void pad(std::string& out, std::uint64_t step) {
    out.append((step - out.size() % step) % step, '\0');
}

bool fits(const std::string& bytes, std::uint64_t offset, std::uint64_t length) {
    return offset <= bytes.size() && length <= bytes.size() - offset;
}

std::string make_note(std::string_view json) {
    std::string out;
    append(out, Elf64_Nhdr{static_cast<Elf64_Word>(note_owner.size() + 1),
                           static_cast<Elf64_Word>(json.size()), note_type});
    out.append(note_owner).push_back('\0');
    pad(out, 4);
    out.append(json);
    pad(out, 4);
    return out;
}

/// A shared library whose sections are about to change.
class Library {
public:
    explicit Library(std::string bytes) : bytes_(std::move(bytes)) {
        read_header();
        read_sections();
    }

    /// The bytes of the file with this note in it.
    [[nodiscard]] std::string with_note(const std::string& note) {
        cut_replaced_end();
        const std::size_t index = note_index();
        Elf64_Shdr section{};
        section.sh_name = name_offset();
        section.sh_type = SHT_NOTE;
        section.sh_addralign = 4;
        place(section, note);
        sections_[index] = section;

        place(sections_[header_.e_shstrndx], names_);
        pad(bytes_, alignment);
        header_.e_shoff = bytes_.size();
        header_.e_shnum = static_cast<Elf64_Half>(sections_.size());
        for (const Elf64_Shdr& entry : sections_) {
            append(bytes_, entry);
        }
        std::memcpy(bytes_.data(), &header_, sizeof(header_));
        return std::move(bytes_);
    }

private:
    void read_header() {
        if (bytes_.size() < SELFMAG || std::memcmp(bytes_.data(), ELFMAG, SELFMAG) != 0) {
            throw ElfNoteError("is no ELF file");
        }
        if (bytes_.size() < sizeof(header_)) {
            throw ElfNoteError("is cut off");
        }
        header_ = object_at<Elf64_Ehdr>(bytes_, 0);
        if (header_.e_ident[EI_CLASS] != ELFCLASS64 || header_.e_ident[EI_DATA] != ELFDATA2LSB) {
            throw ElfNoteError("is no 64-bit little-endian ELF file");
        }
        if (header_.e_type != ET_DYN) {
            throw ElfNoteError("is no shared library");
        }
    }

    void read_sections() {
        if (header_.e_shoff == 0 || header_.e_shnum == 0) {
            throw ElfNoteError("has no section headers, so there is no place for a manifest");
        }
        if (header_.e_shentsize != sizeof(Elf64_Shdr) || header_.e_shnum >= SHN_LORESERVE - 1 ||
            !fits(bytes_, header_.e_shoff, header_.e_shnum * sizeof(Elf64_Shdr))) {
            throw ElfNoteError("is damaged: its section headers lie outside the file");
        }
        for (std::size_t i = 0; i < header_.e_shnum; ++i) {
            sections_.push_back(
                object_at<Elf64_Shdr>(bytes_, header_.e_shoff + i * sizeof(Elf64_Shdr)));
            const Elf64_Shdr& section = sections_.back();
            if (section.sh_type != SHT_NOBITS &&
                !fits(bytes_, section.sh_offset, section.sh_size)) {
                throw ElfNoteError("is damaged: a section lies outside the file");
            }
        }
        if (header_.e_shstrndx == SHN_UNDEF || header_.e_shstrndx >= sections_.size()) {
            throw ElfNoteError("has no table of section names");
        }
        const Elf64_Shdr& names = sections_[header_.e_shstrndx];
        if (names.sh_type != SHT_STRTAB || names.sh_size == 0 ||
            (names.sh_flags & SHF_ALLOC) != 0) {
            throw ElfNoteError("has no usable table of section names");
        }
        names_ = bytes_.substr(names.sh_offset, names.sh_size);
        if (names_.back() != '\0') {
            throw ElfNoteError("is damaged: its table of section names has no end");
        }
    }

    [[nodiscard]] std::string_view name_of(const Elf64_Shdr& section) const {
        return section.sh_name < names_.size() ? names_.data() + section.sh_name : "";
    }

    [[nodiscard]] bool is_note(const Elf64_Shdr& section) const {
        return section.sh_type == SHT_NOTE && name_of(section) == note_section;
    }

    /// The place of the section in the table: the one that it has, or a new one at its end.
    std::size_t note_index() {
        std::optional<std::size_t> found;
        for (std::size_t i = 0; i < sections_.size(); ++i) {
            if (!is_note(sections_[i])) {
                continue;
            }
            if (found) {
                throw ElfNoteError("has two manifests");
            }
            if ((sections_[i].sh_flags & SHF_ALLOC) != 0) {
                throw ElfNoteError(
                    "has a manifest in a part that is loaded into memory, where it "
                    "cannot be replaced");
            }
            found = i;
        }
        if (!found) {
            found = sections_.size();
            sections_.emplace_back();
        }
        return *found;
    }

    Elf64_Word name_offset() {
        const std::string wanted = std::string(note_section) + '\0';
        std::size_t at = names_.find(wanted);
        if (at == std::string::npos) {
            at = names_.size();
            names_ += wanted;
        }
        return static_cast<Elf64_Word>(at);
    }

    void place(Elf64_Shdr& section, const std::string& content) {
        pad(bytes_, alignment);
        section.sh_offset = bytes_.size();
        section.sh_size = content.size();
        bytes_ += content;
    }

    /// Drops what is written anew, as far as it stands at the end of the file: a library that gets
    /// its manifest again and again does not grow.
    void cut_replaced_end() {
        using Range = std::pair<std::uint64_t, std::uint64_t>;  // begin, end
        std::vector<Range> replaced;
        std::uint64_t kept_end = sizeof(header_);
        const auto sort_in = [&](bool is_replaced, std::uint64_t begin, std::uint64_t length) {
            if (is_replaced) {
                replaced.emplace_back(begin, begin + length);
            } else if (fits(bytes_, begin, length)) {
                kept_end = std::max(kept_end, begin + length);
            }
        };
        sort_in(true, header_.e_shoff, sections_.size() * sizeof(Elf64_Shdr));
        for (std::size_t i = 0; i < sections_.size(); ++i) {
            if (sections_[i].sh_type != SHT_NOBITS && sections_[i].sh_type != SHT_NULL) {
                sort_in(i == header_.e_shstrndx || is_note(sections_[i]), sections_[i].sh_offset,
                        sections_[i].sh_size);
            }
        }
        const std::uint64_t segments_size = std::uint64_t{header_.e_phnum} * header_.e_phentsize;
        sort_in(false, header_.e_phoff, segments_size);
        if (header_.e_phentsize == sizeof(Elf64_Phdr) &&
            fits(bytes_, header_.e_phoff, segments_size)) {
            for (std::size_t i = 0; i < header_.e_phnum; ++i) {
                const auto segment =
                    object_at<Elf64_Phdr>(bytes_, header_.e_phoff + i * sizeof(Elf64_Phdr));
                sort_in(false, segment.p_offset, segment.p_filesz);
            }
        }
        std::uint64_t end = bytes_.size();
        for (bool again = true; again;) {
            // What follows within the alignment is padding.
            const auto last = std::find_if(replaced.begin(), replaced.end(), [&](const Range& r) {
                return r.second <= end && end - r.second < alignment && r.first < end &&
                       r.first >= kept_end;
            });
            again = last != replaced.end();
            end = again ? last->first : end;
        }
        bytes_.resize(end);
    }

    std::string bytes_;
    Elf64_Ehdr header_{};
    std::vector<Elf64_Shdr> sections_;
    std::string names_;
};

std::string read_file(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::string out(std::istreambuf_iterator<char>(in), {});
    if (!in) {
        throw ElfNoteError("cannot be read");
    }
    return out;
}

/// Goes away with its owner unless it took the place of another file.
class TemporaryFile {
public:
    explicit TemporaryFile(const fs::path& beside) : path_(beside.string() + ".XXXXXX") {
        const int fd = mkstemp(path_.data());
        if (fd < 0) {
            throw ElfNoteError("cannot be replaced: no file can be made beside it");
        }
        close(fd);
    }
    ~TemporaryFile() {
        std::error_code ignored;
        fs::remove(path_, ignored);
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    void write(const std::string& bytes) const {
        std::ofstream out(path_, std::ios::binary);
        out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        out.close();
        if (!out) {
            throw ElfNoteError("cannot be replaced: the disk takes no more");
        }
    }
    void rename_over(const fs::path& file) const {
        fs::permissions(path_, fs::status(file).permissions());
        fs::rename(path_, file);
    }

private:
    std::string path_;
};

}  // namespace

void embed(const fs::path& file, std::string_view json) {
    if (json.size() > manifest_bytes_max) {
        throw ElfNoteError("cannot take a manifest of more than " +
                           std::to_string(manifest_bytes_max) + " bytes");
    }
    std::error_code error;
    const fs::path target = fs::canonical(file, error);
    if (error || !fs::is_regular_file(target, error)) {
        throw ElfNoteError("is no file");
    }
    const std::string old_bytes = read_file(target);
    const std::string new_bytes = Library(old_bytes).with_note(make_note(json));
    if (new_bytes == old_bytes) {
        return;
    }
    const TemporaryFile temporary(target);
    temporary.write(new_bytes);
    try {
        temporary.rename_over(target);
    } catch (const fs::filesystem_error& problem) {
        throw ElfNoteError("cannot be replaced: " + problem.code().message());
    }
}

}  // namespace oa::manifest
