#include "host/isolation/private_file.hpp"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/crash/crash_point.hpp"
#include "host/isolation/protocol/channel.hpp"

namespace oa::host::isolation {
namespace {

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

void write_all(int descriptor, const std::string& content, const std::string& name) {
    std::size_t done = 0;
    while (done < content.size()) {
        const ssize_t count = ::write(descriptor, content.data() + done, content.size() - done);
        if (count < 0 && errno != EINTR) {
            fail("cannot write " + name);
        }
        done += count > 0 ? static_cast<std::size_t>(count) : 0;
    }
    if (::fsync(descriptor) != 0) {
        fail("cannot write " + name);
    }
}

}  // namespace

void make_private_folder(const std::filesystem::path& folder) {
    // Others may pass through, as the store of plug-ins lies below, but see nothing.
    constexpr mode_t mode = S_IRWXU | S_IXGRP | S_IXOTH;
    if (::mkdir(folder.c_str(), mode) == 0 || errno == EEXIST) {
        return;
    }
    if (errno != ENOENT || !folder.has_parent_path() || folder.parent_path() == folder) {
        fail("cannot make the folder " + folder.string());
    }
    make_private_folder(folder.parent_path());
    if (::mkdir(folder.c_str(), mode) != 0 && errno != EEXIST) {
        fail("cannot make the folder " + folder.string());
    }
}

void replace_file(const std::filesystem::path& file, const std::string& content) {
    std::string name = file.string() + ".XXXXXX";
    const Descriptor descriptor(::mkostemp(name.data(), O_CLOEXEC));
    if (!descriptor) {
        fail("cannot make a file beside " + file.string());
    }
    try {
        write_all(descriptor.get(), content, name);
        crash_point("isolation.file_synced");
        if (::rename(name.c_str(), file.c_str()) != 0) {
            fail("cannot replace " + file.string());
        }
        crash_point("isolation.file_replaced");
    } catch (...) {
        ::unlink(name.c_str());
        throw;
    }
}

std::string read_small_file(const std::filesystem::path& file, std::size_t bytes_max) {
    const Descriptor descriptor(
        ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat facts {};
    if (!descriptor || ::fstat(descriptor.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) {
        return {};
    }
    std::string out(bytes_max, '\0');
    std::size_t used = 0;
    while (used < bytes_max) {
        const ssize_t count = ::read(descriptor.get(), out.data() + used, bytes_max - used);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            break;
        }
        used += static_cast<std::size_t>(count);
    }
    out.resize(used);
    return out;
}

}  // namespace oa::host::isolation
