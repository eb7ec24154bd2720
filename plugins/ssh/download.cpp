#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checksum.hpp"
#include "plugins/common/fault.hpp"
#include "transfer.hpp"

namespace oa::ssh {

namespace {

constexpr std::size_t piece = std::size_t{512} * 1024;

[[noreturn]] void fail(const std::string& path, int error) {
    const std::string message = path + ": " + std::generic_category().message(error);
    switch (error) {
        case ENOSPC:
        case EDQUOT:
        case EFBIG: throw common::fault(ErrorCode::Exhausted, Retry::Yes, message);
        case EACCES:
        case EPERM:
        case EROFS: throw permission_denied(message);
        case ENOENT: throw not_found(message);
        default: throw failed_precondition(message);
    }
}

/// A file that is written; it is complete once commit() returns.
class LocalTarget {
public:
    LocalTarget(std::string path, bool truncate) : path_(std::move(path)) {
        file_ = Descriptor(
            ::open(path_.c_str(),
                   O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | (truncate ? O_TRUNC : 0), 0600));
        if (!file_.is_open()) {
            fail(path_, errno);
        }
    }

    [[nodiscard]] std::uint64_t size() const {
        struct stat status {};
        return ::fstat(file_.get(), &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
    }
    /// The last bytes, at most `count`.
    [[nodiscard]] std::string tail(std::uint64_t count) const {
        std::string out(std::min(count, size()), '\0');
        const auto start = static_cast<off_t>(size() - out.size());
        const ssize_t got = ::pread(file_.get(), out.data(), out.size(), start);
        out.resize(static_cast<std::size_t>(std::max<ssize_t>(0, got)));
        return out;
    }
    void start_at(std::uint64_t offset) const {
        // Devices have no size.
        if ((::ftruncate(file_.get(), static_cast<off_t>(offset)) != 0 && errno != EINVAL) ||
            ::lseek(file_.get(), 0, SEEK_END) < 0) {
            fail(path_, errno);
        }
    }
    void write(const char* data, std::size_t size) const {
        while (size > 0) {
            const ssize_t count = ::write(file_.get(), data, size);
            if (count < 0 && errno != EINTR) {
                fail(path_, errno);
            }
            const auto done = static_cast<std::size_t>(std::max<ssize_t>(0, count));
            data += done;
            size -= done;
        }
    }
    void finish(std::optional<std::uint32_t> mode, const FileStatus* times) const {
        if (mode && ::fchmod(file_.get(), *mode) != 0) {
            fail(path_, errno);
        }
        if (times != nullptr) {
            const std::array<timespec, 2> both{{{times->access_time, 0}, {times->change_time, 0}}};
            ::futimens(file_.get(), both.data());
        }
        if (::fsync(file_.get()) != 0 && errno != EINVAL) {  // not everything can be synchronised
            fail(path_, errno);
        }
    }

private:
    std::string path_;
    Descriptor file_;
};

class Download {
public:
    Download(Call& call, Sftp& sftp, const TransferOptions& options)
        : call_(call), sftp_(sftp), options_(options), buffer_(piece) {}

    TransferTotals run() {
        const Tree tree =
            remote_tree(sftp_, options_.remote, options_.recursive, options_.follow_links);
        if (tree.items.empty()) {
            throw invalid_params("/remote", options_.remote + " is neither a file nor a folder");
        }
        totals_.skipped = tree.skipped;
        const std::string root = target(tree.items.front().status.type);
        totals_.target = root;
        make_folders(parent_of(root));
        TransferProgress progress(call_, tree.bytes);
        for (const TreeItem& item : tree.items) {
            const std::string local = item.path.empty() ? root : joined(root, item.path);
            const std::string remote =
                item.path.empty() ? options_.remote : joined(options_.remote, item.path);
            if (item.status.type == FileType::Folder) {
                make_folders(local);
            } else {
                receive(remote, local, item.status, progress);
                ++totals_.files;
            }
        }
        finish_folders(tree, root);
        return totals_;
    }

private:
    std::string target(FileType type) const {
        std::string local = options_.local;
        const bool slash = local.ends_with('/');
        while (local.size() > 1 && local.ends_with('/')) {
            local.pop_back();
        }
        std::error_code ignored;
        const bool into =
            slash || (type == FileType::File && std::filesystem::is_directory(local, ignored));
        return into ? joined(local, name_of(options_.remote)) : local;
    }

