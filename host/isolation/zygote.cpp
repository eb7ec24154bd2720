#include "host/isolation/zygote.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include "host/isolation/worker_process.hpp"

namespace oa::host::isolation {
namespace {

constexpr int socket_of_zygote = 3;
constexpr int above_the_given = 16;  // no source of a dup2 may be the target of another one

/// What posix_spawn() is told; its functions fail only for lack of memory.
class SpawnPlan {
public:
    SpawnPlan() {
        require(::posix_spawn_file_actions_init(&files_));
        require(::posix_spawnattr_init(&attributes_));
        sigset_t none;
        sigset_t all;
        ::sigemptyset(&none);
        ::sigfillset(&all);
        require(::posix_spawnattr_setsigmask(&attributes_, &none));
        require(::posix_spawnattr_setsigdefault(&attributes_, &all));
        require(::posix_spawnattr_setflags(
            &attributes_, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
    }
    ~SpawnPlan() {
        ::posix_spawn_file_actions_destroy(&files_);
        ::posix_spawnattr_destroy(&attributes_);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;

    void give(int descriptor, int as) {
        require(::posix_spawn_file_actions_adddup2(&files_, descriptor, as));
    }
    void close_from(int first) {
        require(::posix_spawn_file_actions_addclosefrom_np(&files_, first));
    }
    int spawn(const std::string& program) {
        std::string name = "oa-worker";
        std::string mode = "zygote";
        std::string socket = std::to_string(socket_of_zygote);
        std::string path = "PATH=/usr/local/bin:/usr/bin:/bin";
        std::string language = "LC_ALL=C.UTF-8";
        const char* const host_zone = std::getenv("TZ");
        std::string zone = std::string("TZ=") + (host_zone == nullptr ? "" : host_zone);
        const std::array<char*, 4> arguments{name.data(), mode.data(), socket.data(), nullptr};
        const std::array<char*, 4> environment{
            path.data(), language.data(), host_zone == nullptr ? nullptr : zone.data(), nullptr};
        pid_t pid = 0;
        const int error = ::posix_spawn(&pid, program.c_str(), &files_, &attributes_,
                                        arguments.data(), environment.data());
        if (error != 0) {
            throw LaunchError("the program for worker processes, " + program +
                              ", cannot be started: " + std::strerror(error) +
                              "; install it again, or set its path in the configuration");
        }
        return pid;
    }

private:
    static void require(int error) {
        if (error != 0) {
            throw LaunchError(std::string("cannot start worker processes: ") +
                              std::strerror(error));
        }
    }

    posix_spawn_file_actions_t files_{};
    posix_spawnattr_t attributes_{};
};

Descriptor moved_up(const Descriptor& descriptor) {
    Descriptor out(::fcntl(descriptor.get(), F_DUPFD_CLOEXEC, above_the_given));
    if (!out) {
        throw LaunchError(std::string("cannot start worker processes: ") + std::strerror(errno));
    }
    return out;
}

}  // namespace

OutputPipe make_output_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw LaunchError(std::string("cannot make a pipe for a worker process: ") +
                          std::strerror(errno));
    }
    OutputPipe out{Descriptor(ends[0]), Descriptor(ends[1])};
    ::fcntl(out.reader.get(), F_SETFL, O_NONBLOCK);
    return out;
}

Zygote start_zygote(const std::filesystem::path& program) {
    SocketPair sockets = make_socket_pair();
    OutputPipe output = make_output_pipe();
    const Descriptor nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const Descriptor input = moved_up(nothing);
    const Descriptor writer = moved_up(output.writer);
    const Descriptor socket = moved_up(sockets.theirs);
    SpawnPlan plan;
    plan.give(input.get(), STDIN_FILENO);
    plan.give(writer.get(), STDOUT_FILENO);
    plan.give(writer.get(), STDERR_FILENO);
    plan.give(socket.get(), socket_of_zygote);
    plan.close_from(socket_of_zygote + 1);
    Zygote out;
    out.pid = plan.spawn(program.string());
    out.channel = std::make_unique<Channel>(std::move(sockets.ours));
    out.output = std::move(output.reader);
    return out;
}

}  // namespace oa::host::isolation
