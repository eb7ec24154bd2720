#include "host/plugin/file_trust.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace oa::host {
namespace {

// Enough for any entry of a sane user database; a longer one counts as "not known".
using EntryBuffer = std::array<char, 16384>;

std::string user_name(uid_t user) {
    EntryBuffer buffer{};
    passwd entry{};
    passwd* found = nullptr;
    if (getpwuid_r(user, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
        return std::string(found->pw_name) + " (" + std::to_string(user) + ")";
    }
    return "user " + std::to_string(user);
}

/// Whether a file's group adds nobody to its owner.
bool is_private_group(uid_t owner, gid_t group) {
    EntryBuffer user_buffer{};
    passwd user{};
    passwd* found_user = nullptr;
    if (getpwuid_r(owner, &user, user_buffer.data(), user_buffer.size(), &found_user) != 0 ||
        found_user == nullptr || found_user->pw_gid != group) {
        return false;
    }
    EntryBuffer group_buffer{};
    ::group entry{};
    ::group* found_group = nullptr;
    if (getgrgid_r(group, &entry, group_buffer.data(), group_buffer.size(), &found_group) != 0 ||
        found_group == nullptr) {
        return false;
    }
    const std::string_view name = found_user->pw_name;
    if (name != found_group->gr_name) {
        return false;
    }
    for (char** member = found_group->gr_mem; *member != nullptr; ++member) {
        if (name != *member) {
            return false;
        }
    }
    return true;
}

std::string octal(mode_t mode) {
    std::string out;
    for (int shift = 9; shift >= 0; shift -= 3) {
        out += static_cast<char>('0' + ((mode >> static_cast<unsigned>(shift)) & 7U));
    }
    return out;
}

std::optional<TrustProblem> find_problem_of(const std::filesystem::path& path) {
    struct stat status {};
    if (lstat(path.c_str(), &status) != 0) {
        return TrustProblem{path.string() + " cannot be examined: " + std::strerror(errno), ""};
    }
    const std::string what = path.string() + (S_ISDIR(status.st_mode) ? " (a folder)" : "");
    if (status.st_uid != 0 && status.st_uid != geteuid()) {
        return TrustProblem{what + " belongs to " + user_name(status.st_uid) +
                                ", who is neither root nor the user that runs this program",
                            "chown " + std::to_string(geteuid()) + " '" + path.string() + "'"};
    }
    if (S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX) != 0) {
        return std::nullopt;
    }
    const std::string mode = " has mode " + octal(status.st_mode);
    if ((status.st_mode & S_IWOTH) != 0) {
        return TrustProblem{what + mode + ": everybody may change it",
                            "chmod o-w '" + path.string() + "'"};
    }
    if ((status.st_mode & S_IWGRP) != 0 && !is_private_group(status.st_uid, status.st_gid)) {
        return TrustProblem{what + mode + ": its group may change it",
                            "chmod g-w '" + path.string() + "'"};
    }
    return std::nullopt;
}

}  // namespace

std::optional<TrustProblem> find_trust_problem(const std::filesystem::path& path) {
    std::filesystem::path current = path;
    for (;;) {
        if (auto problem = find_problem_of(current)) {
            return problem;
        }
        if (!current.has_relative_path()) {
            return std::nullopt;
        }
        current = current.parent_path();
    }
}

}  // namespace oa::host
