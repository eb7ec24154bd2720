#include "sdk/manifest/elf_note.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include <dlfcn.h>
#include <elf.h>
#include <gtest/gtest.h>

#include "tests/support/subprocess.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::manifest {
namespace {

namespace fs = std::filesystem;
using test::run_program;

constexpr const char* json = R"({"manifest":1,"id":"com.example.good"})";

/// What readelf says of the notes in a file.
std::string notes_of(const std::string& file) {
    return run_program({OA_READELF, "-nW", file}).out;
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t out = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++out;
    }
    return out;
}

/// As readelf prints the content of a note that it does not know.
std::string hex(const std::string& text) {
    std::string out;
    for (const char c : text) {
        constexpr const char* digits = "0123456789abcdef";
        out += digits[static_cast<unsigned char>(c) >> 4U];
        out += digits[static_cast<unsigned char>(c) & 15U];
        out += ' ';
    }
    return out;
}

struct ElfNoteTest : testing::Test {
    test::TemporaryFolder folder;
    std::string original = [this] {
        fs::copy_file(OA_FIXTURE_FILE, folder / "original.so");
        return folder.read("original.so");
    }();
    std::string file = folder.write("good.so", original);

    void expect_manifest(const std::string& text) const {
        const auto notes = notes_of(file);
        EXPECT_EQ(count(notes, "0x544d0001"), 1U) << notes;
        EXPECT_NE(notes.find(hex(text)), std::string::npos) << notes;
    }
    [[nodiscard]] std::string problem(const std::string& bytes) const {
        const auto bad = folder.write("bad.so", bytes);
        try {
            embed(bad, json);
            return "";
        } catch (const ElfNoteError& error) {
            EXPECT_EQ(folder.read("bad.so"), bytes);
            return error.what();
        }
    }
    template <typename Change>
    [[nodiscard]] std::string with_header(Change change) const {
        std::string out = original;
        Elf64_Ehdr header{};
        std::memcpy(&header, out.data(), sizeof(header));
        change(header);
        std::memcpy(out.data(), &header, sizeof(header));
        return out;
    }
};

TEST_F(ElfNoteTest, PutsTheManifestWhereToolsSeeIt) {
    embed(file, json);
    expect_manifest(json);
}

TEST_F(ElfNoteTest, LeavesNothingBesideTheFile) {
    embed(file, json);
    EXPECT_THROW(embed(folder.write("text.so", "text"), json), ElfNoteError);
    const auto files = std::distance(fs::directory_iterator(folder.path()), {});
    EXPECT_EQ(files, 3);  // the original, good.so and text.so
}

TEST_F(ElfNoteTest, SurvivesStrip) {
    for (const char* how : {"--strip-unneeded", "--strip-debug", "--strip-all"}) {
        folder.write("good.so", original);
        embed(file, json);
        ASSERT_EQ(run_program({OA_STRIP, how, file}).exit_status, 0);
        expect_manifest(json);
        embed(file, "{}");
        expect_manifest("{}");
    }
}

TEST_F(ElfNoteTest, KeepsTheLibraryLoadable) {
    embed(file, json);
    ASSERT_EQ(run_program({OA_STRIP, file}).exit_status, 0);
    embed(file, json);
    void* const library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(library, nullptr) << dlerror();
    EXPECT_NE(dlsym(library, "oa_module_entry_v1"), nullptr);
    EXPECT_EQ(run_program({OA_READELF, "-aW", file}).err, "");
}

TEST_F(ElfNoteTest, ReplacesAManifestWithoutGrowing) {
    embed(file, json);
    const auto size = fs::file_size(file);
    const std::string first = folder.read("good.so");
    for (int round = 0; round < 10; ++round) {
        embed(file, std::string(5000, 'x'));
        expect_manifest(std::string(5000, 'x'));
        embed(file, json);
        expect_manifest(json);
        EXPECT_EQ(fs::file_size(file), size);
    }
    EXPECT_EQ(folder.read("good.so"), first);
}

