#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "checksum.hpp"
#include "plugins/common/fault.hpp"
#include "transfer.hpp"

namespace oa::ssh {

namespace {

constexpr std::size_t piece = std::size_t{256} * 1024;
constexpr unsigned long write_flags = LIBSSH2_FXF_WRITE | LIBSSH2_FXF_CREAT;

class LocalFile {
public:
    explicit LocalFile(const std::string& path)
        : path_(path), file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)) {
        if (!file_.is_open()) {
            fail();
        }
    }
    /// Adds up to `size` bytes to `buffer`; false at the end of the file.
    bool read(std::string& buffer, std::size_t size) {
        const std::size_t before = buffer.size();
        buffer.resize(before + size);
        const ssize_t count = ::read(file_.get(), buffer.data() + before, size);
        if (count < 0) {
            fail();
        }
        buffer.resize(before + static_cast<std::size_t>(count));
        return count > 0;
    }
    void seek(std::uint64_t offset) {
        if (::lseek(file_.get(), static_cast<off_t>(offset), SEEK_SET) < 0) {
            fail();
        }
    }

private:
    [[noreturn]] void fail() const {
        const int error = errno;
        const std::string message = path_ + ": " + std::generic_category().message(error);
        throw error == EACCES ? permission_denied(message) : failed_precondition(message);
    }

    std::string path_;
    Descriptor file_;
};

class Upload {
public:
    Upload(Call& call, Sftp& sftp, const TransferOptions& options)
        : call_(call), sftp_(sftp), options_(options) {}

    TransferTotals run() {
        const Tree tree = local_tree(options_.local, options_.recursive, options_.follow_links,
                                     sftp_.session().stopper());
        if (tree.items.empty()) {
            throw invalid_params("/local", options_.local + " is neither a file nor a folder");
        }
        totals_.skipped = tree.skipped;
        const std::string root = target(tree.items.front().status.type);
        totals_.target = root;
        totals_.folders += sftp_.make_folders(parent_of(root));
        TransferProgress progress(call_, tree.bytes);
        for (const TreeItem& item : tree.items) {
            const std::string local =
                item.path.empty() ? options_.local : joined(options_.local, item.path);
            const std::string remote = item.path.empty() ? root : joined(root, item.path);
            if (item.status.type == FileType::Folder) {
                totals_.folders += sftp_.make_folders(remote);
            } else {
                send(local, remote, item.status, progress);
                ++totals_.files;
            }
        }
        finish_folders(tree, root);
        return totals_;
    }

private:
    /// A remote path that ends with a slash, or is a folder while a file comes, is where it goes
    /// into.
    std::string target(FileType type) {
        std::string remote = options_.remote;
        const bool slash = remote.ends_with('/');
        while (remote.size() > 1 && remote.ends_with('/')) {
            remote.pop_back();
        }
        bool into = slash;
        if (!into && type == FileType::File) {
            const auto there = sftp_.find(remote);
            into = there && there->type == FileType::Folder;
        }
        return into ? joined(remote, name_of(options_.local)) : remote;
    }

    void send(const std::string& local,
              const std::string& remote,
              const FileStatus& status,
              TransferProgress& progress) {
        const bool apart = options_.atomic || options_.resume;
        const std::string written =
            apart
                ? joined(parent_of(remote), temporary_name(call_, name_of(remote), options_.resume))
                : remote;
        // What is there keeps its permissions unless others are asked for.
        const auto before = options_.preserve || options_.mode ? std::nullopt : sftp_.find(remote);
        try {
            write(local, written, status, progress);
            if (options_.checksum) {
                totals_.checksum = local_checksum(local, sftp_.session().stopper());
                require_same(totals_.checksum, remote_checksum(call_, sftp_.session(), written),
                             remote);
            }
            finish(written, before ? *before : status, before.has_value(), status);
            if (apart) {
                sftp_.replace(written, remote);
            }
        } catch (const Error& error) {
            const bool full = is_full(error, written);  // asked before tidying makes room
            tidy(error, apart && !options_.resume ? written : std::string());
            if (full) {
                throw common::fault(ErrorCode::Exhausted, Retry::Yes,
                                    std::string(error.what()) + ": the disk is full");
            }
            throw;
        }
    }

    void write(const std::string& local,
               const std::string& remote,
               const FileStatus& status,
               TransferProgress& progress) {
        LocalFile source(local);
        const std::uint64_t start = options_.resume ? resumed_at(source, remote, status.size) : 0;
        source.seek(start);
        totals_.resumed += start;
        progress.add(start);
        RemoteFile file(sftp_, remote, write_flags | (start == 0 ? LIBSSH2_FXF_TRUNC : 0));
        file.seek(start);
        file.write([&source](std::string& buffer) { return source.read(buffer, piece); },
                   [&](std::size_t count) {
                       totals_.bytes += count;
                       progress.add(count);
                   });
        file.close();
    }

    /// From where to go on: all of the part, if its end is what the file has there; else 0.
    std::uint64_t resumed_at(LocalFile& source, const std::string& part, std::uint64_t size) {
        const auto there = sftp_.find(part);
        if (!there || there->size > size || there->size == 0) {
            return 0;
        }
        const std::uint64_t tail = std::min(there->size, compared_tail);
        source.seek(there->size - tail);
        std::string expected;
        while (expected.size() < tail && source.read(expected, tail - expected.size())) {
        }
        std::string found(tail, '\0');
        RemoteFile file(sftp_, part, LIBSSH2_FXF_READ);
        file.seek(there->size - tail);
        for (std::size_t have = 0; have < tail;) {
            const std::size_t count = file.read(found.data() + have, tail - have);
            if (count == 0) {
                break;
            }
            have += count;
        }
        file.close();
        return expected == found ? there->size : 0;
    }

    void finish(const std::string& path,
                const FileStatus& mode_of,
                bool keep_mode,
                const FileStatus& status) {
        if (options_.mode || options_.preserve || keep_mode) {
            sftp_.set_mode(path, options_.mode.value_or(mode_of.mode));
        } else {
            sftp_.set_mode(path, 0644);
        }
        if (options_.preserve) {
            sftp_.set_times(path, status);
        }
    }

    /// Folders last: writing into them changes their times, and may need other permissions.
    void finish_folders(const Tree& tree, const std::string& root) {
        if (!options_.preserve) {
            return;
        }
        for (const TreeItem& item : folders_of(tree)) {
            const std::string remote = item.path.empty() ? root : joined(root, item.path);
            sftp_.set_mode(remote, item.status.mode);
            sftp_.set_times(remote, item.status);
        }
    }

    /// Takes a half-written file away, where there is still a connection to do that by.
    void tidy(const Error& error, const std::string& path) {
        const bool connected = error.code() != ErrorCode::Unavailable &&
                               error.code() != ErrorCode::Cancelled &&
                               error.code() != ErrorCode::Deadline;
        if (!connected || path.empty()) {
            return;
        }
        try {
            sftp_.remove(path);
        } catch (const Error&) {
            call_.log().debug("the temporary file " + path + " could not be removed");
        }
    }

    /// Servers of SFTP 3 say of a full disk only that something failed.
    bool is_full(const Error& error, const std::string& path) {
        try {
            return error.code() == ErrorCode::Precondition && sftp_.is_full(parent_of(path));
        } catch (const Error&) {
            return false;  // the first error says more
        }
    }

    Call& call_;
    Sftp& sftp_;
    const TransferOptions& options_;
    TransferTotals totals_;
};

}  // namespace

TransferTotals upload(Call& call, Sftp& sftp, const TransferOptions& options) {
    return Upload(call, sftp, options).run();
}

}  // namespace oa::ssh
