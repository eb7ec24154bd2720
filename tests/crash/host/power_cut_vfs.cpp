#include "tests/crash/host/power_cut_vfs.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <sqlite3.h>

#include "host/crash/crash_point.hpp"

namespace oa::test {
namespace {

constexpr sqlite3_int64 sector_bytes = 512;

/// What the processes of a machine see of a file, and what the disk has.
class VolatileFile {
public:
    VolatileFile(std::vector<char> content, std::uint64_t seed)
        : content_(std::move(content)), random_(seed) {}

    std::size_t size() {
        const std::lock_guard lock(mutex_);
        return content_.size();
    }
    int read(char* to, sqlite3_int64 at, int count) {
        const std::lock_guard lock(mutex_);
        const auto size = static_cast<sqlite3_int64>(content_.size());
        const auto have = static_cast<int>(std::clamp<sqlite3_int64>(size - at, 0, count));
        std::copy_n(content_.data() + (have > 0 ? at : 0), have, to);
        std::fill_n(to + have, count - have, '\0');
        return have == count ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
    }
    int write(sqlite3_file* disk, const char* from, sqlite3_int64 at, int count) {
        const std::lock_guard lock(mutex_);
        const sqlite3_int64 end = at + count;
        content_.resize(std::max(content_.size(), static_cast<std::size_t>(end)));
        std::copy_n(from, count, content_.data() + at);
        for (sqlite3_int64 sector = at / sector_bytes; sector * sector_bytes < end; ++sector) {
            unsynced_.insert(sector);
            if (random_() % 4 == 0) {
                if (const int code = let_through(disk, sector); code != SQLITE_OK) {
                    return code;
                }
            }
        }
        return SQLITE_OK;
    }
    void truncate(sqlite3_int64 size) {
        const std::lock_guard lock(mutex_);
        content_.resize(static_cast<std::size_t>(size));
        is_cut_ = true;
    }
    int sync(sqlite3_file* disk) {
        const std::lock_guard lock(mutex_);
        if (is_cut_) {
            is_cut_ = false;
            const auto size = static_cast<sqlite3_int64>(content_.size());
            if (const int code = disk->pMethods->xTruncate(disk, size); code != SQLITE_OK) {
                return code;
            }
        }
        for (const sqlite3_int64 sector : std::exchange(unsynced_, {})) {
            if (const int code = let_through(disk, sector); code != SQLITE_OK) {
                return code;
            }
        }
        return SQLITE_OK;  // the system outlives this process: it need not sync for us
    }

private:
    int let_through(sqlite3_file* disk, sqlite3_int64 sector) {
        const sqlite3_int64 at = sector * sector_bytes;
        const auto size = static_cast<sqlite3_int64>(content_.size());
        const auto count = static_cast<int>(std::min(sector_bytes, size - at));
        return count <= 0 ? SQLITE_OK
                          : disk->pMethods->xWrite(disk, content_.data() + at, count, at);
    }

