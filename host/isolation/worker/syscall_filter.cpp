#include "host/isolation/worker/syscall_filter.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <stdexcept>

#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/isolation/protocol/channel.hpp"

namespace oa::host::isolation::worker {
namespace {

// Stands in a program for the worker's own process number, which is known only after the fork. No
// process can have it: they are numbered up to 2^22.
constexpr std::uint32_t own_process = 0x6F612D77;

class FilterError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Compares the lower half of an argument alone: that is all of an int that is defined.
scmp_arg_cmp same_int(unsigned argument, std::uint32_t value) {
    return {argument, SCMP_CMP_MASKED_EQ, 0xFFFFFFFFU, value};
}
scmp_arg_cmp other_than(unsigned argument, std::uint64_t value) {
    return {argument, SCMP_CMP_NE, value, 0};
}
scmp_arg_cmp bits(unsigned argument, std::uint64_t mask, std::uint64_t value) {
    return {argument, SCMP_CMP_MASKED_EQ, mask, value};
}

/// Builds one program. Everything is allowed but what is denied.
class FilterBuilder {
public:
    FilterBuilder() : context_(seccomp_init(SCMP_ACT_ALLOW)) {
        if (!context_) {
            throw FilterError("libseccomp cannot start");
        }
        // Calls in the manner of another processor: the list below does not cover them.
        check(seccomp_attr_set(context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(EPERM)));
    }

    void deny(const char* name, int error = EPERM) {
        if (const int number = find(name); number != __NR_SCMP_ERROR) {
            check(seccomp_rule_add_array(context_.get(), action(error), number, 0, nullptr));
        }
    }
    void deny(std::initializer_list<const char*> names, int error = EPERM) {
        for (const char* name : names) {
            deny(name, error);
        }
    }
    void deny_if(const char* name, const scmp_arg_cmp& condition, int error = EPERM) {
        deny_if(name, {condition}, error);
    }
    void deny_if(const char* name, std::initializer_list<scmp_arg_cmp> all, int error = EPERM) {
        if (const int number = find(name); number != __NR_SCMP_ERROR) {
            check(seccomp_rule_add_array(context_.get(), action(error), number,
                                         static_cast<unsigned>(all.size()), all.begin()));
        }
    }

    [[nodiscard]] std::vector<sock_filter> build() const {
        const Descriptor memory(memfd_create("filter", MFD_CLOEXEC));
        if (!memory) {
            throw FilterError("there is no memory for a filter");
        }
        check(seccomp_export_bpf(context_.get(), memory.get()));
        const off_t size = lseek(memory.get(), 0, SEEK_END);
        std::vector<sock_filter> out(static_cast<std::size_t>(size) / sizeof(sock_filter));
        if (pread(memory.get(), out.data(), static_cast<std::size_t>(size), 0) != size) {
            throw FilterError("a filter cannot be read back");
        }
        return out;
    }

private:
    struct Release {
        void operator()(void* context) const noexcept { seccomp_release(context); }
    };

    /// Names that the library or this processor does not know are skipped: there is nothing to
    /// deny then.
    static int find(const char* name) { return seccomp_syscall_resolve_name(name); }
    static std::uint32_t action(int error) {
        return SCMP_ACT_ERRNO(static_cast<std::uint32_t>(error));
    }
    static void check(int status) {
        if (status < 0) {
            throw FilterError(std::string("libseccomp refuses a rule: ") + std::strerror(-status));
        }
    }

