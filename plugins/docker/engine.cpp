#include "engine.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <istream>
#include <system_error>

#include <Poco/Exception.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/SocketImpl.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Timespan.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "plugins/common/fault.hpp"
#include "plugins/common/http/url.hpp"
#include "plugins/common/pipe_signal.hpp"
#include "plugins/common/text.hpp"

namespace oa::docker {

namespace {

using common::fault;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t answer_max = std::size_t{8} * 1024 * 1024;
constexpr std::size_t message_max = 400;
constexpr const char* socket_default = "/var/run/docker.sock";

std::string socket_param(Call& call) {
    auto path = call.param<std::string>("socket", "");
    if (path.empty()) {
        const char* const host = std::getenv("DOCKER_HOST");
        constexpr std::string_view scheme = "unix://";
        const std::string_view text = host == nullptr ? "" : host;
        path = text.starts_with(scheme) ? text.substr(scheme.size()) : socket_default;
    }
    if (path.size() >= sizeof(sockaddr_un::sun_path) || path.find('\0') != std::string::npos) {
        throw invalid_params("/socket", "socket is no path of a socket: it is too long");
    }
    return path;
}

milliseconds limit_of(Call& call, milliseconds timeout_default, std::string_view parameter) {
    auto limit = call.param<milliseconds>(parameter, timeout_default);
    if (const auto rest = call.remaining()) {
        limit = std::min(limit, *rest);
    }
    return limit;
}

/// Poco tells no more of a failed connection than that it failed.
Error no_engine(const std::string& path) {
    const int error = ::access(path.c_str(), R_OK | W_OK) == 0 ? ECONNREFUSED : errno;
    const std::string message = "no Docker Engine answers at " + path + ": " +
                                std::generic_category().message(error) +
                                "; start it, or name its socket";
    return error == EACCES ? fault(ErrorCode::Permission, Retry::No, message)
                           : fault(ErrorCode::Unavailable, Retry::Yes, message);
}

std::string target_of(const Engine::Request& request) {
    std::string out = request.path;
    char mark = '?';
    for (const auto& [name, value] : request.query) {
        out += mark;
        out += http::encode_component(name) + "=" + http::encode_component(value);
        mark = '&';
    }
    return out;
}

/// {"message": "..."} of an engine, or the start of any other text.
std::string reason_of(const std::string& body) {
    std::string reason = body;
    try {
        const Json json = Json::parse(body);
        if (json["message"].is_string()) {
            reason = json["message"].as_string();
        }
    } catch (const JsonError&) {
        // Not every proxy before an engine speaks JSON.
    }
    return common::as_utf8(common::cut_text(reason, message_max));
}

Error error_of(int status, const std::string& what, const std::string& body) {
    const std::string message = what + ": " + reason_of(body) + " (" + std::to_string(status) + ")";
    switch (status) {
        case 400: return fault(ErrorCode::Precondition, Retry::No, message);
        case 401: return fault(ErrorCode::Unauthenticated, Retry::No, message);
        case 403: return fault(ErrorCode::Permission, Retry::No, message);
        case 404: return fault(ErrorCode::NotFound, Retry::No, message);
        case 409: return fault(ErrorCode::Conflict, Retry::No, message);
        default: break;
    }
    return status >= 500 ? fault(ErrorCode::Unavailable, Retry::Unknown, message)
                         : fault(ErrorCode::Precondition, Retry::No, message);
}

}  // namespace

/// Ends the request that is under way when the call is cancelled.
struct Engine::Cancellation {
    struct Callback {
        http::Interrupter* interrupter;
        void operator()() const { interrupter->cancel(); }
    };

    Cancellation(Call& call, http::Interrupter& interrupter)
        : guard(call.on_cancel(Callback{&interrupter})) {}

