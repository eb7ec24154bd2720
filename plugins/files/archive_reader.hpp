#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <archive.h>
#include <archive_entry.h>

#include "archive_support.hpp"
#include "support.hpp"

namespace oa::files {

/// An archive that is read from its start to its end.
class ArchiveReader {
public:
    /// Only this kind is taken. More entries than `entries_max` fail, for a zip archive before its
    /// list of them fills the memory.
    ArchiveReader(const Call& call, std::string path, ArchiveKind kind, std::uint64_t entries_max);
    ArchiveReader(const ArchiveReader&) = delete;
    ArchiveReader& operator=(const ArchiveReader&) = delete;
    ~ArchiveReader() = default;

    /// The next entry; nullptr at the end.
    [[nodiscard]] archive_entry* next();

    struct Piece {
        const char* data = nullptr;  // valid until the next call
        std::size_t size = 0;
        std::int64_t offset = 0;  // in the file
    };
    /// The next piece of the entry's content; false at its end.
    [[nodiscard]] bool read(Piece& piece);

    [[nodiscard]] std::uint64_t size() const { return size_; }
    /// How much of the archive was read, 0 to 1; negative where nobody knows.
    [[nodiscard]] double fraction() const;

private:
    struct End {
        void operator()(archive* handle) const { ::archive_read_free(handle); }
    };
    static la_ssize_t read_block(archive* handle, void* self, const void** block);
    static la_int64_t skip_bytes(archive* handle, void* self, la_int64_t bytes);
    static la_int64_t seek(archive* handle, void* self, la_int64_t offset, int whence);
    [[noreturn]] void fail();
    [[noreturn]] void fail_count() const;
    void count_listed(const char* bytes, std::size_t size);

    const Call& call_;
    std::string path_;
    ArchiveKind kind_;
    std::uint64_t entries_max_;
    Fd file_;
    std::uint64_t size_ = 0;
    std::uint64_t entries_ = 0;
    std::uint64_t listed_ = 0;  // entries of a zip archive's list that were read so far
    bool opening_ = true;       // the first entry was not yet there
    std::string buffer_;
    std::unique_ptr<archive, End> handle_;
};

}  // namespace oa::files
