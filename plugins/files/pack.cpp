#include "pack.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <exception>
#include <memory>
#include <unordered_set>
#include <utility>

#include <archive_entry.h>
#include <fcntl.h>
#include <unistd.h>

#include "tree.hpp"
#include "walk.hpp"

namespace oa::files {

namespace {

constexpr std::size_t chunk_size = std::size_t{256} * 1024;

/// Where libarchive writes to. Exceptions do not pass through it, so they wait here.
struct Sink {
    AtomicFile& file;
    std::exception_ptr failure = nullptr;

    static la_ssize_t write(archive*, void* self, const void* data, std::size_t size) {
        auto& sink = *static_cast<Sink*>(self);
        try {
            sink.file.write({static_cast<const char*>(data), size});
            return static_cast<la_ssize_t>(size);
        } catch (...) {
            sink.failure = std::current_exception();
            return -1;
        }
    }
};

struct WriterEnd {
    void operator()(archive* handle) const { ::archive_write_free(handle); }
};
struct EntryEnd {
    void operator()(archive_entry* entry) const { ::archive_entry_free(entry); }
};

/// The archive that is being written.
class Writer {
public:
    Writer(const PackJob& job, AtomicFile& file)
        : path_(job.path),
          sink_{file},
          handle_(::archive_write_new()),
          entry_(::archive_entry_new()) {
        if (!handle_ || !entry_) {
            throw exhausted("there is no memory left");
        }
        set_format(job);
        // Whole blocks are for tapes.
        ::archive_write_set_bytes_in_last_block(handle_.get(), 1);
        ::archive_write_set_bytes_per_block(handle_.get(), static_cast<int>(chunk_size));
        require(::archive_write_open(handle_.get(), &sink_, nullptr, Sink::write, nullptr));
    }

    void start(const std::string& name, const struct stat& info, const std::string& link) {
        ::archive_entry_clear(entry_.get());
        ::archive_entry_copy_pathname(entry_.get(), name.c_str());
        ::archive_entry_set_filetype(entry_.get(), info.st_mode & S_IFMT);
        ::archive_entry_set_perm(entry_.get(), info.st_mode & 07777U);
        ::archive_entry_set_mtime(entry_.get(), info.st_mtim.tv_sec, 0);
        ::archive_entry_set_size(entry_.get(), S_ISREG(info.st_mode) ? info.st_size : 0);
        if (S_ISLNK(info.st_mode)) {
            ::archive_entry_copy_symlink(entry_.get(), link.c_str());
        }
        require(::archive_write_header(handle_.get(), entry_.get()));
    }
    void add(const char* bytes, std::size_t size) {
        if (::archive_write_data(handle_.get(), bytes, size) < 0) {
            fail();
        }
    }
    void end_entry() { require(::archive_write_finish_entry(handle_.get())); }
    void end() { require(::archive_write_close(handle_.get())); }

private:
    void set_format(const PackJob& job) {
        archive* handle = handle_.get();
        const char* module = nullptr;
        if (job.kind == ArchiveKind::Zip) {
            require(::archive_write_set_format_zip(handle));
            module = "zip";
        } else {
            require(::archive_write_set_format_pax_restricted(handle));
            switch (job.compression) {
                case Compression::None: require(::archive_write_add_filter_none(handle)); break;
                case Compression::Gzip:
                    require(::archive_write_add_filter_gzip(handle));
                    // The moment would make other bytes of the same files.
                    require(
                        ::archive_write_set_filter_option(handle, "gzip", "timestamp", nullptr));
                    module = "gzip";
                    break;
                case Compression::Bzip2:
                    require(::archive_write_add_filter_bzip2(handle));
                    module = "bzip2";
                    break;
                case Compression::Xz:
                    require(::archive_write_add_filter_xz(handle));
                    module = "xz";
                    break;
                case Compression::Zstd:
                    require(::archive_write_add_filter_zstd(handle));
                    module = "zstd";
                    break;
            }
        }
        if (!job.level || module == nullptr) {
            return;
        }
        const bool store = *job.level == 0 && job.kind == ArchiveKind::Zip;
        const bool at_least_one =
            job.compression == Compression::Bzip2 || job.compression == Compression::Zstd;
        const int level = at_least_one && *job.level == 0 ? 1 : *job.level;
        const std::string text =
            std::string(module) +
            (store ? ":compression=store" : ":compression-level=" + std::to_string(level));
        require(::archive_write_set_options(handle, text.c_str()));
    }

    void require(int status) {
        // Warnings are about names that are not UTF-8; they are written as they are.
        if (status < ARCHIVE_WARN) {
            fail();
        }
    }
    [[noreturn]] void fail() {
        if (sink_.failure) {
            std::rethrow_exception(sink_.failure);
        }
        throw_archive(handle_.get(), "write", path_);
    }