    void make_folders(const std::string& path) {
        std::error_code failure;
        if (std::filesystem::create_directories(path, failure)) {
            ++totals_.folders;
        }
        if (failure) {
            fail(path, failure.value());
        }
    }

    void receive(const std::string& remote,
                 const std::string& local,
                 const FileStatus& status,
                 TransferProgress& progress) {
        const bool apart = options_.atomic || options_.resume;
        const std::string written =
            apart ? joined(parent_of(local), temporary_name(call_, name_of(local), options_.resume))
                  : local;
        try {
            write(remote, written, local, status, progress);
            if (options_.checksum) {
                totals_.checksum = local_checksum(written, sftp_.session().stopper());
                require_same(totals_.checksum, remote_checksum(call_, sftp_.session(), remote),
                             local);
            }
            if (apart && ::rename(written.c_str(), local.c_str()) != 0) {
                fail(local, errno);
            }
        } catch (...) {
            if (apart && !options_.resume) {
                ::unlink(written.c_str());
            }
            throw;
        }
    }

    void write(const std::string& remote,
               const std::string& written,
               const std::string& local,
               const FileStatus& status,
               TransferProgress& progress) {
        const LocalTarget target(written, !options_.resume);
        RemoteFile file(sftp_, remote, LIBSSH2_FXF_READ);
        const std::uint64_t start = options_.resume ? resumed_at(target, file, status.size) : 0;
        target.start_at(start);
        totals_.resumed += start;
        progress.add(start);
        file.seek(start);
        while (const std::size_t count = file.read(buffer_.data(), buffer_.size())) {
            sftp_.session().stopper().check();
            target.write(buffer_.data(), count);
            totals_.bytes += count;
            progress.add(count);
        }
        file.close();
        target.finish(mode_of(local, status), options_.preserve ? &status : nullptr);
    }

    /// From where to go on: all of the part, if its end is what the file has there; else 0.
    std::uint64_t resumed_at(const LocalTarget& part, RemoteFile& file, std::uint64_t size) {
        const std::uint64_t have = part.size();
        if (have == 0 || have > size) {
            return 0;
        }
        const std::string expected = part.tail(compared_tail);
        file.seek(have - expected.size());
        std::string found(expected.size(), '\0');
        for (std::size_t got = 0; got < found.size();) {
            const std::size_t count = file.read(found.data() + got, found.size() - got);
            if (count == 0) {
                break;
            }
            got += count;
        }
        return expected == found ? have : 0;
    }

    /// What is there keeps its permissions unless others are asked for.
    std::optional<std::uint32_t> mode_of(const std::string& local, const FileStatus& status) const {
        if (options_.mode) {
            return options_.mode;
        }
        if (options_.preserve) {
            return status.mode;
        }
        struct stat before {};
        return ::stat(local.c_str(), &before) == 0 ? before.st_mode & 0777U : 0644U;
    }

    void finish_folders(const Tree& tree, const std::string& root) const {
        if (!options_.preserve) {
            return;
        }
        for (const TreeItem& item : folders_of(tree)) {
            const std::string local = item.path.empty() ? root : joined(root, item.path);
            const std::array<timespec, 2> times{
                {{item.status.access_time, 0}, {item.status.change_time, 0}}};
            ::chmod(local.c_str(), item.status.mode);
            ::utimensat(AT_FDCWD, local.c_str(), times.data(), 0);
        }
    }

    Call& call_;
    Sftp& sftp_;
    const TransferOptions& options_;
    TransferTotals totals_;
    std::vector<char> buffer_;
};

}  // namespace

TransferTotals download(Call& call, Sftp& sftp, const TransferOptions& options) {
    return Download(call, sftp, options).run();
}

}  // namespace oa::ssh
