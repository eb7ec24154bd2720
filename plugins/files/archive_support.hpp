#pragma once

#include <chrono>
#include <clocale>
#include <cstdint>
#include <string>
#include <string_view>

#include <archive.h>

#include "oa/plugin.hpp"

namespace oa::files {

enum class ArchiveKind { Zip, Tar };
enum class Compression { None, Gzip, Bzip2, Xz, Zstd };

/// What the name of a tar archive tells; INVALID_PARAMS, asking for `compression`, when it tells
/// nothing.
[[nodiscard]] Compression compression_of_name(std::string_view path);

/// While it lives, this thread takes names for UTF-8, as libarchive needs; the process keeps its
/// locale.
class Utf8Thread {
public:
    Utf8Thread();
    ~Utf8Thread();
    Utf8Thread(const Utf8Thread&) = delete;
    Utf8Thread& operator=(const Utf8Thread&) = delete;

private:
    locale_t utf8_;
    locale_t before_ = nullptr;
};

/// Fails with what libarchive says; its code tells whether the system or the archive is at fault.
[[noreturn]] void throw_archive(archive* handle, std::string_view action, const std::string& path);

/// Tells the host how far the work is, at most once a second.
class Progress {
public:
    explicit Progress(Call& call) : call_(call) {}
    /// `fraction` is negative where nobody knows.
    void tell(double fraction, std::uint64_t entries, std::uint64_t bytes);

private:
    Call& call_;
    std::chrono::steady_clock::time_point next_ = std::chrono::steady_clock::now();
};

}  // namespace oa::files