    const std::string& path_;
    Sink sink_;
    std::unique_ptr<archive, WriterEnd> handle_;
    std::unique_ptr<archive_entry, EntryEnd> entry_;
};

class Packer {
public:
    Packer(Call& call, const PackJob& job)
        : call_(call),
          job_(job),
          progress_(call),
          file_(job.path, job.write),
          own_(file_.identity()),
          old_(find_stat(job.path, Links::Follow)),
          writer_(job, file_),
          buffer_(chunk_size, '\0') {}

    PackCounts run() {
        for (const auto& source : job_.sources) {
            take_source(source);
        }
        writer_.end();
        call_.check();
        file_.commit();
        counts_.size = file_.bytes();
        counts_.created = file_.created();
        return counts_;
    }

private:
    void take_source(const std::string& source) {
        call_.check();
        const auto info = find_stat(source, Links::Follow);
        if (!info) {
            throw_errno(ENOENT, "pack", source);
        }
        const std::string own = name_of(source);
        const bool unnamed = own.empty() || own == "." || own == ".." || own == "/";
        if (!S_ISDIR(info->st_mode)) {
            take({source, own, own, *info, AT_FDCWD, 0}, source, own);
            return;
        }
        const std::string prefix = unnamed || !job_.keep_folder ? "" : own + "/";
        if (!prefix.empty() && job_.include.empty()) {
            add_folder(prefix, *info);
        }
        WalkOptions options;
        options.links = job_.links;
        walk(source, options, checkpoint(call_), [&](const WalkEntry& entry) {
            if (job_.exclude.matches(entry.relative)) {
                return Visit::Skip;
            }
            const bool folder = S_ISDIR(entry.info.st_mode);
            if (folder ? job_.include.empty()
                       : job_.include.empty() || job_.include.matches(entry.relative)) {
                take(entry, entry.name, prefix + entry.relative);
            }
            return Visit::Into;
        });
    }

    /// `name` is opened in the entry's folder, `packed` is its name in the archive.
    void take(const WalkEntry& entry, const std::string& name, const std::string& packed) {
        const struct stat& info = entry.info;
        if (same_file(info, own_) || (old_ && same_file(info, *old_))) {
            return;  // the archive, which may lie in the folder that goes into it
        }
        if (S_ISDIR(info.st_mode)) {
            add_folder(packed + "/", info);
        } else if (S_ISLNK(info.st_mode)) {
            claim(packed);
            writer_.start(packed, info, read_link(entry.parent, name, entry.path));
            ++counts_.symlinks;
        } else if (S_ISREG(info.st_mode)) {
            add_file(entry, name, packed);
        } else {
            ++counts_.skipped;
            call_.log().warn("'" + with_marks(entry.path) +
                             "' is left out: it is a pipe, a socket or a device");
        }
        progress_.tell(-1, counts_.files + counts_.directories + counts_.symlinks, counts_.bytes);
    }

    void add_folder(const std::string& packed, const struct stat& info) {
        claim(packed);
        writer_.start(packed, info, {});
        ++counts_.directories;
    }

    void add_file(const WalkEntry& entry, const std::string& name, const std::string& packed) {
        const int links = entry.parent != AT_FDCWD && job_.links == Links::Keep ? O_NOFOLLOW : 0;
        const Fd file(
            ::openat(entry.parent, name.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | links));
        struct stat info {};
        if (!file || ::fstat(file.get(), &info) != 0) {
            throw_errno(errno, "read", entry.path);
        }
        if (!S_ISREG(info.st_mode)) {
            throw changed(entry.path);
        }
        claim(packed);
        writer_.start(packed, info, {});
        std::uint64_t left = static_cast<std::uint64_t>(info.st_size);
        while (left > 0) {
            call_.check();
            const auto size = read_some(file, buffer_.data(),
                                        std::min<std::uint64_t>(left, buffer_.size()), entry.path);
            if (size == 0) {
                throw changed(entry.path);
            }
            writer_.add(buffer_.data(), size);
            left -= size;
            counts_.bytes += size;
            progress_.tell(-1, counts_.files, counts_.bytes);
        }
        writer_.end_entry();
        ++counts_.files;
    }

    static Error changed(const std::string& path) {
        return Error(ErrorCode::Unavailable, "'" + path + "' changed while it was read")
            .with_retry(Retry::Yes);
    }

    /// Refuses a name that is in the archive already, which only several sources can bring.
    void claim(const std::string& packed) {
        if (job_.sources.size() > 1 && !names_.insert(packed).second) {
            throw conflict("two of the sources would both be '" + packed +
                           "' in the archive: keep_folder: true, or another choice of sources");
        }
    }

    Call& call_;
    const PackJob& job_;
    Progress progress_;
    AtomicFile file_;
    struct stat own_;                 // the archive that is being written
    std::optional<struct stat> old_;  // and the one that it replaces
    Writer writer_;
    std::string buffer_;
    PackCounts counts_;
    std::unordered_set<std::string> names_;
};

}  // namespace

PackCounts pack(Call& call, const PackJob& job) {
    const Utf8Thread utf8;
    return Packer(call, job).run();
}

}  // namespace oa::files
