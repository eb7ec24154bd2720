#include "tests/support/power_cut_disk.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include <sqlite3.h>

#include "host/store/sqlite_pass_through.hpp"

namespace oa::test {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t sector = 512;

/// Something done to a file that has not been synced.
struct Change {
    std::size_t offset = 0;
    std::string bytes;
    std::optional<std::size_t> size;  // a truncation
};

void apply(std::string& content, const Change& change) {
    if (change.size) {
        content.resize(*change.size, '\0');
        return;
    }
    content.resize(std::max(content.size(), change.offset + change.bytes.size()), '\0');
    content.replace(change.offset, change.bytes.size(), change.bytes);
}

/// A file, whatever name it has.
struct Inode {
    std::string durable;
    std::vector<Change> pending;

    void sync() {
        for (const Change& change : pending) {
            apply(durable, change);
        }
        pending.clear();
    }
};

using Names = std::map<std::string, std::shared_ptr<Inode>>;

/// What one power failure leaves.
class Aftermath {
public:
    explicit Aftermath(std::uint64_t seed) : random_(seed), mode_(static_cast<Mode>(below(5))) {}

    /// Which file a name has: what the disk was told last, or what it knew before.
    std::shared_ptr<Inode> which(const std::shared_ptr<Inode>& before,
                                 const std::shared_ptr<Inode>& now) {
        return before == now || below(2) == 0 ? before : now;
    }

    std::string content_of(const Inode& inode) {
        std::string content = inode.durable;
        switch (mode_) {
            case Mode::Nothing: break;
            case Mode::Everything: keep(content, inode.pending, inode.pending.size()); break;
            case Mode::UpToOne: keep_up_to_one(content, inode.pending); break;
            case Mode::SomeChanges: keep_some(content, inode.pending); break;
            case Mode::SomeSectors: keep_some(content, torn(inode.pending)); break;
        }
        return content;
    }

private:
    enum class Mode { Nothing, Everything, UpToOne, SomeChanges, SomeSectors };

    std::size_t below(std::size_t end) {
        return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_);
    }

    static void keep(std::string& content, const std::vector<Change>& changes, std::size_t count) {
        std::for_each_n(changes.begin(), count,
                        [&](const Change& change) { apply(content, change); });
    }
    void keep_up_to_one(std::string& content, const std::vector<Change>& changes) {
        if (changes.empty()) {
            return;
        }
        const std::size_t whole = below(changes.size());
        keep(content, changes, whole);
        keep_some(content, torn({changes[whole]}));
    }
    void keep_some(std::string& content, std::vector<Change> changes) {
        std::shuffle(changes.begin(), changes.end(), random_);
        for (const Change& change : changes) {
            if (below(2) == 0) {
                apply(content, change);
            }
        }
    }
    static std::vector<Change> torn(const std::vector<Change>& changes) {
        std::vector<Change> parts;
        for (const Change& change : changes) {
            if (change.size) {
                parts.push_back(change);
                continue;
            }
            for (std::size_t at = 0; at < change.bytes.size();) {
                const std::size_t offset = change.offset + at;
                const std::size_t size = sector - offset % sector;
                parts.push_back({offset, change.bytes.substr(at, size), {}});
                at += size;
            }
        }
        return parts;
    }

    std::mt19937_64 random_;
    Mode mode_;
};

bool is_of_the_system(const fs::path& path) {
    const std::string name = path.filename().string();
    return name == "lock" || name.ends_with("-shm");  // shared memory is no file
}

