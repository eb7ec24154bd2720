#include "host/isolation/worker/sandbox.hpp"

#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "core/json/json.hpp"
#include "host/isolation/worker/confinement.hpp"
#include "host/isolation/worker/landlock.hpp"

namespace oa::host::isolation::worker {
namespace {

namespace json = boost::json;

/// The folder of a plug-in may hold libraries and data of its own. Not readable as a whole is one
/// that holds what others put there, or everything.
bool is_shared_folder(const std::filesystem::path& folder, std::string_view home) {
    struct stat status {};
    return stat(folder.c_str(), &status) != 0 || (status.st_mode & S_IWOTH) != 0 ||
           folder == folder.root_path() || folder == home || folder == "/home" || folder == "/root";
}

std::vector<std::filesystem::path> readable_settings(uid_t user) {
    if (user != 0) {
        // What is secret there is so by its mode.
        return {"/etc"};
    }
    // Still root, so the mode protects nothing: what the C library and TLS need, and no more.
    return {"/etc/ca-certificates", "/etc/crypto-policies", "/etc/gai.conf",    "/etc/group",
            "/etc/host.conf",       "/etc/hosts",           "/etc/ld.so.cache", "/etc/ld.so.conf",
            "/etc/ld.so.conf.d",    "/etc/localtime",       "/etc/mime.types",  "/etc/networks",
            "/etc/nsswitch.conf",   "/etc/os-release",      "/etc/passwd",      "/etc/pki",
            "/etc/protocols",       "/etc/resolv.conf",     "/etc/services",    "/etc/ssl/certs",
            "/etc/ssl/openssl.cnf", "/etc/timezone"};
}

LandlockRules landlock_rules(const SandboxRequest& request, uid_t user) {
    const SandboxSettings& settings = request.settings;
    LandlockRules out;
    out.restrict_files = !settings.filesystem;
    out.restrict_network = !settings.network;
    out.execute_own = settings.process;
    // Not /opt: what lies there belongs to applications, and may be their data.
    out.execute = {"/usr", "/lib", "/lib64", "/bin", "/sbin"};
    out.read = readable_settings(user);
    for (const char* path : {"/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/loadavg",
                             "/proc/sys/kernel", "/proc/sys/vm", "/sys/devices/system/cpu"}) {
        out.read.emplace_back(path);
    }
    if (settings.network) {
        // Where /etc/resolv.conf leads to on many systems.
        for (const char* path :
             {"/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager"}) {
            out.read.emplace_back(path);
        }
    }
    const auto folder = request.plugin.parent_path();
    const char* const home = std::getenv("HOME");
    out.execute.push_back(is_shared_folder(folder, home == nullptr ? "" : home) ? request.plugin
                                                                                : folder);
    out.devices = {"/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"};
    if (!settings.temporary_folder.empty()) {
        out.own_folder = settings.temporary_folder;
    }
    return out;
}

json::object describe_limits(const SandboxSettings& settings) {
    json::object out;
    const auto add = [&out](const char* name, std::uint64_t value) {
        if (value != 0) {
            out[name] = value;
        }
    };
    add("memory_bytes", settings.memory_bytes);
    add("cpu_seconds", settings.cpu_seconds);
    add("open_files", settings.open_files);
    add("processes", settings.processes);
    add("file_bytes", settings.file_bytes);
    return out;
}

/// How an author recognises what was denied, and what to do about it.
json::object describe_denied(const SandboxSettings& settings) {
    json::object out;
    if (!settings.enforce) {
        return out;
    }
    if (!settings.network) {
        out["network"] = "opening a socket fails with EACCES; declare OA_F_NETWORK";
    }
    if (!settings.filesystem) {
        out["filesystem"] =
            "outside of the temporary folder (TMPDIR), opening a file to write it fails with "
            "EACCES, "
            "and so does reading most files; changing modes and owners by path and sockets with "
            "names fail with EPERM and EACCES; declare OA_F_FILESYSTEM";
    }
    if (!settings.process) {
        out["processes"] = "fork and execve fail with EPERM; declare OA_F_PROCESSES";
    }
    return out;
}

json::object describe_landlock(const SandboxSettings& settings, const LandlockState& state) {
    json::object out;
    out["abi"] = state.abi;
    out["filesystem"] = settings.filesystem ? "unrestricted"
                        : state.files       ? "temporary folder only"
                                            : "not restricted";
    out["network"] = settings.network ? "unrestricted"
                     : state.network  ? "denied"
                                      : "not restricted";
    out["signals"] = state.scope ? "denied" : "not restricted";
    return out;
}

void note_landlock(const LandlockState& state, json::array& reduced) {
    if (!state.problem.empty()) {
        reduced.emplace_back("landlock: " + state.problem);
        return;
    }
    if (state.abi < 6) {
        reduced.emplace_back(
            "landlock: this kernel lets workers of one user signal each other, where programs may "
            "be started");
    }
}

}  // namespace

std::string confine(const SandboxRequest& request) {
    const SandboxSettings& settings = request.settings;
    json::array reduced;
    json::object report;
    forbid_capabilities();
    const WorkerUser user = change_user(settings, request.plugin);
    drop_capabilities();
    bind_to_zygote(request.zygote);
    if (!user.reduced.empty()) {
        reduced.emplace_back(user.reduced);
    }
    for (const std::string& what : set_limits(settings, user)) {
        reduced.emplace_back(what);
    }
    report["no_new_privs"] = true;
    report["user"] = user.user;
    report["capabilities"] = "none";
    report["limits"] = describe_limits(settings);
    if (settings.enforce) {
        const LandlockState state = apply_landlock(landlock_rules(request, user.user));
        report["landlock"] = describe_landlock(settings, state);
        note_landlock(state, reduced);
        const auto problem = request.filters.install({.network = settings.network,
                                                      .filesystem = settings.filesystem,
                                                      .process = settings.process});
        report["seccomp"] = problem ? "off" : "standard";
        if (problem) {
            reduced.emplace_back("seccomp: " + *problem);
        }
    } else {
        report["landlock"] = "off";
        report["seccomp"] = "off";
        reduced.emplace_back("landlock and seccomp: switched off by the settings");
    }
    report["denied"] = describe_denied(settings);
    report["reduced"] = std::move(reduced);
    return core::write_json(report);
}

}  // namespace oa::host::isolation::worker
