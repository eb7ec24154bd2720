#include "file_body.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <unistd.h>

namespace oa::http {

namespace {

constexpr std::size_t piece_size = std::size_t{256} * 1024;

}  // namespace

OpenFile::OpenFile(std::string path)
    : path_(std::move(path)), file_(common::open_for_reading(path_)) {
    struct stat info {};
    if (::fstat(file_.get(), &info) != 0) {
        common::throw_errno(errno, "look at", path_);
    }
    if (!S_ISREG(info.st_mode)) {
        throw failed_precondition("'" + path_ +
                                  "' is no regular file, so its length is not known in advance");
    }
    size_ = static_cast<std::uint64_t>(info.st_size);
}

void OpenFile::read(const BodySink& take) const {
    std::string piece(piece_size, '\0');
    std::uint64_t at = 0;
    while (at < size_) {
        const auto wanted = std::min<std::uint64_t>(piece.size(), size_ - at);
        const auto got = ::pread(file_.get(), piece.data(), static_cast<std::size_t>(wanted),
                                 static_cast<off_t>(at));
        if (got < 0) {
            common::throw_errno(errno, "read", path_);
        }
        if (got == 0) {
            throw failed_precondition("'" + path_ +
                                      "' became shorter while it was sent: " + std::to_string(at) +
                                      " bytes are left of " + std::to_string(size_));
        }
        take({piece.data(), static_cast<std::size_t>(got)});
        at += static_cast<std::uint64_t>(got);
    }
}

void FileBody::add(std::string text) {
    size_ += text.size();
    parts_.emplace_back(std::move(text));
}

void FileBody::add(OpenFile file) {
    size_ += file.size();
    parts_.emplace_back(std::move(file));
}

void FileBody::read(const BodySink& take) const {
    const BodySink watched = [this, &take](std::string_view piece) {
        if (watcher_) {
            watcher_(piece);
        }
        take(piece);
    };
    for (const auto& part : parts_) {
        if (const auto* const text = std::get_if<std::string>(&part)) {
            watched(*text);
        } else {
            std::get<OpenFile>(part).read(watched);
        }
    }
}

}  // namespace oa::http
