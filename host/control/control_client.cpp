#include "host/control/control_client.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <string>
#include <system_error>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include "core/json/json.hpp"
#include "host/control/control_socket.hpp"

namespace oa::host {

namespace fs = std::filesystem;

namespace {

/// The process of oa-<pid>.sock; 0 for any other name.
int pid_of(const std::string& name) {
    constexpr std::string_view before = "oa-";
    constexpr std::string_view after = ".sock";
    if (!name.starts_with(before) || !name.ends_with(after)) {
        return 0;
    }
    const char* const end = name.data() + name.size() - after.size();
    int pid = 0;
    const auto [stopped, error] = std::from_chars(name.data() + before.size(), end, pid);
    return error == std::errc{} && stopped == end && pid > 0 ? pid : 0;
}

}  // namespace

std::vector<RunningHost> running_hosts(const fs::path& folder) {
    std::vector<RunningHost> out;
    std::error_code error;
    fs::directory_iterator entry(folder, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
        const int pid = pid_of(entry->path().filename().string());
        if (pid == 0) {
            continue;
        }
        if (::kill(pid, 0) != 0 && errno == ESRCH) {
            std::error_code ignored;
            fs::remove(entry->path(), ignored);
            continue;
        }
        out.push_back({pid, entry->path()});
    }
    std::sort(out.begin(), out.end(),
              [](const RunningHost& a, const RunningHost& b) { return a.pid < b.pid; });
    return out;
}

boost::json::object ask_host(const RunningHost& host,
                             const boost::json::object& request,
                             std::chrono::milliseconds patience) {
    const std::string who = "the host with process id " + std::to_string(host.pid);
    const auto until = std::chrono::steady_clock::now() + patience;
    const control::Socket socket = control::make_socket();
    const sockaddr_un address = control::address_of(host.socket);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) !=
        0) {
        throw std::runtime_error(who + " cannot be reached: " + std::strerror(errno));
    }
    if (!control::write_line(socket.get(), boost::json::serialize(request), until)) {
        throw std::runtime_error(who + " takes no requests");
    }
    const auto line = control::read_line(socket.get(), until);
    if (!line) {
        throw std::runtime_error(who + " gave no answer");
    }
    boost::json::value answer = core::parse_json(*line);
    if (!answer.is_object()) {
        throw std::runtime_error(who + " gave an answer of an unknown kind");
    }
    return std::move(answer.get_object());
}

}  // namespace oa::host
