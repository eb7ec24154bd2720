#include "host/isolation/worker/worker.hpp"

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <variant>

#include <fcntl.h>
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/isolation/protocol/channel.hpp"
#include "host/isolation/protocol/messages.hpp"
#include "host/isolation/protocol/protocol_error.hpp"
#include "host/isolation/worker/call_server.hpp"
#include "host/isolation/worker/crash_report.hpp"
#include "host/isolation/worker/plugin_session.hpp"
#include "host/isolation/worker/sandbox.hpp"

namespace oa::host::isolation::worker {
namespace {

constexpr int exit_failed = 70;
constexpr int socket_number = 3;

[[noreturn]] void give_up(const char* why) noexcept {
    std::fprintf(stderr, "oa-worker: %s\n", why);
    std::fflush(nullptr);
    _exit(exit_failed);
}

void arrange_descriptors(const WorkerStart& start) {
    const int nowhere = open("/dev/null", O_RDONLY | O_CLOEXEC);
    // Moved out of the way first: the numbers may be those that are given away below.
    const int socket = fcntl(start.socket, F_DUPFD, socket_number + 1);
    const int output = fcntl(start.output, F_DUPFD, socket_number + 1);
    if (nowhere < 0 || socket < 0 || output < 0 || dup2(nowhere, STDIN_FILENO) < 0 ||
        dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0 ||
        dup2(socket, socket_number) < 0) {
        _exit(exit_failed);
    }
    fcntl(socket_number, F_SETFD, FD_CLOEXEC);
    if (close_range(socket_number + 1, ~0U, 0) != 0) {
        give_up("cannot close what was inherited");
    }
}

/// A process of its own: the zygote's signals and groups are left behind.
void leave_zygote() {
    setsid();
    for (int number = 1; number < NSIG; ++number) {
        signal(number, SIG_DFL);
    }
    // A write that cannot work is an error for the one who writes, as it is in the host.
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    prctl(PR_SET_CHILD_SUBREAPER, 0);
    prctl(PR_SET_NAME, "oa-worker");
    umask(077);
    // One arena for each thread would use up the address space that the limit leaves.
    mallopt(M_ARENA_MAX, 2);
    // Lines survive a crash; what a program leaves in its buffers does not.
    setvbuf(stdout, nullptr, _IOLBF, 0);
}

void arrange_environment(const std::string& temporary_folder) {
    const char* const zone = std::getenv("TZ");
    const std::string kept_zone = zone == nullptr ? "" : zone;
    const bool has_zone = zone != nullptr;
    clearenv();
    setenv("PATH", "/usr/bin:/bin", 1);
    setenv("LANG", "C.UTF-8", 1);
    if (!temporary_folder.empty()) {
        setenv("TMPDIR", temporary_folder.c_str(), 1);
        setenv("HOME", temporary_folder.c_str(), 1);
    }
    if (has_zone) {
        setenv("TZ", kept_zone.c_str(), 1);
    }
    if (chdir(temporary_folder.empty() ? "/" : temporary_folder.c_str()) != 0) {
        throw SandboxError("the temporary folder " + temporary_folder + " cannot be entered");
    }
}

void send(Channel& channel, const WorkerMessage& message) {
    std::string frame;
    encode(message, 0, frame);
    if (!channel.send(frame)) {
        _exit(0);  // the host is gone
    }
}

Load receive_load(Channel& channel) {
    ReceivedFrame frame;
    if (channel.receive(frame) == Channel::Received::Closed) {
        _exit(0);
    }
    auto message = decode_host_message(frame.frame);
    auto* const load = std::get_if<Load>(&message);
    if (load == nullptr) {
        throw ProtocolError("the first message is not the one that names the plug-in");
    }
    return std::move(*load);
}

void serve(Channel& channel, const WorkerStart& start) {
    const Load load = receive_load(channel);
    std::string sandbox;
    try {
        sandbox = confine({.settings = load.sandbox,
                           .plugin = load.file,
                           .zygote = start.zygote,
                           .filters = start.filters});
        arrange_environment(load.sandbox.temporary_folder);
    } catch (const SandboxError& error) {
        send(channel, Refused{.problem = "sandbox", .reason = error.what(), .fix = ""});
        return;
    }
    PluginSession session(channel, load);
    if (const auto& refused = session.refused()) {
        send(channel, *refused);
        return;
    }
    install_crash_report();
    send(channel, Ready{.manifest = session.manifest(), .sandbox = sandbox});
    if (!load.describe_only) {
        CallServer(channel, session, load).serve();
    }
}

}  // namespace

void run_worker(const WorkerStart& start) noexcept {
    try {
        leave_zygote();
        arrange_descriptors(start);
        Channel channel{Descriptor(socket_number)};
        serve(channel, start);
    } catch (const std::exception& error) {
        give_up(error.what());
    }
    // The module has been stopped. Destructors of static objects have nothing to add, and in a
    // thread that still runs they could do harm.
    std::fflush(nullptr);
    _exit(0);
}

}  // namespace oa::host::isolation::worker
