#include "host/audit/audit_file.hpp"

#include <cerrno>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/crash/crash_point.hpp"

namespace oa::host {
namespace {

constexpr mode_t private_file = 0600;

int flags_of(AuditFile::Use use) {
    switch (use) {
        case AuditFile::Use::Read: return O_RDONLY | O_CLOEXEC;
        case AuditFile::Use::Append: return O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
        case AuditFile::Use::Note: break;
    }
    return O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
}

}  // namespace

AuditFile::AuditFile(const std::filesystem::path& path, Use use)
    : path_(path), descriptor_(::open(path.c_str(), flags_of(use), private_file)) {
    if (descriptor_ < 0) {
        fail("cannot be opened");
    }
}

AuditFile::~AuditFile() {
    ::close(descriptor_);
}

std::uint64_t AuditFile::size() const {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0) {
        fail("cannot be read");
    }
    return static_cast<std::uint64_t>(status.st_size);
}

std::string AuditFile::read(std::uint64_t offset, std::size_t size) const {
    std::string bytes(size, '\0');
    std::size_t count = 0;
    while (count < size) {
        const ssize_t got = ::pread(descriptor_, bytes.data() + count, size - count,
                                    static_cast<off_t>(offset + count));
        if (got < 0 && errno != EINTR) {
            fail("cannot be read");
        }
        if (got == 0) {
            break;
        }
        count += got > 0 ? static_cast<std::size_t>(got) : 0;
    }
    bytes.resize(count);
    return bytes;
}

void AuditFile::append(std::string_view bytes) {
    const std::uint64_t before = size();
    crash_point("audit.before_write");
    ssize_t written = 0;
    do {
        written = ::write(descriptor_, bytes.data(), bytes.size());
    } while (written < 0 && errno == EINTR);
    crash_point("audit.written");
    if (written == static_cast<ssize_t>(bytes.size())) {
        return;
    }
    if (written >= 0) {
        // Half a line would stay for ever, and be taken for damage.
        static_cast<void>(::ftruncate(descriptor_, static_cast<off_t>(before)) == 0);
        errno = ENOSPC;
    }
    fail("cannot be written");
}

void AuditFile::note(std::string_view bytes) {
    const ssize_t written = ::pwrite(descriptor_, bytes.data(), bytes.size(), 0);
    if (written != static_cast<ssize_t>(bytes.size())) {
        fail("cannot be written");
    }
}

void AuditFile::sync() {
    if (::fsync(descriptor_) != 0) {
        fail("cannot be brought to the disk");
    }
}

void AuditFile::lock_alone() {
    lock(LOCK_EX);
}

void AuditFile::lock_shared() {
    lock(LOCK_SH);
}

void AuditFile::lock(int operation) {
    while (::flock(descriptor_, operation) != 0) {
        if (errno != EINTR) {
            fail("cannot be locked");
        }
    }
}

void AuditFile::fail(const char* what) const {
    throw AuditError(path_.string() + ' ' + what + ": " + std::strerror(errno));
}

void sync_folder(const std::filesystem::path& folder) {
    const std::filesystem::path path = folder.empty() ? "." : folder;
    AuditFile(path, AuditFile::Use::Read).sync();
}

}  // namespace oa::host
