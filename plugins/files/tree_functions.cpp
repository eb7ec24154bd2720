#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <string>

#include <unistd.h>

#include "functions.hpp"
#include "support.hpp"
#include "tree.hpp"

namespace oa::files {

namespace {

/// A file that goes into a folder keeps its name.
std::string destination_of(const std::string& source, const std::string& destination, bool folder) {
    if (folder) {
        return destination;
    }
    const auto info = find_stat(destination, Links::Follow);
    if ((info && S_ISDIR(info->st_mode)) || destination.ends_with('/')) {
        return join(destination, name_of(source));
    }
    return destination;
}

Existing existing_param(Call& call) {
    return call.param<bool>("overwrite", true) ? Existing::Replace : Existing::Fail;
}

/// mkdir of the last name; an existing folder is fine when `exist_ok`.
bool make_one(const std::string& path, bool exist_ok, mode_t mode) {
    if (::mkdir(path.c_str(), mode) == 0) {
        return true;
    }
    const int error = errno;
    if (error == EEXIST && exist_ok) {
        const auto info = find_stat(path, Links::Follow);
        if (info && S_ISDIR(info->st_mode)) {
            return false;
        }
    }
    if (error == ENOENT) {
        throw not_found("cannot make the folder '" + path +
                        "': the folder above it does not exist; parents: true makes it");
    }
    throw_errno(error, "make the folder", path);
}

}  // namespace

Json copy(Call& call) {
    const auto source = path_param(call, "source");
    const auto info = find_stat(source, Links::Follow);
    if (!info) {
        throw_errno(ENOENT, "copy", source);
    }
    const auto destination =
        destination_of(source, path_param(call, "destination"), S_ISDIR(info->st_mode));
    if (call.param<bool>("create_parents", false)) {
        make_parents(destination);
    }
    const CopyOptions options{
        .recursive = call.param<bool>("recursive", false),
        .existing = existing_param(call),
        .links = call.param<bool>("follow_symlinks", false) ? Links::Follow : Links::Keep,
    };
    const auto counts = copy_tree(source, destination, options, checkpoint(call));
    return {{"source", source},
            {"destination", destination},
            {"files", counts.files},
            {"directories", counts.directories},
            {"symlinks", counts.symlinks},
            {"bytes", counts.bytes}};
}

Json move(Call& call) {
    const auto source = path_param(call, "source");
    const auto info = find_stat(source, Links::Keep);
    if (!info) {
        throw_errno(ENOENT, "move", source);
    }
    const auto destination =
        destination_of(source, path_param(call, "destination"), S_ISDIR(info->st_mode));
    if (call.param<bool>("create_parents", false)) {
        make_parents(destination);
    }
    move_path(source, destination, existing_param(call), checkpoint(call));
    return {{"source", source}, {"destination", destination}};
}

Json remove(Call& call) {
    const auto path = path_param(call, "path");
    refuse_dangerous(path, "/path");
    if (!find_stat(path, Links::Keep)) {
        if (call.param<bool>("missing_ok", false)) {
            return {{"path", path}, {"removed", 0}};
        }
        throw_errno(ENOENT, "remove", path);
    }
    const auto count = remove_tree(path, call.param<bool>("recursive", false), checkpoint(call));
    return {{"path", path}, {"removed", count}};
}

Json make_directory(Call& call) {
    const auto path = path_param(call, "path");
    if (call.param<bool>("parents", true)) {
        make_parents(path);
    }
    const auto mode = mode_param(call, "mode");
    const bool created = make_one(path, call.param<bool>("exist_ok", true), mode.value_or(0777));
    // The umask takes bits from mkdir; a mode that was asked for is meant exactly.
    if (created && mode && ::chmod(path.c_str(), *mode) != 0) {
        throw_errno(errno, "set the mode of", path);
    }
    return {{"path", path}, {"created", created}};
}

}  // namespace oa::files
