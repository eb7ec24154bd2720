#include "host/kit/check/fence.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace oa::host {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t own_architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t own_architecture = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t own_architecture = 0;
#endif

// Rights that every kernel with Landlock knows, but reading.
constexpr std::uint64_t writing = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                                  LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                                  LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                                  LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                                  LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;
constexpr std::uint64_t truncating = 1U << 14U;  // from Landlock's third version on
constexpr int version_with_truncating = 3;
// To move and link between folders is denied unless it is spoken of.
constexpr std::uint64_t moving = 1U << 13U;  // from the second version on
constexpr int version_with_moving = 2;

bool allow(int rules, const char* path, std::uint64_t rights) {
    const int folder = open(path, O_PATH | O_CLOEXEC);
    if (folder < 0) {
        return false;
    }
    const landlock_path_beneath_attr beneath{.allowed_access = rights, .parent_fd = folder};
    const bool ok =
        syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0U) == 0;
    close(folder);
    return ok;
}

bool fence_files(const std::filesystem::path& own_folder) {
    const auto version = syscall(SYS_landlock_create_ruleset, nullptr, std::size_t{0},
                                 LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 1) {
        return false;
    }
    const std::uint64_t handled = writing | (version >= version_with_moving ? moving : 0U) |
                                  (version >= version_with_truncating ? truncating : 0U);
    landlock_ruleset_attr attributes{};
    attributes.handled_access_fs = handled;
    const auto rules =
        static_cast<int>(syscall(SYS_landlock_create_ruleset, &attributes, sizeof(attributes), 0U));
    if (rules < 0) {
        return false;
    }
    const std::uint64_t of_file = handled & (LANDLOCK_ACCESS_FS_WRITE_FILE | truncating);
    const bool ok = allow(rules, own_folder.c_str(), handled) &&
                    allow(rules, "/dev/null", of_file) &&
                    syscall(SYS_landlock_restrict_self, rules, 0U) == 0;
    close(rules);
    return ok;
}

bool fence_network_and_programs() {
    constexpr auto refuse = SECCOMP_RET_ERRNO | EACCES;
    const auto load = [](std::size_t offset) {
        return sock_filter{BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<std::uint32_t>(offset)};
    };
    const auto answer = [](std::uint32_t with) { return sock_filter{BPF_RET | BPF_K, 0, 0, with}; };
    const auto equal = [](auto value, std::uint8_t then, std::uint8_t otherwise) {
        return sock_filter{BPF_JMP | BPF_JEQ | BPF_K, then, otherwise,
                           static_cast<std::uint32_t>(value)};
    };
    std::array program{
        load(offsetof(seccomp_data, arch)),
        equal(own_architecture, 1, 0),
        answer(refuse),
        load(offsetof(seccomp_data, nr)),
        equal(SYS_execve, 2, 0),
        equal(SYS_execveat, 1, 0),
        equal(SYS_socket, 0, 1),
        answer(refuse),
        answer(SECCOMP_RET_ALLOW),
    };
    const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
    return own_architecture != 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) == 0;
}

}  // namespace

Fence fence_in(const std::filesystem::path& own_folder) {
    Fence out;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return out;
    }
    out.files = fence_files(own_folder);
    out.network_and_programs = fence_network_and_programs();
    return out;
}

}  // namespace oa::host