TEST_F(ElfNoteTest, KeepsWhatFollowsTheLibraryInItsFile) {
    const std::string payload = "something that another tool put behind the library";
    folder.write("good.so", original + payload);
    for (int round = 0; round < 3; ++round) {
        embed(file, json);
        expect_manifest(json);
        EXPECT_NE(folder.read("good.so").find(payload), std::string::npos);
    }
    EXPECT_LT(fs::file_size(file), original.size() + 8192);
}

TEST_F(ElfNoteTest, KeepsTheMode) {
    fs::permissions(file, fs::perms::owner_all | fs::perms::group_read);
    embed(file, json);
    EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_all | fs::perms::group_read);
}

TEST_F(ElfNoteTest, WritesThroughALink) {
    fs::create_symlink("good.so", folder / "link.so");
    embed(folder / "link.so", json);
    EXPECT_TRUE(fs::is_symlink(folder / "link.so"));
    expect_manifest(json);
}

TEST_F(ElfNoteTest, RefusesWhatIsNoLibrary) {
    EXPECT_EQ(problem(""), "is no ELF file");
    EXPECT_EQ(problem("#!/bin/sh\n"), "is no ELF file");
    EXPECT_EQ(problem(original.substr(0, 20)), "is cut off");
    EXPECT_EQ(problem(with_header([](auto& h) { h.e_type = ET_REL; })), "is no shared library");
    EXPECT_EQ(problem(with_header([](auto& h) { h.e_ident[EI_CLASS] = ELFCLASS32; })),
              "is no 64-bit little-endian ELF file");
    EXPECT_NE(problem(with_header([](auto& h) { h.e_shoff = 0; })).find("no section headers"),
              std::string::npos);
    EXPECT_NE(problem(with_header([](auto& h) { h.e_shoff = ~0ULL; })).find("damaged"),
              std::string::npos);
    EXPECT_NE(problem(with_header([](auto& h) { h.e_shstrndx = 0; })).find("section names"),
              std::string::npos);
    EXPECT_THROW(embed(folder / "missing.so", json), ElfNoteError);
    EXPECT_THROW(embed(folder.path(), json), ElfNoteError);
    EXPECT_THROW(embed(file, std::string((1U << 20U) + 1, 'x')), ElfNoteError);
}

struct ManifestProgramTest : ElfNoteTest {
    test::ProcessResult run(const std::vector<std::string>& arguments) {
        std::vector<std::string> all{OA_MANIFEST_PROGRAM};
        all.insert(all.end(), arguments.begin(), arguments.end());
        return run_program(all);
    }
};

TEST_F(ManifestProgramTest, EmbedsWhatItPrints) {
    const auto printed = run({"--print", file});
    ASSERT_EQ(printed.exit_status, 0) << printed.err;
    EXPECT_EQ(printed.out.substr(0, 46), R"({"manifest":1,"abi":"1.0","abi_min":"1.0","id")");
    EXPECT_EQ(folder.read("good.so"), original);

    const auto embedded = run({file});
    ASSERT_EQ(embedded.exit_status, 0) << embedded.err;
    EXPECT_EQ(embedded.out, "");
    expect_manifest(printed.out.substr(0, printed.out.size() - 1));
}

TEST_F(ManifestProgramTest, TellsWhatIsWrong) {
    EXPECT_EQ(run({}).exit_status, 2);
    EXPECT_EQ(run({"--print"}).exit_status, 2);
    const auto text = folder.write("text.so", "text");
    for (const auto& bad : {text, folder.at("missing.so")}) {
        const auto result = run({bad});
        EXPECT_EQ(result.exit_status, 1);
        EXPECT_NE(result.err.find(bad), std::string::npos) << result.err;
        EXPECT_EQ(result.out, "");
    }
}

TEST_F(ManifestProgramTest, NeedsNoCppRuntimeOfTheSystem) {
    const auto dynamic = run_program({OA_READELF, "-dW", OA_MANIFEST_PROGRAM}).out;
    EXPECT_NE(dynamic.find("libc.so"), std::string::npos);
    EXPECT_EQ(dynamic.find(OA_SANITIZED ? "nothing" : "libstdc++"), std::string::npos) << dynamic;
}

}  // namespace
}  // namespace oa::manifest
