#include <cerrno>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "command.hpp"
#include "functions.hpp"

namespace oa::system {

namespace {

struct Mount {
    std::string source;
    std::string folder;
    std::string type;
};

/// Blanks in /proc/self/mounts are written as \040.
std::string unescaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 3 < text.size()) {
            out += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 +
                                     (text[i + 3] - '0'));
            i += 3;
        } else {
            out += text[i];
        }
    }
    return out;
}

std::vector<Mount> mounts() {
    std::vector<Mount> out;
    std::ifstream file("/proc/self/mounts");
    std::string rest;
    for (Mount mount; file >> mount.source >> mount.folder >> mount.type;) {
        std::getline(file, rest);
        mount.folder = unescaped(mount.folder);
        out.push_back(mount);
    }
    return out;
}

/// Of one file system, in bytes; null where it cannot be asked.
Json disk_of(const std::string& folder) {
    struct statvfs status {};
    if (::statvfs(folder.c_str(), &status) != 0) {
        return {};
    }
    const std::uint64_t block = status.f_frsize;
    return {
        {"path", folder},
        {"total_bytes", status.f_blocks * block},
        {"free_bytes", status.f_bfree * block},
        {"available_bytes", status.f_bavail * block},
        {"used_bytes", (status.f_blocks - status.f_bfree) * block},
        {"read_only", (status.f_flag & ST_RDONLY) != 0},
    };
}

Json disks_of(Call& call) {
    Json out = Json::array();
    if (const auto paths = call.find_param<std::vector<std::string>>("paths")) {
        for (const std::string& path : *paths) {
            Json disk = disk_of(path);
            if (disk.is_null()) {
                throw not_found(path + ": " + std::generic_category().message(errno));
            }
            out.push_back(std::move(disk));
        }
        return out;
    }
    // Those on a device of this machine: asking a server that is away would take for ever.
    std::set<std::string> seen;
    for (const Mount& mount : mounts()) {
        if (!mount.source.starts_with("/dev/") && mount.folder != "/") {
            continue;
        }
        if (mount.source.starts_with("/dev/") && !seen.insert(mount.source).second) {
            continue;
        }
        if (Json disk = disk_of(mount.folder); !disk.is_null()) {
            disk["device"] = mount.source;
            disk["type"] = mount.type;
            out.push_back(std::move(disk));
        }
    }
    return out;
}

/// /proc/meminfo, in bytes.
Json memory() {
    std::map<std::string, std::uint64_t, std::less<>> kib;
    std::ifstream file("/proc/meminfo");
    std::string rest;
    std::string name;
    for (std::uint64_t value = 0; file >> name >> value;) {
        std::getline(file, rest);
        kib[name] = value;
    }
    const auto bytes = [&kib](std::string_view key) {
        const auto found = kib.find(key);
        return found == kib.end() ? 0 : found->second * 1024;
    };
    return {
        {"total_bytes", bytes("MemTotal:")},     {"available_bytes", bytes("MemAvailable:")},
        {"free_bytes", bytes("MemFree:")},       {"swap_total_bytes", bytes("SwapTotal:")},
        {"swap_free_bytes", bytes("SwapFree:")},
    };
}

/// NAME="Debian GNU/Linux" ... of /etc/os-release.
Json distribution() {
    std::map<std::string, std::string, std::less<>> values;
    std::ifstream file("/etc/os-release");
    for (std::string line; std::getline(file, line);) {
        const std::size_t equals = line.find('=');
        if (equals == std::string::npos) {
            continue;
        }
        std::string value = line.substr(equals + 1);
        if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'')) {
            value = value.substr(1, value.size() - 2);
        }
        values[line.substr(0, equals)] = value;
    }
    return {{"id", values["ID"]},
            {"name", values["PRETTY_NAME"].empty() ? values["NAME"] : values["PRETTY_NAME"]},
            {"version", values["VERSION_ID"]}};
}

Json load_average() {
    Json out = Json::array();
    std::ifstream file("/proc/loadavg");
    double value = 0;
    for (int i = 0; i < 3 && file >> value; ++i) {
        out.push_back(value);
    }
    return out;
}

double uptime() {
    std::ifstream file("/proc/uptime");
    double seconds = 0;
    file >> seconds;
    return seconds;
}

}  // namespace

Json info(Call& call) {
    struct utsname names {};
    ::uname(&names);
    return {
        {"hostname", names.nodename},
        {"os", distribution()},
        {"kernel", {{"name", names.sysname}, {"release", names.release}}},
        {"architecture", names.machine},
        {"cpus", ::sysconf(_SC_NPROCESSORS_ONLN)},
        {"load", load_average()},
        {"memory", memory()},
        {"disks", disks_of(call)},
        {"uptime_seconds", uptime()},
    };
}

}  // namespace oa::system