    CancelCallback<Callback> guard;
};

Engine::Engine(Call& call, milliseconds timeout_default, std::string_view parameter)
    : socket_(socket_param(call)),
      limit_(limit_of(call, timeout_default, parameter)),
      interrupter_(steady_clock::now() + limit_),
      cancellation_(std::make_unique<Cancellation>(call, interrupter_)) {}

Engine::Engine(std::string socket, milliseconds limit)
    : socket_(std::move(socket)), limit_(limit), interrupter_(steady_clock::now() + limit) {}

Engine::~Engine() = default;

Json Engine::ask(const Request& request, int* status) {
    std::string body;
    exchange(
        request,
        [&](std::string_view bytes) {
            if (bytes.size() > answer_max - body.size()) {
                throw fault(ErrorCode::Exhausted, Retry::No,
                            request.what + ": the answer has more than 8 MiB");
            }
            body += bytes;
            return true;
        },
        status);
    if (body.find_first_not_of(" \t\r\n") == std::string::npos) {
        return {};
    }
    try {
        return Json::parse(body);
    } catch (const JsonError& error) {
        throw fault(ErrorCode::Unavailable, Retry::Unknown,
                    request.what + ": the engine's answer is no JSON: " + error.what());
    }
}

void Engine::stream(const Request& request, const std::function<bool(std::string_view)>& sink) {
    exchange(request, sink, nullptr);
}

void Engine::exchange(const Request& request,
                      const std::function<bool(std::string_view)>& sink,
                      int* status) {
    const common::PipeSignalBlock no_pipe_signal;
    Poco::Net::StreamSocket socket;
    try {
        socket.connect(Poco::Net::SocketAddress(Poco::Net::SocketAddress::UNIX_LOCAL, socket_));
    } catch (const Poco::Exception&) {
        throw no_engine(socket_);
    }
    interrupter_.attach(socket.impl()->sockfd());
    struct Detached {
        http::Interrupter& interrupter;
        ~Detached() { interrupter.detach(); }
    } const detached{interrupter_};
    try {
        const Poco::Timespan rest(static_cast<long>(limit_.count() / 1000) + 2, 0);
        Poco::Net::HTTPClientSession session(socket);
        session.setTimeout(rest);
        socket.setReceiveTimeout(rest);  // the interrupter is faster
        Poco::Net::HTTPRequest head(request.method, target_of(request),
                                    Poco::Net::HTTPMessage::HTTP_1_1);
        head.set("Host", "docker");
        head.set("Connection", "close");
        for (const auto& [name, value] : request.headers) {
            head.set(name, value);
        }
        const std::string body = request.body ? request.body->dump() : "";
        if (request.body) {
            head.setContentType("application/json");
        }
        head.setContentLength(static_cast<std::streamsize>(body.size()));
        session.sendRequest(head) << body;
        Poco::Net::HTTPResponse response;
        std::istream& input = session.receiveResponse(response);
        const int code = response.getStatus();
        if (status != nullptr) {
            *status = code;
        }
        std::string problem;
        std::array<char, std::size_t{16} * 1024> piece{};
        while (true) {
            // What is there already is given at once: a log may pause for hours.
            const std::streamsize ready = std::max<std::streamsize>(
                1, std::min<std::streamsize>(input.rdbuf()->in_avail(), piece.size()));
            input.read(piece.data(), ready);
            const std::string_view bytes(piece.data(), static_cast<std::size_t>(input.gcount()));
            if (bytes.empty()) {
                break;
            }
            if (code >= 400) {
                problem.append(bytes.substr(0, answer_max - std::min(answer_max, problem.size())));
            } else if (!sink(bytes)) {
                break;
            }
        }
        http::throw_if_interrupted(interrupter_);
        if (input.bad()) {
            throw fault(ErrorCode::Unavailable, Retry::Unknown,
                        request.what + ": the engine's answer broke off");
        }
        if (code >= 400) {
            throw error_of(code, request.what, problem);
        }
    } catch (const Error& error) {
        if (error.code() == ErrorCode::Cancelled) {
            throw Cancelled();
        }
        if (error.code() == ErrorCode::Deadline) {
            throw deadline_exceeded(request.what + ": it took longer than " +
                                    std::to_string(limit_.count()) + " ms (timeout)");
        }
        throw;
    } catch (const Poco::Exception& error) {
        const auto reason = interrupter_.reason();
        if (reason == http::Interrupter::Reason::Cancelled) {
            throw Cancelled();
        }
        if (reason == http::Interrupter::Reason::Deadline) {
            throw deadline_exceeded(request.what + ": it took longer than " +
                                    std::to_string(limit_.count()) + " ms (timeout)");
        }
        throw fault(
            ErrorCode::Unavailable, Retry::Unknown,
            request.what + ": the connection to the engine broke off: " + error.displayText());
    }
}

void require_container_name(const std::string& pointer, const std::string& name) {
    const auto letter = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    };
    const bool good =
        !name.empty() && letter(name.front()) && std::all_of(name.begin(), name.end(), [&](char c) {
            return letter(c) || c == '_' || c == '.' || c == '-';
        });
    if (!good) {
        throw invalid_params(pointer,
                             "'" + common::as_utf8(name) + "' is no name or id of a container");
    }
}

std::string container_param(Call& call, std::string_view name) {
    auto container = call.param<std::string>(name);
    require_container_name(pointer_to(name), container);
    return container;
}

}  // namespace oa::docker
