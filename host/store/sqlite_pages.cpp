// SQLite notices few of the bits that flip on a disk. In a page of its own it looks at the
// structure alone, so that a value may change, and a count of cells may make rows vanish. This
// stands between it and its own files.

#include "host/store/sqlite_pages.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <string_view>
#include <vector>

#include <sqlite3.h>

#include "host/store/sqlite_pass_through.hpp"

namespace oa::host {
namespace {

constexpr std::string_view magic("SQLite format 3\0", 16);
constexpr std::size_t header_size = 100;
constexpr std::size_t reserve_place = 20;
constexpr std::size_t application_place = 68;
constexpr std::size_t page_size_min = 512;

sqlite3_vfs* plain_files = nullptr;

/// What SQLite holds of a database; the file below it stands behind it in memory.
struct File {
    sqlite3_file base;
    bool has_checksums;  // as long as nothing is there: it will

    sqlite3_file* below() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

File& as_file(sqlite3_file* file) {
    return *reinterpret_cast<File*>(file);
}
sqlite3_file* below(sqlite3_file* file) {
    return as_file(file).below();
}

/// SQLite reads and writes whole pages, and otherwise less than the smallest one.
bool is_page(std::size_t size) {
    return size >= page_size_min && (size & (size - 1)) == 0;
}

/// Each bit of the page changes it; pages of nothing but zeroes have another than zero.
std::uint64_t checksum_of(const unsigned char* page, std::size_t size) {
    std::uint64_t first = 0x6F61;
    std::uint64_t second = 0;
    for (std::size_t at = 0; at < size; at += sizeof(std::uint64_t)) {
        std::uint64_t word = 0;
        std::memcpy(&word, page + at, sizeof word);
        first = (first ^ word) * 0x9E3779B97F4A7C15U;
        second += first ^ (first >> 29U);
    }
    return first ^ (second * 0xBF58476D1CE4E5B9U);
}

std::array<unsigned char, checksum_bytes> written_checksum(const unsigned char* page,
                                                           std::size_t size) {
    const std::uint64_t checksum = checksum_of(page, size - checksum_bytes);
    std::array<unsigned char, checksum_bytes> bytes{};
    std::memcpy(bytes.data(), &checksum, bytes.size());
    return bytes;
}

/// What the header tells. False: it is the one of a store, but says that there are no checksums.
bool look_at_header(File& file,
                    const unsigned char* bytes,
                    std::size_t size,
                    sqlite3_int64 offset) {
    if (offset != 0 || size < header_size || std::memcmp(bytes, magic.data(), magic.size()) != 0) {
        return true;
    }
    int application = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        application = application << 8 | bytes[application_place + i];
    }
    file.has_checksums = bytes[reserve_place] == checksum_bytes;
    return file.has_checksums || application != store_application;
}

int read_file(sqlite3_file* file, void* bytes, int amount, sqlite3_int64 offset) {
    const int code = below(file)->pMethods->xRead(below(file), bytes, amount, offset);
    if (code != SQLITE_OK) {
        return code;
    }
    const auto* page = static_cast<const unsigned char*>(bytes);
    const auto size = static_cast<std::size_t>(amount);
    if (!look_at_header(as_file(file), page, size, offset)) {
        return SQLITE_IOERR_DATA;
    }
    if (as_file(file).has_checksums && is_page(size)) {
        const auto expected = written_checksum(page, size);
        if (std::memcmp(page + size - checksum_bytes, expected.data(), expected.size()) != 0) {
            return SQLITE_IOERR_DATA;
        }
    }
    return SQLITE_OK;
}

int write_file(sqlite3_file* file, const void* bytes, int amount, sqlite3_int64 offset) {
    const auto* page = static_cast<const unsigned char*>(bytes);
    const auto size = static_cast<std::size_t>(amount);
    static_cast<void>(look_at_header(as_file(file), page, size, offset));
    if (!as_file(file).has_checksums || !is_page(size)) {
        return below(file)->pMethods->xWrite(below(file), bytes, amount, offset);
    }
    static thread_local std::vector<unsigned char> sealed;
    const auto checksum = written_checksum(page, size);
    sealed.assign(page, page + size - checksum_bytes);
    sealed.insert(sealed.end(), checksum.begin(), checksum.end());
    return below(file)->pMethods->xWrite(below(file), sealed.data(), amount, offset);
}

constexpr sqlite3_io_methods methods = [] {
    sqlite3_io_methods made = PassThrough<File>::methods();
    made.xRead = read_file;
    made.xWrite = write_file;
    return made;
}();

/// Logs and journals have checksums of SQLite's own.
int open_file(
    sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* file, int flags, int* flags_out) {
    if ((flags & SQLITE_OPEN_MAIN_DB) == 0) {
        return plain_files->xOpen(plain_files, name, file, flags, flags_out);
    }
    File& opened = as_file(file);
    opened.base.pMethods = nullptr;
    opened.has_checksums = true;
    const int code = plain_files->xOpen(plain_files, name, opened.below(), flags, flags_out);
    if (opened.below()->pMethods != nullptr) {
        opened.base.pMethods = &methods;
    }
    return code;
}

}  // namespace

const char* checked_pages() {
    static sqlite3_vfs files;
    static std::once_flag is_registered;
    std::call_once(is_registered, [] {
        plain_files = sqlite3_vfs_find(nullptr);
        files = *plain_files;  // names, time, randomness: as they are
        files.szOsFile = static_cast<int>(sizeof(File)) + plain_files->szOsFile;
        files.zName = "oa-checked-pages";
        files.pNext = nullptr;
        files.xOpen = open_file;
        sqlite3_vfs_register(&files, 0);
    });
    return files.zName;
}

}  // namespace oa::host
