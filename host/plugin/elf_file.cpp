#include "host/plugin/elf_file.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include <elf.h>
#include <link.h>

#include "host/plugin/elf_bytes.hpp"
#include "host/plugin/elf_manifest.hpp"

namespace oa::host {
namespace {

using Header = ElfW(Ehdr);
using Segment = ElfW(Phdr);
using Dynamic = ElfW(Dyn);
using Symbol = ElfW(Sym);
using Word = ElfW(Word);
using Address = ElfW(Addr);

constexpr std::size_t segment_count_max = 256;
constexpr std::uint64_t memory_max = 8ULL << 30U;
constexpr std::uint64_t page_size_min = 4096;

#if defined(__x86_64__)
constexpr std::uint16_t own_machine = EM_X86_64;
#elif defined(__aarch64__)
constexpr std::uint16_t own_machine = EM_AARCH64;
#elif defined(__riscv)
constexpr std::uint16_t own_machine = EM_RISCV;
#elif defined(__powerpc64__)
constexpr std::uint16_t own_machine = EM_PPC64;
#elif defined(__s390x__)
constexpr std::uint16_t own_machine = EM_S390;
#elif defined(__i386__)
constexpr std::uint16_t own_machine = EM_386;
#elif defined(__arm__)
constexpr std::uint16_t own_machine = EM_ARM;
#else
#error "name this processor's ELF machine number here"
#endif

constexpr unsigned char own_class = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
constexpr unsigned char own_order =
    std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;

std::string machine_name(std::uint16_t machine) {
    switch (machine) {
        case EM_X86_64: return "x86-64";
        case EM_AARCH64: return "AArch64";
        case EM_RISCV: return "RISC-V";
        case EM_PPC64: return "PowerPC64";
        case EM_S390: return "S/390";
        case EM_386: return "i386";
        case EM_ARM: return "ARM";
        default: return "machine " + std::to_string(machine);
    }
}

/// Reads one library. Every read goes through objects(), which checks the bounds.
class ElfReader {
public:
    explicit ElfReader(const ByteSource& file) : source_(file), file_(file) {}

    ElfFacts read(std::string_view export_prefix) {
        read_header();
        read_segments();
        read_dynamic();
        check_relocation_tables();
        read_strings();
        read_needed();
        read_search_path();
        read_exports(export_prefix);
        check_relocations();
        facts_.manifest = read_elf_manifest(file_, header_);
        return std::move(facts_);
    }

private:
    void read_header() {
        if (file_.size() == 0) {
            throw ElfError(ElfProblem::NotElf, "is empty");
        }
        std::array<std::byte, SELFMAG> magic{};
        if (file_.size() < magic.size() || !source_.read(0, magic) ||
            std::memcmp(magic.data(), ELFMAG, SELFMAG) != 0) {
            throw ElfError(ElfProblem::NotElf, "is not a shared library");
        }
        // The identification comes first: the rest of the header depends on the word size.
        const auto ident = file_.objects<unsigned char>(0, EI_NIDENT, "header");
        if (ident[EI_CLASS] != own_class || ident[EI_DATA] != own_order) {
            throw ElfError(ElfProblem::WrongMachine,
                           "is built for another word size or byte order than this machine's " +
                               machine_name(own_machine));
        }
        header_ = file_.objects<Header>(0, 1, "header").front();
        if (header_.e_machine != own_machine) {
            throw ElfError(ElfProblem::WrongMachine,
                           "is built for " + machine_name(header_.e_machine) +
                               "; this machine is " + machine_name(own_machine));
        }
        if (header_.e_type != ET_DYN) {
            throw ElfError(ElfProblem::NotShared,
                           header_.e_type == ET_REL    ? "is an object file, not a shared library"
                           : header_.e_type == ET_EXEC ? "is a program, not a shared library"
                                                       : "is not a shared library");
        }
        check_header();
    }

    void check_header() const {
        if (header_.e_ident[EI_VERSION] != EV_CURRENT || header_.e_version != EV_CURRENT) {
            damaged("is damaged: its header names an unknown ELF version");
        }
        if (header_.e_phentsize != sizeof(Segment) || header_.e_phnum == 0 ||
            header_.e_phnum > segment_count_max) {
            damaged("is damaged: its header names no usable segments");
        }
        // The loader does not need the section table, but it ends most files: a table beyond the
        // end tells that the file was cut.
        const std::uint64_t sections = std::uint64_t{header_.e_shnum} * header_.e_shentsize;
        if (header_.e_shoff != 0 && !file_.fits(header_.e_shoff, sections)) {
            damaged("is cut off: its section table lies outside the file");
        }
    }

