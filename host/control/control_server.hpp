#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

namespace oa::host {

/// Answers a request of `oa` itself, from another process of the same user: {"command": "reload"}.
/// What it throws becomes {"error": what()}.
using ControlHandler = std::function<boost::json::object(const boost::json::object& request)>;

/// The socket by which a running host is told things: <folder>/oa-<pid>.sock, one request and one
/// answer a connection, each a line of JSON of at most 64 KiB. Only the user that runs the host,
/// and root, are answered.
class ControlServer {
public:
    /// Makes the folder (0700) where it is missing. Throws std::runtime_error when the folder is
    /// not private to this user, or the socket cannot be made.
    ControlServer(const std::filesystem::path& folder, ControlHandler handler);
    /// Waits for a request that is being answered.
    ~ControlServer();
    ControlServer(const ControlServer&) = delete;
    ControlServer& operator=(const ControlServer&) = delete;

    [[nodiscard]] const std::filesystem::path& socket() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace oa::host
