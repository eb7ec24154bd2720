#include "safe_folder.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "tree.hpp"

namespace oa::files {

namespace {

[[noreturn]] void refuse(std::string_view name, std::string_view why) {
    throw failed_precondition("the archive holds '" + with_marks(name.substr(0, 200)) +
                              "', which is refused: " + std::string(why));
}

}  // namespace

std::vector<std::string> safe_parts(std::string_view name) {
    if (name.starts_with('/')) {
        refuse(name, "an absolute name leads out of the folder");
    }
    std::vector<std::string> parts;
    for (std::size_t at = 0; at < name.size();) {
        const auto end = std::min(name.find('/', at), name.size());
        const auto part = name.substr(at, end - at);
        at = end + 1;
        if (part == "..") {
            refuse(name, "'..' leads out of the folder");
        }
        if (part.find('\0') != std::string_view::npos) {
            refuse(name, "it holds a NUL byte");
        }
        if (part.size() > NAME_MAX) {
            refuse(name, "a part of it is longer than 255 bytes");
        }
        if (!part.empty() && part != ".") {
            parts.emplace_back(part);
        }
    }
    if (parts.size() > static_cast<std::size_t>(depth_max)) {
        refuse(name, "it is nested deeper than " + std::to_string(depth_max) + " folders");
    }
    return parts;
}

bool link_stays_inside(std::string_view target, std::size_t depth) {
    if (target.empty() || target.starts_with('/')) {
        return false;
    }
    bool names_seen = false;
    for (std::size_t at = 0; at < target.size();) {
        const auto end = std::min(target.find('/', at), target.size());
        const auto part = target.substr(at, end - at);
        at = end + 1;
        if (part.empty() || part == ".") {
            continue;
        }
        if (part != "..") {
            names_seen = true;
        } else if (names_seen || depth == 0) {
            return false;
        } else {
            --depth;
        }
    }
    return true;
}

std::string text_of(const SafeFolder::Parts& parts) {
    std::string text;
    for (const auto& part : parts) {
        text += (text.empty() ? "" : "/") + part;
    }
    return with_marks(text);
}

SafeFolder::SafeFolder(Fd root) : root_(std::move(root)) {}

int SafeFolder::enter(const Parts& parts, std::size_t count, Missing missing) {
    std::size_t common = 0;
    while (common < chain_.size() && common < count && chain_[common].first == parts[common]) {
        ++common;
    }
    chain_.resize(common);
    for (std::size_t i = common; i < count; ++i) {
        const int above = i == 0 ? root_.get() : chain_.back().second.get();
        const char* name = parts[i].c_str();
        if (missing == Missing::Make && ::mkdirat(above, name, 0777) != 0 && errno != EEXIST) {
            throw_errno(errno, "make the folder", text_of(parts));
        }
        Fd folder(::openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (!folder && (errno == ELOOP || errno == ENOTDIR)) {
            refuse(text_of(parts), "'" + with_marks(parts[i]) + "' in it is a link or a file");
        }
        if (!folder) {
            throw_errno(errno, "open the folder of", text_of(parts));
        }
        chain_.emplace_back(parts[i], std::move(folder));
    }
    return count == 0 ? root_.get() : chain_.back().second.get();
}

void SafeFolder::make_folder(const Parts& parts) {
    static_cast<void>(enter(parts, parts.size(), Missing::Make));
}

void SafeFolder::make_way(int folder, const Parts& parts, bool replace) {
    if (!replace) {
        throw conflict("the archive holds '" + text_of(parts) +
                       "' twice: duplicates: last takes the last one");
    }
    if (::unlinkat(folder, parts.back().c_str(), 0) != 0) {
        throw_errno(errno, "replace", text_of(parts));
    }
}

Fd SafeFolder::make_file(const Parts& parts, bool replace) {
    const int folder = enter(parts, parts.size() - 1, Missing::Make);
    constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    Fd file(::openat(folder, parts.back().c_str(), flags, 0600));
    if (!file && errno == EEXIST) {
        make_way(folder, parts, replace);
        file = Fd(::openat(folder, parts.back().c_str(), flags, 0600));
    }
    if (!file) {
        throw_errno(errno, "write", text_of(parts));
    }
    return file;
}

void SafeFolder::make_link(const Parts& parts, const std::string& target, bool replace) {
    const int folder = enter(parts, parts.size() - 1, Missing::Make);
    int done = ::symlinkat(target.c_str(), folder, parts.back().c_str());
    if (done != 0 && errno == EEXIST) {
        make_way(folder, parts, replace);
        done = ::symlinkat(target.c_str(), folder, parts.back().c_str());
    }
    if (done != 0) {
        throw_errno(errno, "make the link", text_of(parts));
    }
}

void SafeFolder::make_hard_link(const Parts& parts, const Parts& original, bool replace) {
    struct stat info {};
    const int from = enter(original, original.size() - 1, Missing::Fail);
    if (::fstatat(from, original.back().c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(info.st_mode)) {
        refuse(text_of(parts), "it is a hard link to '" + text_of(original) +
                                   "', which is no file of the archive before it");
    }
    const Fd kept(::openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const int folder = enter(parts, parts.size() - 1, Missing::Make);
    int done = ::linkat(kept.get(), original.back().c_str(), folder, parts.back().c_str(), 0);
    if (done != 0 && errno == EEXIST && parts != original) {
        make_way(folder, parts, replace);
        done = ::linkat(kept.get(), original.back().c_str(), folder, parts.back().c_str(), 0);
    }
    if (done != 0 && parts != original) {
        throw_errno(errno, "make the hard link", text_of(parts));
    }
}

void SafeFolder::set_link_time(const Parts& parts, const timespec& time) {
    const int folder = enter(parts, parts.size() - 1, Missing::Fail);
    const std::array<timespec, 2> times{time, time};
    // Not every file system keeps times of links.
    static_cast<void>(::utimensat(folder, parts.back().c_str(), times.data(), AT_SYMLINK_NOFOLLOW));
}

void SafeFolder::set_folder(const Parts& parts, mode_t mode, const timespec& time) {
    const int folder = enter(parts, parts.size(), Missing::Fail);
    const std::array<timespec, 2> times{time, time};
    if (::futimens(folder, times.data()) != 0 || ::fchmod(folder, mode) != 0) {
        throw_errno(errno, "set mode and time of", text_of(parts));
    }
}

}  // namespace oa::files
