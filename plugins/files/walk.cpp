#include "walk.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "tree.hpp"

namespace oa::files {

namespace {

class Walker {
public:
    Walker(const WalkOptions& options,
           const Checkpoint& check,
           const std::function<Visit(const WalkEntry&)>& visit)
        : options_(options), check_(check), visit_(visit) {}

    void enter(int folder, const std::string& path, const std::string& relative, int depth) {
        require_depth(depth, path);
        std::vector<std::string> names;
        try {
            names = names_in(folder, path);
        } catch (const Error&) {
            if (!options_.unreadable) {
                throw;
            }
            options_.unreadable(path, EACCES);
            return;
        }
        struct stat here {};
        if (::fstat(folder, &here) != 0) {
            throw_errno(errno, "look at", path);
        }
        above_.push_back(here);
        for (const auto& name : names) {
            check_();
            take(folder, path, relative, name, depth);
        }
        above_.pop_back();
    }

private:
    void take(int folder,
              const std::string& path,
              const std::string& relative,
              const std::string& name,
              int depth) {
        struct stat info {};
        if (!look(folder, name, info)) {
            if (errno == ENOENT) {
                return;  // gone since the folder was read
            }
            throw_errno(errno, "look at", join(path, name));
        }
        const std::string below = relative.empty() ? name : join(relative, name);
        const std::string whole = join(path, name);
        const Visit answer = visit_({whole, below, name, info, folder, depth});
        if (answer == Visit::Into && S_ISDIR(info.st_mode) && !is_above(info)) {
            descend(folder, whole, below, name, depth);
        }
    }

    /// A link that leads nowhere, or in a circle, is looked at itself.
    bool look(int folder, const std::string& name, struct stat& info) const {
        if (options_.links == Links::Follow && ::fstatat(folder, name.c_str(), &info, 0) == 0) {
            return true;
        }
        return ::fstatat(folder, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0;
    }

    void descend(int folder,
                 const std::string& path,
                 const std::string& relative,
                 const std::string& name,
                 int depth) {
        const int links = options_.links == Links::Keep ? O_NOFOLLOW : 0;
        const Fd inner(::openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | links));
        if (inner) {
            enter(inner.get(), path, relative, depth + 1);
        } else if (options_.unreadable) {
            options_.unreadable(path, errno);
        } else if (errno != ENOENT) {
            throw_errno(errno, "list", path);
        }
    }

    [[nodiscard]] bool is_above(const struct stat& info) const {
        return std::any_of(above_.begin(), above_.end(),
                           [&](const struct stat& above) { return same_file(above, info); });
    }

    const WalkOptions& options_;
    const Checkpoint& check_;
    const std::function<Visit(const WalkEntry&)>& visit_;
    std::vector<struct stat> above_;  // the folders that are being walked, outermost first
};

}  // namespace

void walk(const std::string& root,
          const WalkOptions& options,
          const Checkpoint& check,
          const std::function<Visit(const WalkEntry&)>& visit) {
    const Fd folder = open_file(root, O_RDONLY | O_DIRECTORY);
    if (!folder) {
        throw_errno(errno, "list", root);
    }
    Walker(options, check, visit).enter(folder.get(), root, "", 1);
}

std::string read_link(int parent, const std::string& name, const std::string& path) {
    std::string target(PATH_MAX, '\0');
    const auto size = ::readlinkat(parent, name.c_str(), target.data(), target.size());
    if (size < 0) {
        throw_errno(errno, "read the link", path);
    }
    target.resize(static_cast<std::size_t>(size));
    return target;
}

}  // namespace oa::files
