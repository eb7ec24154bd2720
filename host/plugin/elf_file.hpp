#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace oa::host {

/// Bytes at places: a file, or memory in tests.
class ByteSource {
public:
    virtual ~ByteSource() = default;
    [[nodiscard]] virtual std::uint64_t size() const = 0;
    /// Fills `out` from `offset` on. False when the source has fewer bytes than that.
    [[nodiscard]] virtual bool read(std::uint64_t offset, std::span<std::byte> out) const = 0;

protected:
    ByteSource() = default;
    ByteSource(const ByteSource&) = default;
    ByteSource& operator=(const ByteSource&) = default;
};

enum class ElfProblem {
    NotElf,        ///< something else: a text, an archive, an empty file
    NotShared,     ///< a program or an object file
    WrongMachine,  ///< for another processor, word size or byte order
    Damaged,       ///< cut off, or with numbers that point outside the file
};

/// Why a file is no library that this process could load. what() is half a sentence about the
/// file: "is built for AArch64; this machine is x86-64".
class ElfError : public std::runtime_error {
public:
    ElfError(ElfProblem problem, const std::string& what)
        : std::runtime_error(what), problem_(problem) {}
    [[nodiscard]] ElfProblem problem() const noexcept { return problem_; }

private:
    ElfProblem problem_;
};

/// What the loader wants to know of a shared library before its code runs.
struct ElfFacts {
    std::size_t exported_count = 0;     ///< symbols that it offers
    std::vector<std::string> exported;  ///< those functions among them with the prefix asked
    std::vector<std::string> needed;    ///< libraries that it asks for, as it names them
    /// Folders in which the system's loader looks for them before its own (RPATH and RUNPATH).
    std::vector<std::string> search_path;
    std::optional<std::string> manifest;  ///< JSON, as far as anybody knows; at most 1 MiB
    bool executable_stack = false;        ///< would make every stack of the process executable
    bool text_relocations = false;        ///< changes its own code while it is loaded
};

/// Reads the headers and the dynamic symbols of a shared library; trusts no number in it and
/// executes nothing of it. What passes has every mapped byte inside the file, so that loading it
/// cannot end in SIGBUS, and none of the contradictions that the system's loader answers with an
/// abort. Throws ElfError, also for two manifests.
[[nodiscard]] ElfFacts read_elf(const ByteSource& file, std::string_view export_prefix);

}  // namespace oa::host