    void read_segments() {
        segments_ = file_.objects<Segment>(header_.e_phoff, header_.e_phnum, "segment table");
        std::uint64_t end = 0;
        bool any = false;
        for (const Segment& segment : segments_) {
            if (segment.p_type == PT_NULL) {
                continue;
            }
            if (!file_.fits(segment.p_offset, segment.p_filesz)) {
                damaged("is cut off: a segment lies outside the file");
            }
            if (segment.p_type == PT_GNU_STACK) {
                facts_.executable_stack = (segment.p_flags & PF_X) != 0;
            }
            if (segment.p_type == PT_LOAD) {
                check_loaded(segment, end);
                end = segment.p_vaddr + segment.p_memsz;
                any = true;
            }
        }
        if (!any) {
            damaged("is damaged: it has nothing to load");
        }
        for (const Segment& segment : segments_) {
            // Read again once mapped, made read-only, or copied for each thread.
            if ((segment.p_type == PT_PHDR || segment.p_type == PT_GNU_RELRO ||
                 segment.p_type == PT_TLS) &&
                segment.p_filesz != 0 && !is_mapped(segment.p_vaddr, segment.p_filesz)) {
                damaged("is damaged: its segments contradict each other");
            }
        }
    }

    static void check_loaded(const Segment& segment, std::uint64_t previous_end) {
        const bool aligned = segment.p_align <= 1 || std::has_single_bit(segment.p_align);
        const bool congruent = (segment.p_vaddr - segment.p_offset) % page_size_min == 0;
        if (!aligned || !congruent || segment.p_filesz > segment.p_memsz ||
            segment.p_memsz > memory_max || segment.p_vaddr > memory_max ||
            segment.p_vaddr < previous_end) {
            damaged("is damaged: its segments contradict each other");
        }
    }

    /// Whether the library occupies these addresses, with bytes of the file or with zeros.
    [[nodiscard]] bool is_mapped(std::uint64_t address, std::uint64_t length) const {
        return std::any_of(segments_.begin(), segments_.end(), [&](const Segment& segment) {
            return segment.p_type == PT_LOAD && address >= segment.p_vaddr &&
                   address - segment.p_vaddr <= segment.p_memsz &&
                   length <= segment.p_memsz - (address - segment.p_vaddr);
        });
    }

    /// Where an address of the library lies in the file. The loader reads `length` bytes there, so
    /// they must all come from the file.
    [[nodiscard]] std::uint64_t offset_of(std::uint64_t address,
                                          std::uint64_t length,
                                          const char* what) const {
        for (const Segment& segment : segments_) {
            if (segment.p_type == PT_LOAD && address >= segment.p_vaddr &&
                address - segment.p_vaddr <= segment.p_filesz &&
                length <= segment.p_filesz - (address - segment.p_vaddr)) {
                return segment.p_offset + (address - segment.p_vaddr);
            }
        }
        damaged(std::string("is damaged: its ") + what + " lies outside what is loaded");
    }

    void read_dynamic() {
        const auto segment =
            std::find_if(segments_.begin(), segments_.end(),
                         [](const Segment& candidate) { return candidate.p_type == PT_DYNAMIC; });
        if (segment == segments_.end()) {
            throw ElfError(ElfProblem::NotShared,
                           "is not a shared library: it has no dynamic part");
        }
        // The loader reads it at its address, not at its offset.
        const auto offset = offset_of(segment->p_vaddr, segment->p_filesz, "dynamic section");
        const auto entries =
            file_.objects<Dynamic>(offset, segment->p_filesz / sizeof(Dynamic), "dynamic section");
        bool ended = false;
        for (const Dynamic& entry : entries) {
            if (entry.d_tag == DT_NULL) {
                ended = true;
                break;
            }
            // The loader fetches what a library filters or is helped by just as what it needs.
            if (entry.d_tag == DT_NEEDED || entry.d_tag == DT_AUXILIARY ||
                entry.d_tag == DT_FILTER) {
                needed_offsets_.push_back(entry.d_un.d_val);
            }
            if (entry.d_tag == DT_RPATH || entry.d_tag == DT_RUNPATH) {
                search_path_offsets_.push_back(entry.d_un.d_val);
            }
            dynamic_[entry.d_tag] = entry.d_un.d_val;
        }
        if (!ended) {
            damaged("is damaged: its dynamic section has no end");
        }
        const auto flags = dynamic_value(DT_FLAGS).value_or(0);
        facts_.text_relocations =
            dynamic_value(DT_TEXTREL).has_value() || (flags & DF_TEXTREL) != 0;
        if ((dynamic_value(DT_FLAGS_1).value_or(0) & DF_1_PIE) != 0) {
            throw ElfError(ElfProblem::NotShared, "is a program, not a shared library");
        }
    }

    [[nodiscard]] std::optional<std::uint64_t> dynamic_value(std::int64_t tag) const {
        const auto found = dynamic_.find(tag);
        return found == dynamic_.end() ? std::nullopt : std::optional(found->second);
    }

