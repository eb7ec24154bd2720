#include "archive_reader.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace oa::files {

namespace {

constexpr std::size_t block_size = std::size_t{128} * 1024;
constexpr std::string_view list_mark{"PK\x01\x02", 4};  // before each entry of a zip's list

}  // namespace

ArchiveReader::ArchiveReader(const Call& call,
                             std::string path,
                             ArchiveKind kind,
                             std::uint64_t entries_max)
    : call_(call),
      path_(std::move(path)),
      kind_(kind),
      entries_max_(entries_max),
      file_(open_for_reading(path_)),
      buffer_(block_size, '\0'),
      handle_(::archive_read_new()) {
    struct stat info {};
    if (::fstat(file_.get(), &info) != 0) {
        throw_errno(errno, "read", path_);
    }
    if (!handle_) {
        throw exhausted("there is no memory left");
    }
    size_ = static_cast<std::uint64_t>(info.st_size);
    archive* handle = handle_.get();
    // Nothing that starts other programs, and no format that nobody asked for.
    if (kind == ArchiveKind::Zip) {
        ::archive_read_support_format_zip_seekable(handle);
    } else {
        ::archive_read_support_format_tar(handle);
        ::archive_read_support_filter_gzip(handle);
        ::archive_read_support_filter_bzip2(handle);
        ::archive_read_support_filter_xz(handle);
        ::archive_read_support_filter_zstd(handle);
    }
    ::archive_read_set_read_callback(handle, read_block);
    ::archive_read_set_skip_callback(handle, skip_bytes);
    ::archive_read_set_seek_callback(handle, seek);
    ::archive_read_set_callback_data(handle, this);
    if (::archive_read_open1(handle) != ARCHIVE_OK) {
        fail();
    }
}

la_ssize_t ArchiveReader::read_block(archive* handle, void* self, const void** block) {
    auto& reader = *static_cast<ArchiveReader*>(self);
    if (reader.call_.cancelled()) {
        ::archive_set_error(handle, ECANCELED, "cancelled");
        return -1;
    }
    la_ssize_t got = 0;
    do {
        got = ::read(reader.file_.get(), reader.buffer_.data(), reader.buffer_.size());
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        ::archive_set_error(handle, errno, "%s", std::strerror(errno));
        return -1;
    }
    if (reader.opening_ && reader.kind_ == ArchiveKind::Zip) {
        reader.count_listed(reader.buffer_.data(), static_cast<std::size_t>(got));
        if (reader.listed_ > reader.entries_max_) {
            ::archive_set_error(handle, E2BIG, "it has too many entries");
            return -1;
        }
    }
    *block = reader.buffer_.data();
    return got;
}

la_int64_t ArchiveReader::skip_bytes(archive*, void* self, la_int64_t bytes) {
    const auto& reader = *static_cast<ArchiveReader*>(self);
    const off_t before = ::lseek(reader.file_.get(), 0, SEEK_CUR);
    const off_t after = ::lseek(reader.file_.get(), bytes, SEEK_CUR);
    return before < 0 || after < before ? 0 : after - before;
}

la_int64_t ArchiveReader::seek(archive*, void* self, la_int64_t offset, int whence) {
    const off_t at = ::lseek(static_cast<ArchiveReader*>(self)->file_.get(), offset, whence);
    return at < 0 ? ARCHIVE_FATAL : at;
}

void ArchiveReader::count_listed(const char* bytes, std::size_t size) {
    const char* const end = bytes + size;
    while (true) {
        const void* found = ::memmem(bytes, static_cast<std::size_t>(end - bytes), list_mark.data(),
                                     list_mark.size());
        if (found == nullptr) {
            return;
        }
        ++listed_;
        bytes = static_cast<const char*>(found) + list_mark.size();
    }
}

void ArchiveReader::fail_count() const {
    throw exhausted("'" + path_ + "' holds more than " + std::to_string(entries_max_) +
                    " entries: raise max_entries if it may");
}

void ArchiveReader::fail() {
    call_.check();
    if (::archive_errno(handle_.get()) == E2BIG) {
        fail_count();
    }
    throw_archive(handle_.get(), "unpack", path_);
}

archive_entry* ArchiveReader::next() {
    call_.check();
    archive_entry* entry = nullptr;
    const int status = ::archive_read_next_header(handle_.get(), &entry);
    opening_ = false;
    if (status == ARCHIVE_EOF) {
        return nullptr;
    }
    // A warning is about a name or a time; names are looked at later.
    if (status < ARCHIVE_WARN) {
        fail();
    }
    if (++entries_ > entries_max_) {
        fail_count();
    }
    return entry;
}

bool ArchiveReader::read(Piece& piece) {
    call_.check();
    const void* data = nullptr;
    la_int64_t offset = 0;
    const int status = ::archive_read_data_block(handle_.get(), &data, &piece.size, &offset);
    if (status == ARCHIVE_EOF) {
        return false;
    }
    if (status < ARCHIVE_OK) {
        fail();
    }
    piece.data = static_cast<const char*>(data);
    piece.offset = offset;
    return true;
}

double ArchiveReader::fraction() const {
    if (kind_ == ArchiveKind::Zip || size_ == 0) {
        return -1;
    }
    return static_cast<double>(::archive_filter_bytes(handle_.get(), -1)) /
           static_cast<double>(size_);
}

}  // namespace oa::files
