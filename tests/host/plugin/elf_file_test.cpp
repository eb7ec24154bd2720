#include "host/plugin/elf_file.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <random>
#include <string>

#include <dlfcn.h>
#include <elf.h>
#include <gtest/gtest.h>
#include <link.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sdk/manifest/elf_note.hpp"
#include "tests/host/plugin/fixtures.hpp"

namespace oa::host {
namespace {

class MemorySource final : public ByteSource {
public:
    explicit MemorySource(const std::string& bytes) : bytes_(bytes) {}
    [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }
    [[nodiscard]] bool read(std::uint64_t offset, std::span<std::byte> out) const override {
        if (offset > bytes_.size() || out.size() > bytes_.size() - offset) {
            return false;
        }
        if (!out.empty()) {
            std::memcpy(out.data(), bytes_.data() + offset, out.size());
        }
        return true;
    }

private:
    const std::string& bytes_;
};

constexpr const char* prefix = "oa_module_entry_v";

std::optional<ElfProblem> problem_of(const std::string& bytes) {
    try {
        static_cast<void>(read_elf(MemorySource(bytes), prefix));
        return std::nullopt;
    } catch (const ElfError& error) {
        EXPECT_NE(std::string(error.what()), "");
        return error.problem();
    }
}

struct ElfFileTest : testing::Test {
    std::string good = read_bytes(fixture("calls"));

    template <typename Change>
    [[nodiscard]] std::string with_header(Change change) const {
        std::string out = good;
        ElfW(Ehdr) header{};
        std::memcpy(&header, out.data(), sizeof(header));
        change(header);
        std::memcpy(out.data(), &header, sizeof(header));
        return out;
    }

