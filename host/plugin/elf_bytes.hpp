#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "host/plugin/elf_file.hpp"

namespace oa::host {

/// Throws ElfError (Damaged).
[[noreturn]] inline void damaged(const std::string& what) {
    throw ElfError(ElfProblem::Damaged, what);
}

/// Reads tables out of a file of which no number can be trusted.
class ElfBytes {
public:
    explicit ElfBytes(const ByteSource& file) : file_(file) {}

    [[nodiscard]] std::uint64_t size() const { return file_.size(); }
    [[nodiscard]] bool fits(std::uint64_t offset, std::uint64_t length) const {
        return offset <= size() && length <= size() - offset;
    }

    /// `what` names the table in the error that is thrown when it is not all in the file.
    template <typename T>
    [[nodiscard]] std::vector<T> objects(std::uint64_t offset,
                                         std::uint64_t count,
                                         const char* what) const {
        static_assert(std::is_trivially_copyable_v<T>);
        if (count > size() / sizeof(T) || !fits(offset, count * sizeof(T))) {
            damaged(std::string("is cut off: its ") + what + " lies outside the file");
        }
        std::vector<T> out(static_cast<std::size_t>(count));
        if (!file_.read(offset, std::as_writable_bytes(std::span(out)))) {
            damaged(std::string("is cut off: its ") + what + " cannot be read");
        }
        return out;
    }

private:
    const ByteSource& file_;
};

}  // namespace oa::host
