#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "oa/call.hpp"
#include "plugins/common/http/interrupter.hpp"

namespace oa::docker {

using Query = std::vector<std::pair<std::string, std::string>>;

/// The Docker Engine API over its UNIX socket. One limit of time holds for all requests together;
/// a cancellation of the call ends the one that is under way. Requests name no version of the API,
/// so an engine answers in its own.
class Engine {
public:
    /// Reads socket, and the limit from the parameter of that name.
    Engine(Call& call,
           std::chrono::milliseconds timeout_default,
           std::string_view parameter = "timeout");
    /// For what has to be done after a call was cancelled or has run out of time.
    Engine(std::string socket, std::chrono::milliseconds limit);
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    struct Request {
        std::string method;
        std::string path;  ///< "/containers/json"
        Query query = {};
        std::optional<Json> body = {};
        std::vector<std::pair<std::string, std::string>> headers = {};
        std::string what = {};  ///< for messages: "container 'db'"
    };

    /// The answer, null where it is empty. Throws oa::Error for a status of 400 and more.
    Json ask(const Request& request, int* status = nullptr);
    /// The same for an answer that comes bit by bit: `sink` gets the bytes and says by false that
    /// it has enough.
    void stream(const Request& request, const std::function<bool(std::string_view)>& sink);

    [[nodiscard]] const std::string& socket() const { return socket_; }

private:
    struct Cancellation;

    void exchange(const Request& request,
                  const std::function<bool(std::string_view)>& sink,
                  int* status);

    std::string socket_;
    std::chrono::milliseconds limit_;
    http::Interrupter interrupter_;
    std::unique_ptr<Cancellation> cancellation_;  // last: it uses interrupter_
};

/// A container's name or id, as a part of a path. Throws INVALID_PARAMS for what is none.
[[nodiscard]] std::string container_param(Call& call, std::string_view name);
void require_container_name(const std::string& pointer, const std::string& name);

}  // namespace oa::docker
