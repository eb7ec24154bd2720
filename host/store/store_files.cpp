#include "host/store/store_files.hpp"

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace oa::host {
namespace {

[[noreturn]] void fail(const std::string& what) {
    throw StoreError(what + ": " + std::strerror(errno));
}

}  // namespace

std::filesystem::path store_file(const std::filesystem::path& folder) {
    return folder / "runs.db";
}

std::filesystem::path existing_store_file(const std::filesystem::path& folder) {
    std::filesystem::path file = store_file(folder);
    std::error_code error;
    if (!std::filesystem::exists(file, error)) {
        throw StoreMissing("there is no store in " + folder.string() +
                           "; --data FOLDER names one, oa run FILE --data FOLDER makes one");
    }
    return file;
}

std::filesystem::path folder_of(const std::filesystem::path& file) {
    return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

void sync(const std::filesystem::path& path) {
    const int opened = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const bool is_synced = opened >= 0 && ::fsync(opened) == 0;
    const int reason = errno;
    if (opened >= 0) {
        ::close(opened);
    }
    if (!is_synced) {
        errno = reason;
        fail("cannot write " + path.string() + " to the disk");
    }
}

// SQLite would make it readable for all. An empty file is an empty database.
void make_private_file(const std::filesystem::path& file) {
    const int made = ::open(file.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (made >= 0) {
        ::close(made);
        sync(folder_of(file));
    } else if (errno != EEXIST) {
        fail("cannot make " + file.string());
    }
}

void make_private_folder(const std::filesystem::path& folder) {
    std::error_code error;
    if (std::filesystem::is_directory(folder, error)) {
        return;
    }
    if (folder.has_parent_path()) {
        std::filesystem::create_directories(folder.parent_path(), error);
    }
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
        fail("cannot make the folder " + folder.string());
    }
    sync(folder_of(folder));  // what is in a folder is lost with the folder
}

}  // namespace oa::host