    std::unique_ptr<void, Release> context_;
};

/// What no task needs, and what reaches around the other layers.
void deny_always(FilterBuilder& filter) {
    // Into other processes.
    filter.deny({"ptrace", "process_vm_readv", "process_vm_writev", "process_madvise",
                 "process_mrelease", "kcmp", "pidfd_getfd", "pidfd_send_signal", "move_pages",
                 "migrate_pages"});
    // Into the kernel.
    filter.deny({"bpf",
                 "perf_event_open",
                 "userfaultfd",
                 "io_uring_setup",
                 "io_uring_enter",
                 "io_uring_register",
                 "add_key",
                 "keyctl",
                 "request_key",
                 "kexec_load",
                 "kexec_file_load",
                 "init_module",
                 "finit_module",
                 "delete_module",
                 "iopl",
                 "ioperm",
                 "modify_ldt",
                 "lookup_dcookie",
                 "syslog",
                 "fanotify_init"});
    // Into the whole machine.
    filter.deny({"mount",
                 "umount",
                 "umount2",
                 "pivot_root",
                 "chroot",
                 "fsopen",
                 "fsconfig",
                 "fsmount",
                 "fspick",
                 "open_tree",
                 "move_mount",
                 "mount_setattr",
                 "setns",
                 "unshare",
                 "swapon",
                 "swapoff",
                 "reboot",
                 "acct",
                 "quotactl",
                 "quotactl_fd",
                 "settimeofday",
                 "clock_settime",
                 "clock_adjtime",
                 "adjtimex",
                 "stime",
                 "sethostname",
                 "setdomainname",
                 "vhangup",
                 "open_by_handle_at",
                 "name_to_handle_at"});
    filter.deny_if("personality", other_than(0, 0));
    // The worker dies with its parent, stays unreadable for others, and ends up in nobody's hands.
    for (const int option : {PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER}) {
        filter.deny_if("prctl", same_int(0, static_cast<std::uint32_t>(option)));
    }
    // Limits of others. Its own can only become tighter: nobody may raise a hard limit.
    filter.deny_if("prlimit64", other_than(0, 0));
    // Typing into the terminal that the host was started from.
    filter.deny_if("ioctl", same_int(1, TIOCSTI));
    filter.deny_if("ioctl", same_int(1, TIOCLINUX));
}

void deny_signals(FilterBuilder& filter,
                  const FilterChoice& choice,
                  const ProtectedProcesses& processes) {
    // Programs that use it do not exist in a worker; threads are signalled by tgkill.
    filter.deny("tkill");
    if (!choice.process) {
        for (const char* name :
             {"kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_open"}) {
            filter.deny_if(name, other_than(0, own_process));
        }
        return;
    }
    for (const pid_t pid : {processes.host, processes.zygote}) {
        const auto number = static_cast<std::uint32_t>(pid);
        for (const char* name :
             {"kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_open",
              "sched_setaffinity", "sched_setscheduler", "sched_setparam", "sched_setattr"}) {
            filter.deny_if(name, same_int(0, number));
        }
        // The group that it leads; for -1 see below.
        filter.deny_if("kill", same_int(0, static_cast<std::uint32_t>(-pid)));
    }
    filter.deny_if("kill", same_int(0, static_cast<std::uint32_t>(-1)));
}

void deny_processes(FilterBuilder& filter, const FilterChoice& choice) {
    // Its flags are in memory, where a filter cannot look. The C library goes on with clone.
    filter.deny("clone3", ENOSYS);
    for (const int space : {CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWIPC,
                            CLONE_NEWUTS, CLONE_NEWCGROUP}) {
        const auto bit = static_cast<std::uint64_t>(static_cast<std::uint32_t>(space));
        filter.deny_if("clone", bits(0, bit, bit));
    }
    if (choice.process) {
        return;
    }
    filter.deny({"execve", "execveat", "fork", "vfork", "setsid", "setpgid"});
    filter.deny_if("clone", bits(0, CLONE_THREAD, 0));
}

void deny_sockets(FilterBuilder& filter, const FilterChoice& choice) {
    // Pairs of sockets lead nowhere and stay allowed. What a Unix socket's name leads to is a
    // service of this machine, so it needs the capability for files: the container engine's socket
    // alone would undo every other layer.
    std::vector<int> denied;
    for (int family = 0; family < AF_MAX; ++family) {
        const bool internet = family == AF_INET || family == AF_INET6;
        const bool allowed = family == AF_UNIX
                                 ? choice.filesystem
                                 : choice.network && (internet || family == AF_NETLINK);
        if (!allowed) {
            denied.push_back(family);
        }
    }
    if (!choice.network && !choice.filesystem) {
        filter.deny("socket", EACCES);
        return;
    }
    for (const int family : denied) {
        filter.deny_if("socket", same_int(0, static_cast<std::uint32_t>(family)), EACCES);
    }
}

void deny_files(FilterBuilder& filter, const FilterChoice& choice) {
    if (choice.filesystem) {
        return;
    }
    // Landlock looks at neither of them, and files outside may belong to this user. Through a
    // descriptor (fchmod) it still works on files of its own.
    filter.deny({"chmod", "fchmodat", "fchmodat2", "chown", "lchown", "fchownat", "setxattr",
                 "lsetxattr", "removexattr", "lremovexattr", "utime", "utimes", "futimesat",
                 "truncate"});
    // A null path means the descriptor itself.
    filter.deny_if("utimensat", other_than(1, 0));
}

std::vector<sock_filter> make_filter(const FilterChoice& choice,
                                     const ProtectedProcesses& processes) {
    FilterBuilder filter;
    deny_always(filter);
    deny_signals(filter, choice, processes);
    deny_processes(filter, choice);
    deny_sockets(filter, choice);
    deny_files(filter, choice);
    return filter.build();
}

}  // namespace

FilterSet::FilterSet(const ProtectedProcesses& processes) {
    for (const bool network : {false, true}) {
        for (const bool filesystem : {false, true}) {
            for (const bool process : {false, true}) {
                const FilterChoice choice{network, filesystem, process};
                try {
                    programs_.at(index_of(choice)) = make_filter(choice, processes);
                } catch (const FilterError&) {
                    // It stays empty, and install() tells.
                    continue;
                }
            }
        }
    }
}

std::size_t FilterSet::index_of(const FilterChoice& choice) {
    return (choice.network ? 4U : 0U) + (choice.filesystem ? 2U : 0U) + (choice.process ? 1U : 0U);
}

std::optional<std::string> FilterSet::install(const FilterChoice& choice) const {
    std::vector<sock_filter> program = programs_.at(index_of(choice));
    if (program.empty() || program.size() > USHRT_MAX) {
        return "libseccomp cannot make the filter";
    }
    const auto self = static_cast<std::uint32_t>(getpid());
    for (sock_filter& step : program) {
        if (step.code == (BPF_JMP | BPF_JEQ | BPF_K) && step.k == own_process) {
            step.k = self;
        }
    }
    const sock_fprog filter{.len = static_cast<unsigned short>(program.size()),
                            .filter = program.data()};
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) != 0) {
        return std::string("the kernel has no filters for system calls: ") + std::strerror(errno);
    }
    return std::nullopt;
}

}  // namespace oa::host::isolation::worker