    void check_table(std::int64_t address_tag, std::int64_t size_tag, const char* what) const {
        if (const auto address = dynamic_value(address_tag)) {
            static_cast<void>(offset_of(*address, dynamic_value(size_tag).value_or(0), what));
        }
    }

    void check_value(std::int64_t tag, std::uint64_t wanted) const {
        if (dynamic_value(tag).value_or(wanted) != wanted) {
            damaged("is damaged: its dynamic section holds an impossible value");
        }
    }

    /// The loader writes where the relocations tell it to.
    template <typename Relocation>
    void check_relocations(std::int64_t address_tag, std::int64_t size_tag) const {
        const auto address = dynamic_value(address_tag);
        const auto size = dynamic_value(size_tag).value_or(0);
        if (!address || size == 0) {
            return;
        }
        const auto offset = offset_of(*address, size, "relocation table");
        const auto count = size / sizeof(Relocation);
        std::uint64_t last_symbol = 0;
        for (const auto& entry : file_.objects<Relocation>(offset, count, "relocation table")) {
            const bool places_nothing = entry.r_info == 0;
            if (!places_nothing && !is_mapped(entry.r_offset, sizeof(Address))) {
                damaged("is damaged: a relocation points outside of it");
            }
            last_symbol = std::max(last_symbol, symbol_of(entry.r_info));
        }
        const auto symbols = dynamic_value(DT_SYMTAB).value_or(0);
        static_cast<void>(offset_of(symbols, (last_symbol + 1) * sizeof(Symbol), "symbols"));
    }

    static std::uint64_t symbol_of(std::uint64_t info) {
        return sizeof(Address) == 8 ? info >> 32U : info >> 8U;
    }

    void check_relocations() const {
        check_relocations<ElfW(Rela)>(DT_RELA, DT_RELASZ);
        check_relocations<ElfW(Rel)>(DT_REL, DT_RELSZ);
        if (dynamic_value(DT_PLTREL).value_or(DT_RELA) == DT_RELA) {
            check_relocations<ElfW(Rela)>(DT_JMPREL, DT_PLTRELSZ);
        } else {
            check_relocations<ElfW(Rel)>(DT_JMPREL, DT_PLTRELSZ);
        }
    }

    void check_relocation_tables() const {
        // The system's loader asserts these, which would end the process.
        check_value(DT_SYMENT, sizeof(Symbol));
        check_value(DT_RELAENT, sizeof(ElfW(Rela)));
        check_value(DT_RELENT, sizeof(ElfW(Rel)));
        if (const auto kind = dynamic_value(DT_PLTREL);
            kind && *kind != DT_RELA && *kind != DT_REL) {
            damaged("is damaged: its dynamic section holds an impossible value");
        }
        check_table(DT_RELA, DT_RELASZ, "relocation table");
        check_table(DT_REL, DT_RELSZ, "relocation table");
        check_table(DT_JMPREL, DT_PLTRELSZ, "relocation table");
        check_table(DT_INIT_ARRAY, DT_INIT_ARRAYSZ, "list of constructors");
        check_table(DT_FINI_ARRAY, DT_FINI_ARRAYSZ, "list of destructors");
        check_table(DT_VERSYM, DT_NULL, "version table");
        check_table(DT_VERNEED, DT_NULL, "version table");
    }

    void read_strings() {
        const auto address = dynamic_value(DT_STRTAB);
        const auto size = dynamic_value(DT_STRSZ);
        if (!address || !size || *size == 0) {
            damaged("is damaged: it has no table of names");
        }
        strings_ = file_.objects<char>(offset_of(*address, *size, "table of names"), *size,
                                       "table of names");
        if (strings_.back() != '\0') {
            damaged("is damaged: its table of names has no end");
        }
    }

    [[nodiscard]] std::string_view string_at(std::uint64_t offset) const {
        if (offset >= strings_.size()) {
            damaged("is damaged: a name lies outside the table of names");
        }
        return strings_.data() + offset;  // the last byte of the table is a NUL
    }

    void read_needed() {
        for (const std::uint64_t offset : needed_offsets_) {
            facts_.needed.emplace_back(string_at(offset));
        }
    }

    void read_search_path() {
        for (const std::uint64_t offset : search_path_offsets_) {
            std::string_view rest = string_at(offset);
            while (!rest.empty()) {
                const auto end = std::min(rest.find(':'), rest.size());
                // To the loader, nothing between two colons is the working folder.
                facts_.search_path.emplace_back(end == 0 ? "." : rest.substr(0, end));
                rest.remove_prefix(std::min(end + 1, rest.size()));
            }
        }
    }

