#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <fnmatch.h>
#include <sys/stat.h>

#include "functions.hpp"
#include "support.hpp"
#include "tree.hpp"
#include "walk.hpp"

namespace oa::files {

namespace {

class Lister {
public:
    Lister(Call& call, std::string root)
        : call_(call),
          root_(std::move(root)),
          pattern_(call.param<std::string>("pattern", "")),
          type_(call.choice<std::string_view>("type",
                                              {{"any", ""},
                                               {"file", "file"},
                                               {"directory", "directory"},
                                               {"symlink", "symlink"},
                                               {"other", "other"}},
                                              "")),
          recursive_(call.param<bool>("recursive", false)),
          hidden_(call.param<bool>("hidden", true)),
          entries_max_(size_param(call, "max_entries", 5000)) {}

    Json run() {
        walk(root_, "", 0);
        const auto count = entries_.size();
        return {{"path", root_}, {"entries", std::move(entries_)}, {"count", count}};
    }

private:
    void walk(const std::string& folder, const std::string& relative, int depth) {
        require_depth(depth, folder);
        for (const auto& name : names_in(folder)) {
            call_.check();
            if (!hidden_ && name.starts_with('.')) {
                continue;
            }
            const std::string path = join(folder, name);
            const auto info = find_stat(path, Links::Keep);
            if (!info) {
                continue;  // gone since the folder was read
            }
            const std::string inside = relative.empty() ? name : join(relative, name);
            if (matches(name, inside) && (type_.empty() || type_name(info->st_mode) == type_)) {
                add(path, name, inside, *info);
            }
            if (recursive_ && S_ISDIR(info->st_mode)) {
                walk(path, inside, depth + 1);
            }
        }
    }

    [[nodiscard]] bool matches(const std::string& name, const std::string& inside) const {
        if (pattern_.empty()) {
            return true;
        }
        const bool whole = pattern_.find('/') != std::string::npos;
        return ::fnmatch(pattern_.c_str(), whole ? inside.c_str() : name.c_str(),
                         whole ? FNM_PATHNAME : 0) == 0;
    }

    void add(const std::string& path,
             const std::string& name,
             const std::string& inside,
             const struct stat& info) {
        if (entries_.size() == entries_max_) {
            throw exhausted("'" + root_ + "' has more than " + std::to_string(entries_max_) +
                            " entries that match: narrow pattern or type, or raise max_entries");
        }
        Json entry = Json::object();
        put_name(entry, "name", name);
        put_name(entry, "path", path);
        put_name(entry, "relative", inside);
        entry["type"] = type_name(info.st_mode);
        entry["size"] = static_cast<std::int64_t>(info.st_size);
        entry["modified"] = time_text(info.st_mtim);
        if (S_ISLNK(info.st_mode)) {
            put_name(entry, "target", read_link(AT_FDCWD, path, path));
        }
        entries_.push_back(std::move(entry));
    }

    Call& call_;
    std::string root_;
    std::string pattern_;
    std::string_view type_;
    bool recursive_;
    bool hidden_;
    std::size_t entries_max_;
    Json::Array entries_;
};

}  // namespace

Json list(Call& call) {
    return Lister(call, path_param(call, "path")).run();
}

Json stat(Call& call) {
    const auto path = path_param(call, "path");
    const bool follow = call.param<bool>("follow_symlinks", true);
    const auto info = find_stat(path, follow ? Links::Follow : Links::Keep);
    if (!info) {
        if (call.param<bool>("missing_ok", false)) {
            return {{"path", path}, {"exists", false}};
        }
        throw_errno(ENOENT, "look at", path);
    }
    Json output{{"path", path},
                {"exists", true},
                {"type", type_name(info->st_mode)},
                {"size", static_cast<std::int64_t>(info->st_size)},
                {"mode", mode_text(info->st_mode)},
                {"owner", info->st_uid},
                {"group", info->st_gid},
                {"links", info->st_nlink},
                {"modified", time_text(info->st_mtim)},
                {"changed", time_text(info->st_ctim)},
                {"accessed", time_text(info->st_atim)}};
    if (S_ISLNK(info->st_mode)) {
        put_name(output, "target", read_link(AT_FDCWD, path, path));
    }
    return output;
}

}  // namespace oa::files
