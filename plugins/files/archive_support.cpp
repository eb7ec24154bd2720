#include "archive_support.hpp"

#include <array>
#include <cerrno>
#include <utility>

#include "support.hpp"

namespace oa::files {

Compression compression_of_name(std::string_view path) {
    constexpr std::array<std::pair<std::string_view, Compression>, 13> endings{{
        {".tar", Compression::None},
        {".tar.gz", Compression::Gzip},
        {".tgz", Compression::Gzip},
        {".tar.bz2", Compression::Bzip2},
        {".tbz2", Compression::Bzip2},
        {".tbz", Compression::Bzip2},
        {".tb2", Compression::Bzip2},
        {".tar.xz", Compression::Xz},
        {".txz", Compression::Xz},
        {".tar.zst", Compression::Zstd},
        {".tzst", Compression::Zstd},
        {".tar.zstd", Compression::Zstd},
        {".tzstd", Compression::Zstd},
    }};
    for (const auto& [ending, compression] : endings) {
        if (path.ends_with(ending)) {
            return compression;
        }
    }
    throw invalid_params("/compression", "the name '" + std::string(path) +
                                             "' does not tell how to compress: let it end in "
                                             ".tar, .tar.gz, .tar.bz2, .tar.xz or .tar.zst, or "
                                             "give compression");
}

Utf8Thread::Utf8Thread() : utf8_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (utf8_ != nullptr) {
        before_ = ::uselocale(utf8_);
    }
}

Utf8Thread::~Utf8Thread() {
    if (utf8_ != nullptr) {
        ::uselocale(before_);
        ::freelocale(utf8_);
    }
}

void throw_archive(archive* handle, std::string_view action, const std::string& path) {
    const char* said = ::archive_error_string(handle);
    const int error = ::archive_errno(handle);
    ErrorCode code = ErrorCode::Precondition;
    if (error == ENOMEM || error == ENOSPC || error == EIO) {
        code = code_of_errno(error);
    }
    throw Error(code, "cannot " + std::string(action) + " '" + path +
                          "': " + with_marks(said == nullptr ? "the archive is damaged" : said));
}

void Progress::tell(double fraction, std::uint64_t entries, std::uint64_t bytes) {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_) {
        return;
    }
    next_ = now + std::chrono::seconds(1);
    call_.progress(
        fraction, std::to_string(entries) + " entries, " + std::to_string((bytes >> 20U)) + " MiB");
}

}  // namespace oa::files
