#include "host/isolation/running_marks.hpp"

#include <cerrno>
#include <csignal>
#include <system_error>

#include <boost/json.hpp>
#include <unistd.h>

#include "core/json/json.hpp"
#include "host/isolation/private_file.hpp"

namespace oa::host::isolation {
namespace {

constexpr std::size_t mark_bytes_max = 65'536;
constexpr std::size_t proc_bytes_max = 4'096;

/// Names this run of the machine.
std::string boot_id() {
    return read_small_file("/proc/sys/kernel/random/boot_id", proc_bytes_max);
}

/// When a process started, in ticks since the machine did; it tells a process from a later one of
/// the same number. Empty when there is no such process.
std::string start_of(pid_t pid) {
    const auto line = read_small_file("/proc/" + std::to_string(pid) + "/stat", proc_bytes_max);
    // The name of the process may hold anything; the fields behind it do not.
    auto at = line.rfind(')');
    constexpr int fields_from_name_to_start = 20;
    for (int field = 0; field < fields_from_name_to_start && at != std::string::npos; ++field) {
        at = line.find(' ', at + 1);
    }
    return at == std::string::npos ? "" : line.substr(at + 1, line.find(' ', at + 1) - at - 1);
}

struct Mark {
    PluginContent content;
    pid_t pid = 0;
    std::string start;
    std::string boot;
};

std::optional<Mark> read_mark(const std::filesystem::path& file) {
    try {
        const auto document = core::parse_json(read_small_file(file, mark_bytes_max));
        const auto text = [&](const char* name) {
            return std::string(document.at(name).as_string());
        };
        return Mark{.content = {.hash = text("content"),
                                .module = text("module"),
                                .id = text("id"),
                                .version = text("version"),
                                .file = text("file")},
                    .pid = static_cast<pid_t>(document.at("pid").as_int64()),
                    .start = text("start"),
                    .boot = text("boot")};
    } catch (const std::exception&) {
        return std::nullopt;  // cut off, or no mark of ours
    }
}

}  // namespace

std::filesystem::path write_mark(const std::filesystem::path& folder,
                                 const PluginContent& content) {
    make_private_folder(folder);
    const pid_t pid = ::getpid();
    auto file = folder / (content.hash + "-" + std::to_string(pid));
    replace_file(file, core::write_json(boost::json::object{{"content", content.hash},
                                                            {"module", content.module},
                                                            {"id", content.id},
                                                            {"version", content.version},
                                                            {"file", content.file},
                                                            {"pid", pid},
                                                            {"start", start_of(pid)},
                                                            {"boot", boot_id()}}));
    return file;
}

std::vector<RunningMark> find_dead_marks(const std::filesystem::path& folder) {
    std::vector<RunningMark> out;
    std::error_code error;
    std::filesystem::directory_iterator entry(folder, error);
    for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
        const auto mark = read_mark(entry->path());
        if (!mark || mark->boot != boot_id()) {
            std::error_code ignored;
            std::filesystem::remove(entry->path(), ignored);
        } else if (start_of(mark->pid) != mark->start) {
            out.push_back({.file = entry->path(), .content = mark->content});
        }
    }
    return out;
}

}  // namespace oa::host::isolation
