#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <vector>

#include <boost/json/object.hpp>

namespace oa::host {

/// A host that runs now.
struct RunningHost {
    int pid = 0;
    std::filesystem::path socket;
};

/// The hosts of this user, by the sockets in the folder. Sockets whose process is gone are removed.
[[nodiscard]] std::vector<RunningHost> running_hosts(const std::filesystem::path& folder);

/// Sends a request and waits for the answer. Throws std::runtime_error when the host is gone, does
/// not answer in time, or answers with no JSON object.
[[nodiscard]] boost::json::object ask_host(const RunningHost& host,
                                           const boost::json::object& request,
                                           std::chrono::milliseconds patience);

}  // namespace oa::host