std::string read(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

class Disk {
public:
    void arm(const fs::path& folder, std::uint64_t at) {
        const std::lock_guard lock(mutex_);
        folder_ = folder.string() + '/';
        cut_at_ = at;
        operations_ = 0;
        is_cut_ = false;
        now_.clear();
        std::error_code error;
        for (const auto& entry : fs::directory_iterator(folder, error)) {
            if (!is_of_the_system(entry.path())) {
                now_[entry.path().string()] =
                    std::make_shared<Inode>(Inode{read(entry.path()), {}});
            }
        }
        durable_ = now_;
    }

    void settle(std::uint64_t seed) {
        const std::lock_guard lock(mutex_);
        std::set<std::string> names;
        for (const Names* known : {&now_, &durable_}) {
            for (const auto& [name, inode] : *known) {
                names.insert(name);
            }
        }
        Aftermath aftermath(seed);
        for (const std::string& name : names) {
            const std::shared_ptr<Inode> inode =
                aftermath.which(find(durable_, name), find(now_, name));
            if (inode) {
                std::ofstream out(name, std::ios::binary | std::ios::trunc);
                out << aftermath.content_of(*inode);
            } else {
                fs::remove(name);
            }
            fs::remove(name + "-shm");
        }
        folder_.clear();
        is_cut_ = false;
    }

    void cut() {
        const std::lock_guard lock(mutex_);
        is_cut_ = true;
    }
    bool is_cut() {
        const std::lock_guard lock(mutex_);
        return is_cut_;
    }

    /// The file of that name, which may be a new one; null: it is not followed.
    std::shared_ptr<Inode> open(const char* path, int flags) {
        constexpr int followed = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL;
        const std::lock_guard lock(mutex_);
        if (path == nullptr || folder_.empty() || (flags & followed) == 0 ||
            !std::string(path).starts_with(folder_)) {
            return nullptr;
        }
        std::shared_ptr<Inode>& inode = now_[path];
        if (!inode) {
            inode = std::make_shared<Inode>();
            if ((flags & SQLITE_OPEN_MAIN_DB) != 0) {
                durable_[path] = inode;  // the store makes it itself, and syncs the folder
            }
        }
        return inode;
    }

    /// False: the power has failed.
    bool change(Inode& inode, Change change) {
        const std::lock_guard lock(mutex_);
        if (!has_power()) {
            return false;
        }
        inode.pending.push_back(std::move(change));
        return true;
    }
    bool sync(Inode& inode, bool with_folder) {
        const std::lock_guard lock(mutex_);
        if (!has_power()) {
            return false;
        }
        inode.sync();
        if (with_folder) {
            durable_ = now_;
        }
        return true;
    }
    bool remove(const char* path, bool sync_folder) {
        const std::lock_guard lock(mutex_);
        if (folder_.empty() || !std::string(path).starts_with(folder_)) {
            return true;
        }
        if (!has_power()) {
            return false;
        }
        now_.erase(path);
        if (sync_folder) {
            durable_.erase(path);
        }
        return true;
    }

private:
    static std::shared_ptr<Inode> find(const Names& names, const std::string& name) {
        const auto found = names.find(name);
        return found == names.end() ? nullptr : found->second;
    }
    bool has_power() {
        if (++operations_ == cut_at_) {
            is_cut_ = true;
        }
        return !is_cut_;
    }

    std::mutex mutex_;
    std::string folder_;  // empty: nothing is followed
    std::uint64_t cut_at_ = 0;
    std::uint64_t operations_ = 0;
    bool is_cut_ = false;
    Names now_;      // as the system shows them
    Names durable_;  // as the folder on the disk has them
};

Disk& disk() {
    static Disk only;
    return only;
}

// ----- between SQLite and the system's files -----

sqlite3_vfs* system_files = nullptr;

/// What SQLite holds; the system's own file stands behind it in memory.
struct File {
    sqlite3_file base;
    std::shared_ptr<Inode>* inode;  // null: not followed
    bool syncs_folder;              // with its next sync, as SQLite does for journals that it makes

    sqlite3_file* below() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

File& as_file(sqlite3_file* file) {
    return *reinterpret_cast<File*>(file);
}
sqlite3_file* below(sqlite3_file* file) {
    return as_file(file).below();
}

int close_file(sqlite3_file* file) {
    const int code = below(file)->pMethods->xClose(below(file));
    delete as_file(file).inode;
    as_file(file).inode = nullptr;
    return code;
}
int write_file(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
    if (as_file(file).inode != nullptr &&
        !disk().change(**as_file(file).inode, {static_cast<std::size_t>(offset),
                                               std::string(static_cast<const char*>(bytes),
                                                           static_cast<std::size_t>(size)),
                                               {}})) {
        return SQLITE_IOERR_WRITE;
    }
    return below(file)->pMethods->xWrite(below(file), bytes, size, offset);
}
int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
    if (as_file(file).inode != nullptr &&
        !disk().change(**as_file(file).inode, {0, {}, static_cast<std::size_t>(size)})) {
        return SQLITE_IOERR_TRUNCATE;
    }
    return below(file)->pMethods->xTruncate(below(file), size);
}
int sync_file(sqlite3_file* file, int flags) {
    if (as_file(file).inode == nullptr) {
        return below(file)->pMethods->xSync(below(file), flags);
    }
    if (!disk().sync(**as_file(file).inode, as_file(file).syncs_folder)) {
        return SQLITE_IOERR_FSYNC;
    }
    as_file(file).syncs_folder = false;
    return SQLITE_OK;
}
constexpr sqlite3_io_methods methods = [] {
    sqlite3_io_methods made = host::PassThrough<File>::methods();
    made.xClose = close_file;
    made.xWrite = write_file;
    made.xTruncate = truncate_file;
    made.xSync = sync_file;
    return made;
}();

int open_file(
    sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    File& opened = as_file(file);
    opened.base.pMethods = nullptr;
    opened.inode = nullptr;
    opened.syncs_folder = (flags & SQLITE_OPEN_CREATE) != 0 &&
                          (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
    const int code = system_files->xOpen(system_files, name, opened.below(), flags, out_flags);
    if (code != SQLITE_OK) {
        return code;
    }
    opened.base.pMethods = &methods;
    if (std::shared_ptr<Inode> inode = disk().open(name, flags)) {
        opened.inode = new std::shared_ptr<Inode>(std::move(inode));
    }
    return SQLITE_OK;
}

int remove_file(sqlite3_vfs* /*vfs*/, const char* name, int sync_folder) {
    if (!disk().remove(name, sync_folder != 0)) {
        return SQLITE_IOERR_DELETE;
    }
    return system_files->xDelete(system_files, name, 0);
}

}  // namespace

void PowerCutDisk::install() {
    static sqlite3_vfs vfs;
    system_files = sqlite3_vfs_find(nullptr);
    if (system_files == nullptr || system_files == &vfs) {
        throw std::logic_error("installed twice, or SQLite has no way to files");
    }
    vfs = *system_files;  // names, time, randomness: as the system has them
    vfs.szOsFile = static_cast<int>(sizeof(File)) + system_files->szOsFile;
    vfs.zName = "power-cut";
    vfs.pNext = nullptr;
    vfs.xOpen = open_file;
    vfs.xDelete = remove_file;
    if (sqlite3_vfs_register(&vfs, 1) != SQLITE_OK) {
        throw std::runtime_error("SQLite does not take another way to files");
    }
}

void PowerCutDisk::arm(const std::filesystem::path& folder, std::uint64_t at) {
    disk().arm(folder, at);
}
bool PowerCutDisk::is_cut() {
    return disk().is_cut();
}
void PowerCutDisk::cut() {
    disk().cut();
}
void PowerCutDisk::settle(std::uint64_t seed) {
    disk().settle(seed);
}

}  // namespace oa::test
