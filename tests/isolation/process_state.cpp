#include "tests/isolation/process_state.hpp"

#include <algorithm>
#include <charconv>
#include <clocale>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>

#include <malloc.h>
#include <sys/stat.h>
#include <unistd.h>

extern char** environ;

namespace oa::test {
namespace {

/// Empty when the process that it is about is gone, also when that happens meanwhile.
std::string read_text(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::string out;
    std::getline(in, out, '\0');
    return out;
}

/// Of a line of /proc/self/status.
std::string field(const std::string& status, const std::string& name) {
    const auto at = status.find("\n" + name + ":");
    if (at == std::string::npos) {
        return "";
    }
    const auto from = status.find_first_not_of(" \t", at + name.size() + 2);
    return status.substr(from, status.find('\n', from) - from);
}

std::size_t number(const std::string& text) {
    std::size_t out = 0;
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
}

/// A mask of signals without the two that the thread library takes for itself with the first
/// thread.
std::string without_library_signals(const std::string& mask) {
    std::uint64_t bits = 0;
    std::from_chars(mask.data(), mask.data() + mask.size(), bits, 16);
    constexpr std::uint64_t of_library = (std::uint64_t{1} << 31U) | (std::uint64_t{1} << 32U);
    return std::to_string(bits & ~of_library);
}

std::vector<std::string> open_descriptors() {
    std::vector<std::string> out;
    std::error_code error;
    for (auto entry = std::filesystem::directory_iterator("/proc/self/fd", error);
         entry != std::filesystem::directory_iterator(); entry.increment(error)) {
        const auto target = std::filesystem::read_symlink(entry->path(), error);
        // The folder that is being read has one itself.
        if (!error && target.string().find("/fd") == std::string::npos) {
            out.push_back(entry->path().filename().string() + " " + target.string());
        }
    }
    std::sort(out.begin(), out.end());
    return out;
}

struct Relative {
    RunningProcess process;
    pid_t parent = 0;
};

std::optional<Relative> read_relative(pid_t pid) {
    const std::string stat = read_text("/proc/" + std::to_string(pid) + "/stat");
    const auto open = stat.find('(');
    const auto close = stat.rfind(')');
    if (open == std::string::npos || close == std::string::npos) {
        return std::nullopt;
    }
    Relative out;
    char state = 0;
    std::istringstream rest(stat.substr(close + 1));
    rest >> state >> out.parent;
    out.process = {pid, stat.substr(open + 1, close - open - 1), state == 'Z'};
    return out;
}

std::vector<Relative> everybody() {
    std::vector<Relative> out;
    std::error_code error;
    for (auto entry = std::filesystem::directory_iterator("/proc", error);
         entry != std::filesystem::directory_iterator(); entry.increment(error)) {
        const auto pid = static_cast<pid_t>(number(entry->path().filename().string()));
        if (pid > 0) {
            if (auto relative = read_relative(pid)) {
                out.push_back(std::move(*relative));
            }
        }
    }
    return out;
}

}  // namespace

ProcessState read_process_state() {
    malloc_trim(0);
    const std::string status = "\n" + read_text("/proc/self/status");
    ProcessState out;
    out.descriptors = open_descriptors();
    out.threads = number(field(status, "Threads"));
    out.children = descendants().size();
    out.resident_kib = number(field(status, "VmRSS"));
    std::error_code error;
    out.folder = std::filesystem::current_path(error).string();
    out.umask = umask(0);
    umask(out.umask);
    out.locale = std::setlocale(LC_ALL, nullptr);
    for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
        out.environment.emplace_back(*variable);
    }
    std::sort(out.environment.begin(), out.environment.end());
    out.signals = without_library_signals(field(status, "SigIgn")) + " " +
                  without_library_signals(field(status, "SigCgt"));
    return out;
}

std::vector<std::string> differences(const ProcessState& before,
                                     const ProcessState& after,
                                     std::size_t memory_kib) {
    std::vector<std::string> out;
    const auto counted = [&](std::size_t from, std::size_t to, const std::string& what) {
        if (from != to) {
            out.push_back(what + " " + std::to_string(from) + " -> " + std::to_string(to));
        }
    };
    counted(before.descriptors.size(), after.descriptors.size(), "open files");
    counted(before.threads, after.threads, "threads");
    counted(before.children, after.children, "processes");
    if (after.resident_kib > before.resident_kib + memory_kib) {
        out.push_back("memory +" +
                      std::to_string((after.resident_kib - before.resident_kib) / 1024) + " MiB");
    }
    const auto changed = [&](bool equal, const std::string& what) {
        if (!equal) {
            out.push_back(what);
        }
    };
    changed(before.descriptors.size() != after.descriptors.size() ||
                before.descriptors == after.descriptors,
            "what open files lead to");
    changed(before.folder == after.folder, "working folder");
    changed(before.umask == after.umask, "umask");
    changed(before.locale == after.locale, "locale");
    changed(before.environment == after.environment, "environment");
    changed(before.signals == after.signals, "signal handling");
    return out;
}

std::vector<RunningProcess> descendants() {
    const std::vector<Relative> all = everybody();
    std::multimap<pid_t, const RunningProcess*> children;
    for (const Relative& one : all) {
        children.emplace(one.parent, &one.process);
    }
    std::vector<RunningProcess> out;
    std::vector<pid_t> parents{getpid()};
    while (!parents.empty()) {
        const auto [from, to] = children.equal_range(parents.back());
        parents.pop_back();
        for (auto child = from; child != to; ++child) {
            out.push_back(*child->second);
            parents.push_back(child->second->pid);
        }
    }
    return out;
}

std::vector<RunningProcess> processes_named(const std::string& name) {
    std::vector<RunningProcess> out;
    for (Relative& one : everybody()) {
        if (one.process.name == name) {
            out.push_back(std::move(one.process));
        }
    }
    return out;
}

bool is_running(pid_t pid) {
    const auto found = read_relative(pid);
    return found && !found->process.zombie;
}

void pause_a_little() {
    const timespec time{0, 5'000'000};
    nanosleep(&time, nullptr);
}

}  // namespace oa::test
