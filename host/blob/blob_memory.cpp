#include "host/blob/blob_memory.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <new>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/blob/blob_error.hpp"

namespace oa::host {
namespace {

std::size_t length_of(std::size_t size) {
    return std::max<std::size_t>(size, 1);  // nothing of no bytes can be mapped or allocated
}

std::string text_of(int error) {
    return std::generic_category().message(error);
}

BlobError no_room(std::size_t size, const std::string& why) {
    return {"exhausted",
            "there is no room for a blob of " + std::to_string(size) + " bytes: " + why};
}

/// Whether a file may grow that long: one that does not is told to the process by a signal that
/// ends it.
bool file_may_have(std::size_t length) {
    rlimit limit{};
    return getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
           length <= limit.rlim_cur;
}

/// A memfd of this length, or -1.
int make_memfd(std::size_t length) {
    if (!file_may_have(length)) {
        return -1;
    }
    const int descriptor = memfd_create("oa-blob", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (descriptor >= 0 && ftruncate(descriptor, static_cast<off_t>(length)) != 0) {
        close(descriptor);
        return -1;
    }
    return descriptor;
}

/// Mappings that are there already must be protected by themselves.
bool seal_memfd(int descriptor) {
    return fcntl(descriptor, F_ADD_SEALS,
                 F_SEAL_FUTURE_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0;
}

/// A file without a name, or -1.
int make_file(const std::filesystem::path& folder) {
    const int unnamed = open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (unnamed >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) {
        return unnamed;
    }
    // Not every file system can do that.
    std::string name = (folder / "oa-blob-XXXXXX").string();
    const int named = mkostemp(name.data(), O_CLOEXEC);
    if (named >= 0) {
        unlink(name.c_str());
    }
    return named;
}

}  // namespace

BlobMemory BlobMemory::allocate(const BlobResources& resources, std::size_t size) {
    if (auto share = QuotaShare::take(resources.memory, size)) {
        return in_ram(resources, size, std::move(share));
    }
    return in_file(resources, size);
}

BlobMemory BlobMemory::in_ram(const BlobResources& resources, std::size_t size, QuotaShare share) {
    BlobMemory out(size < small_blob_bytes ? Kind::Heap : Kind::Memfd, size);
    out.bytes_share_ = std::move(share);
    if (out.kind_ == Kind::Heap) {
        out.data_ = static_cast<std::byte*>(std::calloc(length_of(size), 1));
        if (out.data_ == nullptr) {
            throw no_room(size, "out of memory");
        }
        return out;
    }
    out.descriptor_share_ = QuotaShare::take(resources.descriptors, 1);
    if (out.descriptor_share_) {
        out.descriptor_ = make_memfd(size);
        if (out.descriptor_ >= 0 && out.map(out.descriptor_, MAP_SHARED | MAP_POPULATE)) {
            return out;
        }
    }
    // Too many descriptors are open: memory without one does as well within this process.
    out.descriptor_share_ = {};
    if (out.descriptor_ >= 0) {
        close(std::exchange(out.descriptor_, -1));
    }
    out.kind_ = Kind::Mapping;
    if (!out.map(-1, MAP_PRIVATE | MAP_ANONYMOUS)) {
        throw no_room(size, text_of(errno));
    }
    return out;
}

BlobMemory BlobMemory::in_file(const BlobResources& resources, std::size_t size) {
    const std::string folder = "the folder '" + resources.spill_folder.string() + "'";
    const std::size_t length = length_of(size);
    BlobMemory out(Kind::File, size);
    out.bytes_share_ = QuotaShare::take_anyway(resources.spilled, size);
    out.descriptor_share_ = QuotaShare::take(resources.descriptors, 1);
    if (!file_may_have(length)) {
        throw no_room(size, "files may not be that long here; raise the limit (ulimit -f)");
    }
    out.descriptor_ = make_file(resources.spill_folder);
    if (out.descriptor_ < 0) {
        throw no_room(size, folder + " takes no file for it: " + text_of(errno));
    }
    // All of it now: a disk that is full must not be noticed when the memory is written, as that
    // ends the process.
    if (const int error = posix_fallocate(out.descriptor_, 0, static_cast<off_t>(length))) {
        throw no_room(size, folder + " cannot hold it: " + text_of(error) + "; make room there");
    }
    if (!out.map(out.descriptor_, MAP_SHARED)) {
        throw no_room(size, text_of(errno));
    }
    if (!out.descriptor_share_) {
        close(std::exchange(out.descriptor_, -1));
    }
    return out;
}

bool BlobMemory::map(int descriptor, int flags) {
    void* const memory =
        mmap(nullptr, length_of(size_), PROT_READ | PROT_WRITE, flags, descriptor, 0);
    if (memory == MAP_FAILED) {
        return false;
    }
    data_ = static_cast<std::byte*>(memory);
    return true;
}

BlobMemory::~BlobMemory() {
    if (data_ != nullptr) {
        if (kind_ == Kind::Heap) {
            std::free(data_);
        } else {
            munmap(data_, length_of(size_));
        }
    }
    if (descriptor_ >= 0) {
        close(descriptor_);
    }
}

BlobMemory::BlobMemory(BlobMemory&& other) noexcept {
    *this = std::move(other);
}

BlobMemory& BlobMemory::operator=(BlobMemory&& other) noexcept {
    std::swap(kind_, other.kind_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(descriptor_, other.descriptor_);
    std::swap(bytes_share_, other.bytes_share_);
    std::swap(descriptor_share_, other.descriptor_share_);
    return *this;
}

void BlobMemory::seal() {
    if (kind_ == Kind::Heap) {
        return;
    }
    if (mprotect(data_, length_of(size_), PROT_READ) != 0) {
        throw no_room(size_, "it cannot be protected from changes: " + text_of(errno));
    }
    if (descriptor_ < 0) {
        return;
    }
    if (kind_ == Kind::File) {
        seal_file();
    } else if (!seal_memfd(descriptor_)) {
        throw no_room(size_, "it cannot be sealed: " + text_of(errno));
    }
}

// A file has no seals. Without a descriptor that can write, and without a name, it stays as it is.
void BlobMemory::seal_file() {
    const std::string same = "/proc/self/fd/" + std::to_string(descriptor_);
    const int reading = open(same.c_str(), O_RDONLY | O_CLOEXEC);
    close(std::exchange(descriptor_, reading));
    if (descriptor_ < 0) {
        descriptor_share_ = {};  // no /proc: whoever wants a descriptor gets a copy
    }
}

int make_sealed_copy(std::span<const std::byte> bytes) {
    const std::size_t length = length_of(bytes.size());
    const int descriptor = make_memfd(length);
    if (descriptor < 0) {
        throw no_room(bytes.size(), text_of(errno));
    }
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t count = write(descriptor, bytes.data() + done, bytes.size() - done);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            const int error = errno;
            close(descriptor);
            throw no_room(bytes.size(), text_of(error));
        }
        done += static_cast<std::size_t>(count);
    }
    if (!seal_memfd(descriptor)) {
        const int error = errno;
        close(descriptor);
        throw no_room(bytes.size(), "it cannot be sealed: " + text_of(error));
    }
    return descriptor;
}

}  // namespace oa::host
