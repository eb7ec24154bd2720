#pragma once

#include <sqlite3.h>

namespace oa::host {

/// What a file does that stands between SQLite and another one and has nothing to say: as the one
/// below. `File` begins with a sqlite3_file, and has below(). Without mapped reads, which would go
/// past it.
template <typename File>
class PassThrough {
public:
    static sqlite3_file* below(sqlite3_file* file) {
        return reinterpret_cast<File*>(file)->below();
    }
    static constexpr sqlite3_io_methods methods() {
        return {.iVersion = 2,
                .xClose = close,
                .xRead = read,
                .xWrite = write,
                .xTruncate = truncate,
                .xSync = sync,
                .xFileSize = size,
                .xLock = lock,
                .xUnlock = unlock,
                .xCheckReservedLock = check_lock,
                .xFileControl = control,
                .xSectorSize = sector_size,
                .xDeviceCharacteristics = characteristics,
                .xShmMap = map_shared,
                .xShmLock = lock_shared,
                .xShmBarrier = order_shared,
                .xShmUnmap = unmap_shared,
                .xFetch = nullptr,
                .xUnfetch = nullptr};
    }

private:
    static const sqlite3_io_methods& of(sqlite3_file* file) { return *below(file)->pMethods; }

    static int close(sqlite3_file* file) { return of(file).xClose(below(file)); }
    static int read(sqlite3_file* file, void* bytes, int size, sqlite3_int64 offset) {
        return of(file).xRead(below(file), bytes, size, offset);
    }
    static int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
        return of(file).xWrite(below(file), bytes, size, offset);
    }
    static int truncate(sqlite3_file* file, sqlite3_int64 size) {
        return of(file).xTruncate(below(file), size);
    }
    static int sync(sqlite3_file* file, int flags) { return of(file).xSync(below(file), flags); }
    static int size(sqlite3_file* file, sqlite3_int64* size) {
        return of(file).xFileSize(below(file), size);
    }
    static int lock(sqlite3_file* file, int kind) { return of(file).xLock(below(file), kind); }
    static int unlock(sqlite3_file* file, int kind) { return of(file).xUnlock(below(file), kind); }
    static int check_lock(sqlite3_file* file, int* result) {
        return of(file).xCheckReservedLock(below(file), result);
    }
    static int control(sqlite3_file* file, int operation, void* argument) {
        return of(file).xFileControl(below(file), operation, argument);
    }
    static int sector_size(sqlite3_file* file) { return of(file).xSectorSize(below(file)); }
    static int characteristics(sqlite3_file* file) {
        return of(file).xDeviceCharacteristics(below(file));
    }
    static int map_shared(
        sqlite3_file* file, int page, int size, int extend, void volatile** memory) {
        return of(file).xShmMap(below(file), page, size, extend, memory);
    }
    static int lock_shared(sqlite3_file* file, int offset, int count, int flags) {
        return of(file).xShmLock(below(file), offset, count, flags);
    }
    static void order_shared(sqlite3_file* file) { of(file).xShmBarrier(below(file)); }
    static int unmap_shared(sqlite3_file* file, int remove) {
        return of(file).xShmUnmap(below(file), remove);
    }
};

}  // namespace oa::host
