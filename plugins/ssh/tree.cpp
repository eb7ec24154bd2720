#include "tree.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iterator>
#include <system_error>

#include <sys/stat.h>

#include "oa/error.hpp"

namespace oa::ssh {

namespace {

constexpr std::size_t items_max = 1'000'000;
constexpr std::ptrdiff_t depth_max = 64;

FileStatus status_of(const struct stat& status) {
    FileStatus out;
    out.type = S_ISREG(status.st_mode)   ? FileType::File
               : S_ISDIR(status.st_mode) ? FileType::Folder
               : S_ISLNK(status.st_mode) ? FileType::Link
                                         : FileType::Other;
    out.size = static_cast<std::uint64_t>(status.st_size);
    out.mode = status.st_mode & 0777U;
    out.access_time = status.st_atim.tv_sec;
    out.change_time = status.st_mtim.tv_sec;
    return out;
}

Error local_failure(const std::string& path, int error) {
    const std::string message = path + ": " + std::generic_category().message(error);
    if (error == ENOENT || error == ENOTDIR) {
        return not_found(message);
    }
    return error == EACCES || error == EPERM ? permission_denied(message)
                                             : failed_precondition(message);
}

FileStatus local_status(const std::string& path, bool follow) {
    struct stat status {};
    if ((follow ? ::stat(path.c_str(), &status) : ::lstat(path.c_str(), &status)) != 0) {
        throw local_failure(path, errno);
    }
    return status_of(status);
}

Error needs_recursive(const std::string& path) {
    return invalid_params("/recursive", path + " is a folder; write recursive: true to take it");
}

/// Adds one item and tells whether it is a folder to go into.
bool add(Tree& tree, std::string path, const FileStatus& status) {
    if (status.type != FileType::File && status.type != FileType::Folder) {
        ++tree.skipped;
        return false;
    }
    if (tree.items.size() >= items_max || std::count(path.begin(), path.end(), '/') >= depth_max) {
        throw exhausted("more than a million files, or 64 folders within each other, at " + path);
    }
    tree.bytes += status.type == FileType::File ? status.size : 0;
    tree.items.push_back({std::move(path), status});
    return status.type == FileType::Folder;
}

std::vector<std::string> local_names(const std::string& path) {
    std::error_code failure;
    std::vector<std::string> out;
    for (std::filesystem::directory_iterator entry(path, failure), end; !failure && entry != end;
         entry.increment(failure)) {
        out.push_back(entry->path().filename().string());
    }
    if (failure) {
        throw local_failure(path, failure.value());
    }
    std::sort(out.begin(), out.end());
    return out;
}

void add_local(Tree& tree,
               const std::string& root,
               const std::string& folder,
               bool follow,
               const Stopper& stopper) {
    for (const std::string& name : local_names(joined(root, folder))) {
        stopper.check();
        const std::string path = joined(folder, name);
        if (add(tree, path, local_status(joined(root, path), follow))) {
            add_local(tree, root, path, follow, stopper);
        }
    }
}

void add_remote(
    Tree& tree, Sftp& sftp, const std::string& root, const std::string& folder, bool follow) {
    for (const FolderEntry& entry : sftp.list(joined(root, folder))) {
        if (entry.name.empty() ||
            entry.name.find_first_of(std::string_view("/\0", 2)) != std::string::npos) {
            throw failed_precondition("the server names a file of " + joined(root, folder) +
                                      " that would lead out of it");
        }
        const std::string path = joined(folder, entry.name);
        FileStatus status = entry.status;
        if (status.type == FileType::Link && follow) {
            status = sftp.get(joined(root, path));
        }
        if (add(tree, path, status)) {
            add_remote(tree, sftp, root, path, follow);
        }
    }
}

}  // namespace

std::vector<TreeItem> folders_of(const Tree& tree) {
    std::vector<TreeItem> out;
    std::copy_if(tree.items.rbegin(), tree.items.rend(), std::back_inserter(out),
                 [](const TreeItem& item) { return item.status.type == FileType::Folder; });
    return out;
}

Tree local_tree(const std::string& path,
                bool recursive,
                bool follow_links,
                const Stopper& stopper) {
    Tree tree;
    const FileStatus status = local_status(path, true);
    if (status.type == FileType::Folder && !recursive) {
        throw needs_recursive(path);
    }
    if (add(tree, "", status)) {
        add_local(tree, path, "", follow_links, stopper);
    }
    return tree;
}

Tree remote_tree(Sftp& sftp, const std::string& path, bool recursive, bool follow_links) {
    Tree tree;
    const FileStatus status = sftp.get(path);
    if (status.type == FileType::Folder && !recursive) {
        throw needs_recursive(path);
    }
    if (add(tree, "", status)) {
        add_remote(tree, sftp, path, "", follow_links);
    }
    return tree;
}

}  // namespace oa::ssh