    /// Changes the first segment of a type.
    template <typename Change>
    [[nodiscard]] std::string with_segment(std::uint32_t type, Change change) const {
        std::string out = good;
        ElfW(Ehdr) header{};
        std::memcpy(&header, out.data(), sizeof(header));
        for (std::size_t i = 0; i < header.e_phnum; ++i) {
            char* const place = out.data() + header.e_phoff + i * sizeof(ElfW(Phdr));
            ElfW(Phdr) segment{};
            std::memcpy(&segment, place, sizeof(segment));
            if (segment.p_type == type) {
                change(segment);
                std::memcpy(place, &segment, sizeof(segment));
                return out;
            }
        }
        ADD_FAILURE() << "no such segment";
        return out;
    }
};

TEST_F(ElfFileTest, ReadsWhatALibraryExportsAndNeeds) {
    const auto facts = read_elf(MemorySource(good), prefix);

    EXPECT_EQ(facts.exported, std::vector<std::string>{"oa_module_entry_v1"});
    EXPECT_GE(facts.exported_count, 3U);  // the entry and two counters
    EXPECT_TRUE(std::any_of(facts.needed.begin(), facts.needed.end(),
                            [](const auto& name) { return name.rfind("libc.so", 0) == 0; }));
    EXPECT_FALSE(facts.executable_stack);
    EXPECT_FALSE(facts.text_relocations);
}

TEST_F(ElfFileTest, NoticesAnExecutableStack) {
    const auto bytes = read_bytes(fixture("executable_stack"));

    EXPECT_TRUE(read_elf(MemorySource(bytes), prefix).executable_stack);
}

TEST_F(ElfFileTest, ReadsTheSystemsOwnLibraries) {
    Dl_info info{};
    ASSERT_NE(dladdr(reinterpret_cast<void*>(&std::strlen), &info), 0);
    const auto bytes = read_bytes(info.dli_fname);

    EXPECT_GT(read_elf(MemorySource(bytes), prefix).exported_count, 1000U);
}

TEST_F(ElfFileTest, TellsOtherFilesApart) {
    EXPECT_EQ(problem_of(""), ElfProblem::NotElf);
    EXPECT_EQ(problem_of("\x7f"), ElfProblem::NotElf);
    EXPECT_EQ(problem_of("#!/bin/sh\necho hello\n"), ElfProblem::NotElf);
    EXPECT_EQ(problem_of("\x7f"
                         "ELF"),
              ElfProblem::Damaged);
    EXPECT_EQ(problem_of(read_bytes("/proc/self/exe")), ElfProblem::NotShared);
    EXPECT_EQ(problem_of(with_header([](auto& h) { h.e_type = ET_REL; })), ElfProblem::NotShared);
}

TEST_F(ElfFileTest, RefusesAnotherMachine) {
    EXPECT_EQ(problem_of(with_header([](auto& h) { h.e_machine = EM_MIPS; })),
              ElfProblem::WrongMachine);
    EXPECT_EQ(problem_of(with_header([](auto& h) { h.e_ident[EI_CLASS] ^= 3; })),
              ElfProblem::WrongMachine);
    EXPECT_EQ(problem_of(with_header([](auto& h) { h.e_ident[EI_DATA] ^= 3; })),
              ElfProblem::WrongMachine);
}

TEST_F(ElfFileTest, RefusesSegmentsOutsideTheFile) {
    const auto size = good.size();
    EXPECT_EQ(problem_of(with_segment(PT_LOAD, [&](auto& s) { s.p_filesz = size + 1; })),
              ElfProblem::Damaged);
    EXPECT_EQ(problem_of(with_segment(PT_LOAD, [](auto& s) { s.p_offset = ~0ULL; })),
              ElfProblem::Damaged);
    EXPECT_EQ(problem_of(with_segment(PT_DYNAMIC, [](auto& s) { s.p_vaddr = 1ULL << 40; })),
              ElfProblem::Damaged);
    EXPECT_EQ(problem_of(with_header([&](auto& h) { h.e_phoff = size; })), ElfProblem::Damaged);
    EXPECT_EQ(problem_of(with_header([](auto& h) { h.e_phnum = 0xFFFF; })), ElfProblem::Damaged);
}

TEST_F(ElfFileTest, RefusesWhatTheSystemsLoaderWouldAbortOn) {
    const auto with_dynamic = [&](ElfW(Sxword) tag, std::uint64_t value) {
        std::string out = good;
        ElfW(Phdr) dynamic{};
        static_cast<void>(with_segment(PT_DYNAMIC, [&](auto& s) { dynamic = s; }));
        for (std::size_t at = 0; at < dynamic.p_filesz; at += sizeof(ElfW(Dyn))) {
            ElfW(Dyn) entry{};
            std::memcpy(&entry, out.data() + dynamic.p_offset + at, sizeof(entry));
            if (entry.d_tag == tag) {
                entry.d_un.d_val = value;
                std::memcpy(out.data() + dynamic.p_offset + at, &entry, sizeof(entry));
            }
        }
        return out;
    };
    for (const auto tag : {DT_RELAENT, DT_SYMENT, DT_STRSZ, DT_STRTAB, DT_SYMTAB, DT_RELA,
                           DT_GNU_HASH, DT_INIT_ARRAY}) {
        EXPECT_EQ(problem_of(with_dynamic(tag, 0x7777777777ULL)), ElfProblem::Damaged) << tag;
    }
}

TEST_F(ElfFileTest, RefusesEveryLengthThatIsTooShort) {
    for (std::size_t size = 0; size < good.size(); size += size < 2048 ? 1 : 61) {
        ASSERT_TRUE(problem_of(good.substr(0, size))) << size;
    }
    EXPECT_EQ(problem_of(good), std::nullopt);
}

TEST_F(ElfFileTest, NeverReadsOutsideAChangedFile) {
    // What a crash of the reader would look like, a sanitizer reports; here the file may be
    // accepted or refused, but the reader must come back.
    std::minstd_rand random(20);
    int accepted = 0;
    for (int round = 0; round < 20000; ++round) {
        std::string bytes = good;
        const auto changes = 1 + random() % 4;
        for (unsigned i = 0; i < changes; ++i) {
            // Mostly where the numbers are: in the headers and tables at the start.
            const std::size_t range = random() % 4 == 0 ? bytes.size() : 2048;
            bytes[random() % range] ^= static_cast<char>(1U << (random() % 8));
        }
        accepted += problem_of(bytes) ? 0 : 1;
    }
    EXPECT_GT(accepted, 0);
}

TEST_F(ElfFileTest, NeverReadsOutsideADynamicSectionOfNoise) {
    ElfW(Phdr) dynamic{};
    static_cast<void>(with_segment(PT_DYNAMIC, [&](auto& s) { dynamic = s; }));
    std::minstd_rand random(7);
    for (int round = 0; round < 5000; ++round) {
        std::string bytes = good;
        for (int i = 0; i < 6; ++i) {
            const auto at = dynamic.p_offset + random() % dynamic.p_filesz;
            bytes[at] = static_cast<char>(random());
        }
        static_cast<void>(problem_of(bytes));
    }
}

/// A library with a manifest, and a way to its section.
struct ElfManifestTest : ElfFileTest {
    static constexpr const char* json = R"({"manifest":1,"id":"com.example.calls"})";

