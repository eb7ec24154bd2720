#include "host/control/control_server.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/json/json.hpp"
#include "host/control/control_socket.hpp"

namespace oa::host {

namespace fs = std::filesystem;

namespace {

constexpr int waiting_max = 16;
constexpr std::chrono::seconds patience{5};  // with a client that does not speak or listen
constexpr int try_again_after_ms = 100;

void make_private_folder(const fs::path& folder) {
    fs::create_directories(folder.parent_path());
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
        throw std::system_error(errno, std::generic_category(), "mkdir " + folder.string());
    }
    struct stat status {};
    if (::lstat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode) ||
        status.st_uid != ::geteuid() || (status.st_mode & 077U) != 0) {
        throw std::runtime_error("the folder " + folder.string() +
                                 " must belong to this user and be closed to others: chmod 700");
    }
}

bool may_ask(int connection) {
    ucred peer{};
    socklen_t size = sizeof(peer);
    return ::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
           (peer.uid == ::geteuid() || peer.uid == 0);
}

boost::json::object answer(const ControlHandler& handler, const std::string& line) {
    try {
        const boost::json::value request = core::parse_json(line);
        if (!request.is_object()) {
            return {{"error", "a request is a JSON object"}};
        }
        return handler(request.get_object());
    } catch (const std::exception& error) {
        return {{"error", error.what()}};
    }
}

}  // namespace

struct ControlServer::State {
    State(fs::path socket_path, ControlHandler control_handler)
        : path(std::move(socket_path)),
          handler(std::move(control_handler)),
          listener(control::make_socket()) {
        if (::pipe2(stop.data(), O_CLOEXEC) != 0) {
            throw std::system_error(errno, std::generic_category(), "pipe2");
        }
    }
    ~State() {
        static_cast<void>(::unlink(path.c_str()));
        ::close(stop[0]);
        ::close(stop[1]);
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    void serve();
    [[nodiscard]] bool serve_one() const;

    fs::path path;
    ControlHandler handler;
    control::Socket listener;
    std::array<int, 2> stop{-1, -1};  // readable once the thread has to end
    std::thread thread;
};

void ControlServer::State::serve() {
    for (;;) {
        std::array<pollfd, 2> waiting{pollfd{listener.get(), POLLIN, 0},
                                      pollfd{stop[0], POLLIN, 0}};
        if (::poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR) {
            return;
        }
        if (waiting[1].revents != 0) {
            return;
        }
        if ((waiting[0].revents & POLLIN) != 0 && !serve_one()) {
            // Without a descriptor for it, the client would stay at the door.
            static_cast<void>(::poll(&waiting[1], 1, try_again_after_ms));
        }
    }
}

// False: nobody could be let in.
bool ControlServer::State::serve_one() const {
    const control::Socket client(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!client) {
        return false;
    }
    if (!may_ask(client.get())) {
        return true;
    }
    const auto line = control::read_line(client.get(), std::chrono::steady_clock::now() + patience);
    if (line) {
        static_cast<void>(control::write_line(client.get(),
                                              boost::json::serialize(answer(handler, *line)),
                                              std::chrono::steady_clock::now() + patience));
    }
    return true;
}

ControlServer::ControlServer(const fs::path& folder, ControlHandler handler) {
    make_private_folder(folder);
    const fs::path path = folder / ("oa-" + std::to_string(::getpid()) + ".sock");
    state_ = std::make_unique<State>(path, std::move(handler));
    const sockaddr_un address = control::address_of(path);
    static_cast<void>(::unlink(path.c_str()));  // of a process that had our number before
    if (::bind(state_->listener.get(), reinterpret_cast<const sockaddr*>(&address),
               sizeof(address)) != 0 ||
        ::listen(state_->listener.get(), waiting_max) != 0) {
        throw std::system_error(errno, std::generic_category(), "bind " + path.string());
    }
    state_->thread = std::thread([state = state_.get()] { state->serve(); });
}

ControlServer::~ControlServer() {
    const char byte = 0;
    static_cast<void>(!::write(state_->stop[1], &byte, 1));
    state_->thread.join();
}

const fs::path& ControlServer::socket() const {
    return state_->path;
}

}  // namespace oa::host