    std::mutex mutex_;
    std::vector<char> content_;
    std::set<sqlite3_int64> unsynced_;
    bool is_cut_ = false;
    std::mt19937_64 random_;
};

/// Which points a file hits.
struct Points {
    host::CrashPoint before_write;
    host::CrashPoint written;
    host::CrashPoint before_sync;
    host::CrashPoint synced;
};
constexpr Points database_points{"sqlite.before_database_write", "sqlite.database_written",
                                 "sqlite.before_database_sync", "sqlite.database_synced"};
constexpr Points wal_points{"sqlite.before_wal_write", "sqlite.wal_written",
                            "sqlite.before_wal_sync", "sqlite.wal_synced"};

/// An open file, with that of the system behind it.
struct OpenFile {
    const Points* points = nullptr;
    std::shared_ptr<VolatileFile> content;  // null: what is written goes to the system
    sqlite3_file* disk = nullptr;
};
/// What SQLite gives memory for.
struct File {
    sqlite3_file base;
    OpenFile* open;
};

sqlite3_vfs* system_vfs = nullptr;
std::optional<std::uint64_t> cut_seed;

OpenFile& file_of(sqlite3_file* file) {
    return *reinterpret_cast<File*>(file)->open;
}
sqlite3_file* disk_of(sqlite3_file* file) {
    return file_of(file).disk;
}

/// All connections of the process see the same. Never destroyed, as the cut comes at any time.
struct VolatileFiles {
    std::mutex mutex;
    std::map<std::string, std::shared_ptr<VolatileFile>> by_name;
};
VolatileFiles& volatile_files = *new VolatileFiles;

std::shared_ptr<VolatileFile> volatile_file(const std::string& name, sqlite3_file* disk) {
    const std::lock_guard lock(volatile_files.mutex);
    std::shared_ptr<VolatileFile>& file = volatile_files.by_name[name];
    if (!file) {
        sqlite3_int64 size = 0;
        disk->pMethods->xFileSize(disk, &size);
        std::vector<char> content(static_cast<std::size_t>(size));
        disk->pMethods->xRead(disk, content.data(), static_cast<int>(size), 0);
        file = std::make_shared<VolatileFile>(std::move(content),
                                              *cut_seed ^ std::hash<std::string>{}(name));
    }
    return file;
}

int delete_file(sqlite3_vfs*, const char* name, int sync_folder) {
    {
        const std::lock_guard lock(volatile_files.mutex);
        volatile_files.by_name.erase(name);
    }
    return system_vfs->xDelete(system_vfs, name, sync_folder);
}

int read_file(sqlite3_file* file, void* to, int count, sqlite3_int64 at) {
    const OpenFile& mine = file_of(file);
    return mine.content == nullptr ? mine.disk->pMethods->xRead(mine.disk, to, count, at)
                                   : mine.content->read(static_cast<char*>(to), at, count);
}

int write_file(sqlite3_file* file, const void* from, int count, sqlite3_int64 at) {
    const OpenFile& mine = file_of(file);
    crash_point(mine.points->before_write);
    const int code =
        mine.content == nullptr
            ? mine.disk->pMethods->xWrite(mine.disk, from, count, at)
            : mine.content->write(mine.disk, static_cast<const char*>(from), at, count);
    crash_point(mine.points->written);
    return code;
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
    const OpenFile& mine = file_of(file);
    if (mine.content == nullptr) {
        return mine.disk->pMethods->xTruncate(mine.disk, size);
    }
    mine.content->truncate(size);
    return SQLITE_OK;
}

int sync_file(sqlite3_file* file, int flags) {
    const OpenFile& mine = file_of(file);
    crash_point(mine.points->before_sync);
    const int code = mine.content == nullptr ? mine.disk->pMethods->xSync(mine.disk, flags)
                                             : mine.content->sync(mine.disk);
    crash_point(mine.points->synced);
    return code;
}

int size_of_file(sqlite3_file* file, sqlite3_int64* size) {
    const OpenFile& mine = file_of(file);
    if (mine.content == nullptr) {
        return mine.disk->pMethods->xFileSize(mine.disk, size);
    }
    *size = static_cast<sqlite3_int64>(mine.content->size());
    return SQLITE_OK;
}

int close_file(sqlite3_file* file) {
    sqlite3_file* disk = disk_of(file);
    const int code = disk->pMethods->xClose(disk);
    sqlite3_free(disk);
    delete &file_of(file);
    return code;
}

const sqlite3_io_methods methods = [] {
    sqlite3_io_methods table{};
    table.iVersion = 2;  // no memory-mapped reading, which would go past this
    table.xClose = close_file;
    table.xRead = read_file;
    table.xWrite = write_file;
    table.xTruncate = truncate_file;
    table.xSync = sync_file;
    table.xFileSize = size_of_file;
    table.xLock = [](sqlite3_file* file, int level) {
        return disk_of(file)->pMethods->xLock(disk_of(file), level);
    };
    table.xUnlock = [](sqlite3_file* file, int level) {
        return disk_of(file)->pMethods->xUnlock(disk_of(file), level);
    };
    table.xCheckReservedLock = [](sqlite3_file* file, int* out) {
        return disk_of(file)->pMethods->xCheckReservedLock(disk_of(file), out);
    };
    table.xFileControl = [](sqlite3_file* file, int what, void* argument) {
        if (what == SQLITE_FCNTL_SIZE_HINT) {
            return SQLITE_OK;  // would make the file longer than what was written
        }
        return disk_of(file)->pMethods->xFileControl(disk_of(file), what, argument);
    };
    table.xSectorSize = [](sqlite3_file*) { return static_cast<int>(sector_bytes); };
    table.xDeviceCharacteristics = [](sqlite3_file*) { return 0; };  // it promises nothing
    table.xShmMap = [](sqlite3_file* file, int page, int size, int extend, void volatile** out) {
        return disk_of(file)->pMethods->xShmMap(disk_of(file), page, size, extend, out);
    };
    table.xShmLock = [](sqlite3_file* file, int offset, int count, int flags) {
        return disk_of(file)->pMethods->xShmLock(disk_of(file), offset, count, flags);
    };
    table.xShmBarrier = [](sqlite3_file* file) {
        disk_of(file)->pMethods->xShmBarrier(disk_of(file));
    };
    table.xShmUnmap = [](sqlite3_file* file, int remove) {
        return disk_of(file)->pMethods->xShmUnmap(disk_of(file), remove);
    };
    return table;
}();

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    file->pMethods = nullptr;
    auto* disk = static_cast<sqlite3_file*>(
        sqlite3_malloc64(static_cast<sqlite3_uint64>(system_vfs->szOsFile)));
    if (disk == nullptr) {
        return SQLITE_NOMEM;
    }
    std::memset(disk, 0, static_cast<std::size_t>(system_vfs->szOsFile));
    if (const int code = system_vfs->xOpen(system_vfs, name, disk, flags, out_flags);
        code != SQLITE_OK) {
        sqlite3_free(disk);
        return code;
    }
    auto open = std::make_unique<OpenFile>();
    open->disk = disk;
    open->points = (flags & SQLITE_OPEN_WAL) != 0 ? &wal_points : &database_points;
    open->content = cut_seed && name != nullptr ? volatile_file(name, disk) : nullptr;
    reinterpret_cast<File*>(file)->open = open.release();
    file->pMethods = &methods;
    return SQLITE_OK;
}

}  // namespace

void put_between_sqlite_and_its_files(std::optional<std::uint64_t> power_cut_seed) {
    cut_seed = power_cut_seed;
    system_vfs = sqlite3_vfs_find(nullptr);
    static sqlite3_vfs vfs = *system_vfs;
    vfs.zName = "crash";
    vfs.szOsFile = sizeof(File);
    vfs.xOpen = open_file;
    vfs.xDelete = delete_file;
    // The other calls get a table that is not theirs, and look for nothing in it that has changed.
    if (sqlite3_vfs_register(&vfs, 1) != SQLITE_OK) {
        throw std::runtime_error("SQLite does not take another way to its files");
    }
}

}  // namespace oa::test