    ElfManifestTest() {
        const test::TemporaryFolder folder;
        const auto file = folder.write("calls.so", good);
        manifest::embed(file, json);
        good = read_bytes(file);
    }

    [[nodiscard]] ElfW(Ehdr) header() const {
        ElfW(Ehdr) out{};
        std::memcpy(&out, good.data(), sizeof(out));
        return out;
    }
    /// Where the header of the section stands, which is the last one.
    [[nodiscard]] std::size_t section_place() const {
        return header().e_shoff + (header().e_shnum - 1U) * sizeof(ElfW(Shdr));
    }
    template <typename Change>
    [[nodiscard]] std::string with_section(Change change) const {
        std::string out = good;
        ElfW(Shdr) section{};
        std::memcpy(&section, out.data() + section_place(), sizeof(section));
        change(section);
        std::memcpy(out.data() + section_place(), &section, sizeof(section));
        return out;
    }
    /// Changes the header of the note, and what follows.
    template <typename Change>
    [[nodiscard]] std::string with_note(Change change) const {
        std::string out = good;
        ElfW(Nhdr) note{};
        std::uint64_t at = 0;
        static_cast<void>(with_section([&](auto& s) { at = s.sh_offset; }));
        std::memcpy(&note, out.data() + at, sizeof(note));
        change(note);
        std::memcpy(out.data() + at, &note, sizeof(note));
        return out;
    }
    [[nodiscard]] static std::optional<std::string> manifest_of(const std::string& bytes) {
        return read_elf(MemorySource(bytes), prefix).manifest;
    }
};

TEST_F(ElfManifestTest, ReadsTheManifest) {
    EXPECT_EQ(manifest_of(good), json);
    EXPECT_EQ(manifest_of(read_bytes(fixture("calls"))), std::nullopt);
    EXPECT_EQ(manifest_of(with_header([](auto& h) { h.e_shoff = 0; })), std::nullopt);
}

TEST_F(ElfManifestTest, RefusesTwoManifests) {
    std::string bytes = good;
    const auto last = bytes.substr(section_place(), sizeof(ElfW(Shdr)));
    bytes.replace(section_place() - sizeof(ElfW(Shdr)), last.size(), last);
    EXPECT_EQ(problem_of(bytes), ElfProblem::Damaged);

    // Two notes in one section, as a linker makes of two objects that have one each.
    std::uint64_t at = 0;
    std::uint64_t size = 0;
    const auto longer = with_section([&](auto& s) {
        at = s.sh_offset;
        size = s.sh_size;
        s.sh_offset = good.size();
        s.sh_size *= 2;
    });
    const auto note = good.substr(at, size);
    EXPECT_EQ(problem_of(longer + note + note), ElfProblem::Damaged);
}

TEST_F(ElfManifestTest, RefusesANoteThatIsSomethingElse) {
    EXPECT_EQ(problem_of(with_note([](auto& n) { n.n_type = 1; })), ElfProblem::Damaged);
    EXPECT_EQ(problem_of(with_note([](auto& n) { n.n_namesz = 4; })), ElfProblem::Damaged);
    EXPECT_EQ(problem_of(with_note([](auto& n) { n.n_namesz = ~0U; })), ElfProblem::Damaged);
    EXPECT_EQ(problem_of(with_note([](auto& n) { n.n_descsz += 8; })), ElfProblem::Damaged);
    EXPECT_EQ(problem_of(with_note([](auto& n) { n.n_descsz = ~0U; })), ElfProblem::Damaged);
    EXPECT_EQ(problem_of(with_note([](auto& n) { n.n_descsz = 4; })), ElfProblem::Damaged);
    EXPECT_EQ(problem_of(with_section([](auto& s) { s.sh_type = SHT_PROGBITS; })),
              ElfProblem::Damaged);
    EXPECT_EQ(problem_of(with_section([](auto& s) { s.sh_size = 8; })), ElfProblem::Damaged);
    EXPECT_EQ(problem_of(with_section([](auto& s) { s.sh_size = 2U << 20U; })),
              ElfProblem::Damaged);
    EXPECT_EQ(problem_of(with_section([](auto& s) { s.sh_offset = ~0ULL; })), ElfProblem::Damaged);
}

TEST_F(ElfManifestTest, TakesAManifestOfOneMiBAndNoMore) {
    const test::TemporaryFolder folder;
    const auto file = folder.write("calls.so", good);
    const std::string largest(1U << 20U, 'x');
    manifest::embed(file, largest);
    const auto bytes = read_bytes(file);
    EXPECT_EQ(manifest_of(bytes), largest);

    good = bytes;
    const auto longer = with_note([](auto& n) { n.n_descsz += 4; });
    EXPECT_EQ(problem_of(longer), ElfProblem::Damaged);
}

TEST_F(ElfManifestTest, NeverReadsOutsideChangedSections) {
    std::minstd_rand random(11);
    int accepted = 0;
    const auto table = header().e_shoff;
    const auto note_at = [&] {
        std::uint64_t out = 0;
        static_cast<void>(with_section([&](auto& s) { out = s.sh_offset; }));
        return out;
    }();
    for (int round = 0; round < 20000; ++round) {
        std::string bytes = good;
        const auto changes = 1 + random() % 4;
        for (unsigned i = 0; i < changes; ++i) {
            // The note with the names behind it, the table of sections, or where it is found.
            const auto where = random() % 3;
            const std::size_t from = where == 0 ? note_at : where == 1 ? table : EI_NIDENT;
            const std::size_t range =
                where == 2 ? sizeof(ElfW(Ehdr)) - EI_NIDENT : bytes.size() - from;
            bytes[from + random() % range] ^= static_cast<char>(1U << (random() % 8));
        }
        accepted += problem_of(bytes) ? 0 : 1;
    }
    EXPECT_GT(accepted, 0);
}

TEST_F(ElfManifestTest, RefusesEveryLengthThatIsTooShort) {
    for (std::size_t size = good.size() - 4096; size < good.size(); size += 7) {
        ASSERT_TRUE(problem_of(good.substr(0, size))) << size;
    }
}

/// Puts a list of folders in the place of the name of a library that is needed.
TEST_F(ElfFileTest, ReadsTheSearchPathOfALibrary) {
    EXPECT_TRUE(read_elf(MemorySource(good), prefix).search_path.empty());
    std::string bytes = good;
    const auto name = bytes.find("libc.so.6");
    ASSERT_NE(name, std::string::npos);
    bytes.replace(name, 9, "/a::b/c:d");
    ElfW(Phdr) dynamic{};
    static_cast<void>(with_segment(PT_DYNAMIC, [&](auto& s) { dynamic = s; }));
    for (const auto tag : {DT_RPATH, DT_RUNPATH}) {
        for (std::size_t at = 0; at < dynamic.p_filesz; at += sizeof(ElfW(Dyn))) {
            ElfW(Dyn) entry{};
            std::memcpy(&entry, bytes.data() + dynamic.p_offset + at, sizeof(entry));
            if (entry.d_tag == DT_NEEDED || entry.d_tag == DT_RPATH) {
                entry.d_tag = tag;
                std::memcpy(bytes.data() + dynamic.p_offset + at, &entry, sizeof(entry));
            }
        }
        const auto facts = read_elf(MemorySource(bytes), prefix);
        EXPECT_EQ(facts.search_path, (std::vector<std::string>{"/a", ".", "b/c", "d"}));
        EXPECT_TRUE(facts.needed.empty());
    }
}

/// Whether loading a library in a child of ours was survived by the child.
bool survives_loading(const std::filesystem::path& file) {
    const pid_t child = fork();
    if (child == 0) {
        alarm(10);
        static_cast<void>(freopen("/dev/null", "w", stderr));
        dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST_F(ElfFileTest, WhatPassesAfterATruncationCanBeLoaded) {
    // A table of sections ends the file. Without it, cut files would be found by their segments.
    const test::TemporaryFolder folder;
    const auto bytes = with_header([](auto& h) { h.e_shoff = 0; });
    int loaded = 0;
    for (std::size_t size = bytes.size(); size > 200; size -= std::min<std::size_t>(size, 397)) {
        const auto cut = bytes.substr(0, size);
        if (!problem_of(cut)) {
            EXPECT_TRUE(survives_loading(folder.write("cut.so", cut))) << size;
            ++loaded;
        }
    }
    EXPECT_GT(loaded, 0);
}

TEST_F(ElfFileTest, MostDamageThatWouldKillTheLoaderIsFound) {
    const test::TemporaryFolder folder;
    std::minstd_rand random(3);
    int passed = 0;
    int killed = 0;
    for (int round = 0; round < 600 && passed < 60; ++round) {
        std::string bytes = good;
        bytes[random() % 1024] ^= static_cast<char>(1U << (random() % 8));
        if (!problem_of(bytes)) {
            ++passed;
            killed += survives_loading(folder.write("flip.so", bytes)) ? 0 : 1;
        }
    }
    RecordProperty("passed", passed);
    RecordProperty("killed", killed);
    EXPECT_LT(killed, passed / 10 + 1);
}

}  // namespace
}  // namespace oa::host
