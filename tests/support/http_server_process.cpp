#include "tests/support/http_server_process.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern "C" char** environ;

namespace oa::test {

namespace {

constexpr auto patience = std::chrono::seconds(10);

/// PATH of a user who is not root leaves out where servers are.
std::string program_file(const std::string& name) {
    for (const char* folder : {"/usr/bin/", "/usr/sbin/"}) {
        if (::access((folder + name).c_str(), X_OK) == 0) {
            return folder + name;
        }
    }
    return name;
}

enum class Errors { Show, Drop };

pid_t spawn(const std::vector<std::string>& command, int output, Errors errors) {
    const std::string program = program_file(command.front());
    std::vector<char*> arguments;
    arguments.reserve(command.size() + 1);
    for (const std::string& argument : command) {
        arguments.push_back(const_cast<char*>(argument.c_str()));
    }
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions{};
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (output >= 0) {
        posix_spawn_file_actions_adddup2(&actions, output, 1);
    }
    if (errors == Errors::Drop) {
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    }
    pid_t pid = -1;
    const int error =
        posix_spawnp(&pid, program.c_str(), &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) {
        throw std::runtime_error("cannot start " + command.front() + ": " + std::strerror(error));
    }
    return pid;
}

sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    return address;
}

}  // namespace

ServerProcess::ServerProcess(const std::vector<std::string>& command) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw std::runtime_error("cannot make a pipe");
    }
    output_ = ends[0];
    try {
        pid_ = spawn(command, ends[1], Errors::Show);
    } catch (...) {
        ::close(ends[0]);
        ::close(ends[1]);
        throw;
    }
    ::close(ends[1]);
}

ServerProcess::~ServerProcess() {
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    ::close(output_);
}

std::string ServerProcess::first_line() {
    std::string line;
    const auto end = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < end) {
        pollfd ready{output_, POLLIN, 0};
        if (::poll(&ready, 1, 100) <= 0) {
            continue;
        }
        char c = 0;
        if (::read(output_, &c, 1) != 1) {
            break;
        }
        if (c == '\n') {
            return line;
        }
        line += c;
    }
    throw std::runtime_error("the server did not start");
}

bool ServerProcess::ended() {
    if (pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) == pid_) {
        pid_ = -1;
    }
    return pid_ < 0;
}

void ServerProcess::stop(int signal) {
    const auto end = std::chrono::steady_clock::now() + patience;
    if (pid_ > 0) {
        ::kill(pid_, signal);
    }
    while (!ended() && std::chrono::steady_clock::now() < end) {
        ::poll(nullptr, 0, 5);
    }
}

void must_run(const std::vector<std::string>& command) {
    int status = 0;
    const pid_t pid = spawn(command, -1, Errors::Drop);
    if (::waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        throw std::runtime_error(command.front() + " failed");
    }
}

namespace {

struct BoundSocket {
    int fd = -1;
    int port = 0;
};

BoundSocket bind_somewhere() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof(address);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(fd, generic, size) != 0 || ::getsockname(fd, generic, &size) != 0) {
        ::close(fd);
        throw std::runtime_error("no free port");
    }
    return {fd, ntohs(address.sin_port)};
}

}  // namespace

int free_port() {
    const BoundSocket socket = bind_somewhere();
    ::close(socket.fd);
    return socket.port;
}

int refusing_port() {
    static const BoundSocket socket = bind_somewhere();  // and never listens
    return socket.port;
}

bool wait_for_port(int port, ServerProcess& server) {
    const auto end = std::chrono::steady_clock::now() + patience;
    const sockaddr_in address = loopback(port);
    while (std::chrono::steady_clock::now() < end && !server.ended()) {
        const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const int result =
            ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
        ::close(fd);
        if (result == 0) {
            return true;
        }
        ::poll(nullptr, 0, 5);
    }
    return false;
}

}  // namespace oa::test