    void read_exports(std::string_view prefix) {
        const auto address = dynamic_value(DT_SYMTAB);
        if (!address) {
            damaged("is damaged: it has no table of symbols");
        }
        const std::uint64_t count = symbol_count();
        const auto offset = offset_of(*address, count * sizeof(Symbol), "table of symbols");
        for (const Symbol& symbol : file_.objects<Symbol>(offset, count, "table of symbols")) {
            if (!exported(symbol)) {
                continue;
            }
            ++facts_.exported_count;
            const unsigned type = symbol.st_info & 0xFU;
            if (symbol.st_shndx != SHN_ABS && type != STT_TLS && !is_mapped(symbol.st_value, 0)) {
                damaged("is damaged: a symbol lies outside of it");
            }
            const std::string_view name = string_at(symbol.st_name);
            if (name.substr(0, prefix.size()) == prefix) {
                facts_.exported.emplace_back(name);
            }
        }
    }

    static bool exported(const Symbol& symbol) {
        const unsigned bind = symbol.st_info >> 4U;
        const unsigned visibility = symbol.st_other & 3U;
        return symbol.st_shndx != SHN_UNDEF && symbol.st_name != 0 &&
               (bind == STB_GLOBAL || bind == STB_WEAK || bind == STB_GNU_UNIQUE) &&
               (visibility == STV_DEFAULT || visibility == STV_PROTECTED);
    }

    /// Only the hash tables tell how many symbols there are.
    [[nodiscard]] std::uint64_t symbol_count() const {
        const auto gnu = dynamic_value(DT_GNU_HASH);
        const auto classic = dynamic_value(DT_HASH);
        std::uint64_t count = 0;
        if (classic) {
            const auto offset = offset_of(*classic, 2 * sizeof(Word), "hash table");
            const auto head = file_.objects<Word>(offset, 2, "hash table");
            const std::uint64_t words = 2 + std::uint64_t{head[0]} + head[1];
            static_cast<void>(offset_of(*classic, words * sizeof(Word), "hash table"));
            if (head[0] == 0) {
                damaged("is damaged: its hash table is empty");
            }
            count = head[1];
        }
        if (gnu) {
            count = std::max(count, gnu_symbol_count(*gnu));
        }
        if (!gnu && !classic) {
            damaged("is damaged: it has no hash table");
        }
        return count;
    }

    [[nodiscard]] std::uint64_t gnu_symbol_count(std::uint64_t address) const {
        constexpr std::uint64_t head_size = 4 * sizeof(Word);
        const auto head =
            file_.objects<Word>(offset_of(address, head_size, "hash table"), 4, "hash table");
        const std::uint64_t bucket_count = head[0];
        const std::uint64_t first_symbol = head[1];
        const std::uint64_t filter_size = std::uint64_t{head[2]} * sizeof(Address);
        if (bucket_count == 0 || !std::has_single_bit(head[2])) {
            damaged("is damaged: its hash table contradicts itself");
        }
        const std::uint64_t buckets_at = address + head_size + filter_size;
        const std::uint64_t chains_at = buckets_at + bucket_count * sizeof(Word);
        const auto buckets =
            file_.objects<Word>(offset_of(buckets_at, bucket_count * sizeof(Word), "hash table"),
                                bucket_count, "hash table");
        const std::uint64_t last_chain = *std::max_element(buckets.begin(), buckets.end());
        if (last_chain == 0) {
            return first_symbol;
        }
        if (last_chain < first_symbol) {
            damaged("is damaged: its hash table contradicts itself");
        }
        return chain_end(chains_at, first_symbol, last_chain);
    }

    /// The last symbol of the last chain is the last one of all; its lowest bit is set.
    [[nodiscard]] std::uint64_t chain_end(std::uint64_t chains_at,
                                          std::uint64_t first_symbol,
                                          std::uint64_t symbol) const {
        constexpr std::uint64_t step = 256;
        const std::uint64_t chains = offset_of(chains_at, 0, "hash table");
        for (;;) {
            const std::uint64_t offset = chains + (symbol - first_symbol) * sizeof(Word);
            const std::uint64_t left =
                offset < file_.size() ? (file_.size() - offset) / sizeof(Word) : 0;
            const std::uint64_t count = std::min(step, left);
            if (count == 0) {
                damaged("is damaged: its hash table has no end");
            }
            for (const Word hash : file_.objects<Word>(offset, count, "hash table")) {
                ++symbol;
                if ((hash & 1U) != 0) {
                    return symbol;
                }
            }
        }
    }

    const ByteSource& source_;
    ElfBytes file_;
    Header header_{};
    std::vector<Segment> segments_;
    std::map<std::int64_t, std::uint64_t> dynamic_;
    std::vector<std::uint64_t> needed_offsets_;
    std::vector<std::uint64_t> search_path_offsets_;
    std::vector<char> strings_;
    ElfFacts facts_;
};

}  // namespace

ElfFacts read_elf(const ByteSource& file, std::string_view export_prefix) {
    return ElfReader(file).read(export_prefix);
}

}  // namespace oa::host
