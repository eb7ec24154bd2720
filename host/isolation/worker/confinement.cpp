#include "host/isolation/worker/confinement.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/isolation/protocol/channel.hpp"
#include "host/isolation/worker/sandbox.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OA_SHADOW_MEMORY 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define OA_SHADOW_MEMORY 1
#endif
#endif

namespace oa::host::isolation::worker {
namespace {

// Above everything that distributions, containers and service managers give away.
constexpr uid_t first_worker_user = 1'900'000'000;
constexpr uid_t nobody = 65534;
constexpr rlim_t stack_bytes = rlim_t{8} << 20U;

[[noreturn]] void fail(const std::string& what) {
    throw SandboxError(what + ": " + std::strerror(errno));
}

void own_folder(const std::string& folder, uid_t user) {
    if (folder.empty()) {
        return;
    }
    const Descriptor open_folder(
        open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!open_folder || fchown(open_folder.get(), user, user) != 0) {
        fail("the temporary folder " + folder + " cannot be given to the worker's user");
    }
}

enum class Trial { Works, NoSuchUser, CannotRead };

/// Becomes that user for a moment, to see whether it can reach what it needs.
Trial try_user(const SandboxSettings& settings, const std::filesystem::path& plugin, uid_t user) {
    if (setegid(user) != 0 || seteuid(user) != 0) {
        if (setegid(0) != 0) {
            throw std::system_error(errno, std::generic_category(), "setegid");
        }
        return Trial::NoSuchUser;
    }
    const bool reads = faccessat(AT_FDCWD, plugin.c_str(), R_OK, AT_EACCESS) == 0;
    const bool writes =
        settings.temporary_folder.empty() ||
        faccessat(AT_FDCWD, settings.temporary_folder.c_str(), W_OK | X_OK, AT_EACCESS) == 0;
    if (seteuid(0) != 0 || setegid(0) != 0) {
        fail("the worker cannot return to its user");
    }
    return reads && writes ? Trial::Works : Trial::CannotRead;
}

rlim_t hard_limit(__rlimit_resource resource) {
    rlimit out{};
    getrlimit(resource, &out);
    return out.rlim_max;
}

void limit(__rlimit_resource resource, rlim_t soft, rlim_t hard) {
    const rlim_t highest = hard_limit(resource);
    const rlimit value{.rlim_cur = std::min(soft, highest), .rlim_max = std::min(hard, highest)};
    if (setrlimit(resource, &value) != 0) {
        fail("a limit of the worker cannot be set");
    }
}

/// Zero means none.
void limit_unless_zero(__rlimit_resource resource, std::uint64_t value) {
    if (value != 0) {
        limit(resource, value, value);
    }
}

/// All tasks of the machine.
rlim_t count_tasks() {
    const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen("/proc/loadavg", "re"),
                                                     std::fclose);
    unsigned long tasks = 0;
    return file && std::fscanf(file.get(), "%*s %*s %*s %*u/%lu", &tasks) == 1 ? tasks : 4096;
}

std::string limit_processes(std::uint64_t processes, const WorkerUser& user) {
    if (processes == 0) {
        return "";
    }
    if (user.alone) {
        limit(RLIMIT_NPROC, processes, processes);
        return "";
    }
    if (user.user == 0) {
        return "processes: the system does not count those of root";
    }
    // The system counts all of the user's processes. A brake for what multiplies without end, which
    // must not fail an honest thread because the user has started other programs.
    constexpr std::uint64_t spare = 1024;
    const rlim_t most = count_tasks() + processes + spare;
    limit(RLIMIT_NPROC, most, most);
    return "processes: limited only together with all others of this user";
}

}  // namespace

WorkerUser change_user(const SandboxSettings& settings, const std::filesystem::path& plugin) {
    WorkerUser out{.user = geteuid(), .alone = false, .reduced = ""};
    if (out.user != 0) {
        return out;
    }
    if (setgroups(0, nullptr) != 0 || setresgid(0, 0, 0) != 0 || setresuid(0, 0, 0) != 0) {
        fail("the worker cannot leave its groups");
    }
    if (settings.filesystem) {
        return out;
    }
    // No two living processes have the same number, not even under different hosts.
    const uid_t own = first_worker_user + static_cast<uid_t>(getpid());
    for (const uid_t user : {own, nobody}) {
        own_folder(settings.temporary_folder, user);
        const Trial trial = try_user(settings, plugin, user);
        if (trial == Trial::NoSuchUser) {
            continue;
        }
        if (trial == Trial::CannotRead) {
            break;
        }
        if (setresgid(user, user, user) != 0 || setresuid(user, user, user) != 0) {
            fail("the worker cannot change its user");
        }
        return {.user = user, .alone = user != nobody, .reduced = ""};
    }
    own_folder(settings.temporary_folder, 0);
    out.reduced = "user: root, because another user can read neither " + plugin.string() +
                  " nor enter the temporary folder";
    return out;
}

void forbid_capabilities() {
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    for (int capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; ++capability) {
        // Without the right to do so, there is none to lose either: no_new_privs sees to that.
        if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0 && errno != EPERM) {
            fail("the worker cannot give up a capability");
        }
    }
}

void drop_capabilities() {
    __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    const std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
    if (syscall(SYS_capset, &header, none.data()) != 0) {
        fail("the worker cannot give up its capabilities");
    }
}

void bind_to_zygote(pid_t zygote) {
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
        prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) {
        fail("the worker cannot be restricted");
    }
    if (getppid() != zygote) {
        _exit(0);  // it died before the signal was asked for
    }
}

std::vector<std::string> set_limits(const SandboxSettings& settings, const WorkerUser& user) {
    std::vector<std::string> reduced;
    limit(RLIMIT_CORE, 0, 0);
    limit(RLIMIT_STACK, stack_bytes, stack_bytes);
    limit_unless_zero(RLIMIT_NOFILE, settings.open_files);
    limit_unless_zero(RLIMIT_FSIZE, settings.file_bytes);
    if (settings.cpu_seconds != 0) {
        // The second one is for who ignores the first.
        limit(RLIMIT_CPU, settings.cpu_seconds, settings.cpu_seconds + 1);
    }
#if defined(OA_SHADOW_MEMORY)
    reduced.emplace_back("memory: not limited in a build with sanitizers");
#else
    limit_unless_zero(RLIMIT_AS, settings.memory_bytes);
#endif
    if (auto problem = limit_processes(settings.processes, user); !problem.empty()) {
        reduced.push_back(std::move(problem));
    }
    return reduced;
}

}  // namespace oa::host::isolation::worker
