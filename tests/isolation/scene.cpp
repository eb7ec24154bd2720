#include "tests/isolation/scene.hpp"

#include <array>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/isolation/process_state.hpp"

namespace oa::test {
namespace {

constexpr std::string_view secret = "for the host alone";

// A signal that does nothing to those who do not ask for it.
std::atomic<int> signals_taken{0};

void take_signal(int /*number*/) {
    ++signals_taken;
}

int listen_on_loopback(int& port) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (fd < 0 || bind(fd, generic, size) != 0 || listen(fd, 16) != 0 ||
        getsockname(fd, generic, &size) != 0) {
        throw std::runtime_error("cannot listen");
    }
    port = ntohs(address.sin_port);
    return fd;
}

/// Another process, which does nothing.
pid_t start_decoy() {
    std::array<std::string, 2> texts{"sleep", "600"};
    std::array<char*, 3> arguments{texts[0].data(), texts[1].data(), nullptr};
    std::array<char*, 1> environment{nullptr};
    pid_t pid = 0;
    if (posix_spawnp(&pid, "sleep", nullptr, nullptr, arguments.data(), environment.data()) != 0) {
        throw std::runtime_error("cannot start a process");
    }
    return pid;
}

void replace(std::string& text, std::string_view from, const std::string& to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
}

}  // namespace

Scene::Scene()
    : name_("oh" + std::to_string(getpid())),
      listener_(listen_on_loopback(port_)),
      decoy_(start_decoy()) {
    // What keeps a worker from here must not be the owner of the folder.
    std::filesystem::permissions(folder_.path(), std::filesystem::perms::all);
    std::filesystem::permissions(folder_.write("secret", secret), std::filesystem::perms::all);
    signals_taken = 0;
    signal(SIGURG, take_signal);
}

Scene::~Scene() {
    signal(SIGURG, SIG_DFL);
    kill(decoy_, SIGKILL);
    waitpid(decoy_, nullptr, 0);
    close(listener_);
}

std::string Scene::fill(std::string_view params, pid_t zygote) const {
    std::string out(params);
    replace(out, "$FOLDER", folder_.path().string());
    replace(out, "$PORT", std::to_string(port_));
    replace(out, "$DECOY", std::to_string(decoy_));
    replace(out, "$HOST", std::to_string(getpid()));
    replace(out, "$ZYGOTE", std::to_string(zygote));
    replace(out, "$NAME", name_);
    return out;
}

std::string Scene::harm() const {
    std::string out;
    if (folder_.read("secret") != secret) {
        out += "a file was changed; ";
    }
    if (std::filesystem::exists(folder_ / "written")) {
        out += "a file was written; ";
    }
    if (!is_running(decoy_)) {
        out += "another process was ended; ";
    }
    if (signals_taken != 0) {
        out += "the host got a signal; ";
    }
    return out;
}

bool Scene::was_connected_to() {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd >= 0) {
        close(fd);
    }
    return fd >= 0;
}

}  // namespace oa::test
