#include "host/audit/audit_log.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <exception>
#include <system_error>

#include <boost/json.hpp>
#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/json/json.hpp"
#include "core/run/report.hpp"
#include "host/crash/crash_point.hpp"

namespace oa::host {

namespace {

namespace json = boost::json;

constexpr mode_t private_file = 0600;
constexpr mode_t private_folder = 0700;

std::string user_name() {
    passwd entry{};
    passwd* found = nullptr;
    std::array<char, 4096> room{};
    const int error = ::getpwuid_r(::geteuid(), &entry, room.data(), room.size(), &found);
    return error == 0 && found != nullptr ? found->pw_name : std::to_string(::geteuid());
}

std::string line_of(const AuditRecord& record) {
    json::object out{{"time", core::format_time(std::chrono::system_clock::now())},
                     {"user", user_name()},
                     {"uid", static_cast<std::int64_t>(::geteuid())},
                     {"pid", static_cast<std::int64_t>(::getpid())},
                     {"action", record.action},
                     {"object", record.object}};
    if (!record.names.empty()) {
        out["names"] = json::array(record.names.begin(), record.names.end());
    }
    if (!record.detail.empty()) {
        out["detail"] = record.detail;
    }
    return core::write_json(out) + '\n';
}

std::string failed(const std::filesystem::path& file, const char* what) {
    return "the audit log " + file.string() + ' ' + what + ": " + std::strerror(errno);
}

/// One write call, so that lines of several processes stay whole.
std::string write_line(const std::filesystem::path& file, const std::string& line) {
    const int descriptor =
        ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, private_file);
    if (descriptor < 0) {
        return failed(file, "cannot be opened");
    }
    crash_point("audit.before_write");
    ssize_t written = 0;
    do {
        written = ::write(descriptor, line.data(), line.size());
    } while (written < 0 && errno == EINTR);
    crash_point("audit.written");
    std::string problem;
    if (written < 0 || static_cast<std::size_t>(written) != line.size()) {
        problem = failed(file, "cannot be written");
    }
    ::close(descriptor);
    return problem;
}

/// The last folder is made for this user alone; those above it are nobody's secret.
void make_folder(const std::filesystem::path& folder) {
    std::error_code ignored;
    if (folder.empty() || std::filesystem::exists(folder, ignored)) {
        return;
    }
    std::filesystem::create_directories(folder.parent_path(), ignored);
    static_cast<void>(::mkdir(folder.c_str(), private_folder));
}

}  // namespace

std::string AuditLog::append(const AuditRecord& record) const noexcept {
    try {
        make_folder(file_.parent_path());
        return write_line(file_, line_of(record));
    } catch (const std::exception& error) {
        return std::string("the audit log cannot be written: ") + error.what();
    }
}

}  // namespace oa::host
