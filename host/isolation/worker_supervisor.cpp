#include "host/isolation/worker_supervisor.hpp"

#include <cerrno>
#include <csignal>
#include <string>
#include <system_error>
#include <utility>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "host/isolation/supervisor_loop.hpp"
#include "host/isolation/temporary_folder.hpp"
#include "host/isolation/zygote.hpp"

namespace oa::host::isolation {
namespace {

using Time = std::chrono::steady_clock::time_point;
using std::chrono::steady_clock;

constexpr std::chrono::seconds send_patience{5};
constexpr std::chrono::seconds kill_patience{10};

}  // namespace

WorkerSupervisor::Loop::Loop(SupervisorSettings settings)
    : settings_(std::move(settings)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      zygote_lines_([this](const std::string& line) {
          write_line("oa-worker", core::TaskLogLevel::Warn, line);
      }) {
    add(wake_.get(), tag(Source::Wake));
}

// ---- A process ----

std::optional<WorkerEnd> WorkerSupervisor::Loop::Process::wait_end(Time until) const {
    std::unique_lock lock(mutex_);
    ended_.wait_until(lock, until, [&] { return end_.has_value(); });
    return end_;
}

std::vector<std::string> WorkerSupervisor::Loop::Process::last_output() const {
    const std::lock_guard lock(mutex_);
    return lines_.last();
}

void WorkerSupervisor::Loop::Process::terminate(std::chrono::milliseconds patience) {
    const std::weak_ptr<Process> weak = weak_from_this();
    const auto first = [weak] {
        if (const auto process = weak.lock(); process && !process->end()) {
            process->loop_->send_signal(*process, SIGTERM);
        }
    };
    const auto now = steady_clock::now();
    if (patience.count() <= 0) {
        first();
    } else {
        loop_->call_at(now + patience, first);
    }
    loop_->call_at(now + patience + loop_->term_grace(), [weak] {
        if (const auto process = weak.lock(); process && !process->end()) {
            process->kill();
        }
    });
}

void WorkerSupervisor::Loop::Process::kill() {
    loop_->send_signal(*this, SIGKILL);
    // A zygote that does not answer is of no use.
    loop_->call_at(steady_clock::now() + kill_patience, [weak = weak_from_this()] {
        if (const auto process = weak.lock(); process && !process->end()) {
            process->loop_->kill_zygote();
        }
    });
}

void WorkerSupervisor::Loop::Process::watch(bool on) {
    const std::lock_guard lock(mutex_);
    if (!end_) {
        loop_->watch(socket, id, on, std::exchange(watched_, true));
    }
}

void WorkerSupervisor::Loop::Process::add_output(std::string_view bytes) {
    const std::lock_guard lock(mutex_);
    lines_.add(bytes, steady_clock::now());
}

void WorkerSupervisor::Loop::Process::finish(const WorkerEnd& end) {
    {
        const std::lock_guard lock(mutex_);
        lines_.finish(steady_clock::now());
        end_ = end;
    }
    ended_.notify_all();
    if (const auto listener = request_.listener.lock()) {
        listener->worker_ended();
    }
}

void WorkerSupervisor::Loop::Process::tell_readable() const {
    if (const auto listener = request_.listener.lock()) {
        listener->worker_readable();
    }
}

// ---- The loop, from any thread ----

void WorkerSupervisor::Loop::write_line(const std::string& module,
                                        core::TaskLogLevel level,
                                        const std::string& line) const {
    if (settings_.log && settings_.log->wants(level)) {
        settings_.log->log(module, level, line, R"({"stream":"stdout"})");
    }
}

void WorkerSupervisor::Loop::add(int descriptor, std::uint64_t data) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = data;
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor, &event);
}

void WorkerSupervisor::Loop::watch(int socket, std::uint64_t id, bool on, bool known) const {
    epoll_event event{};
    // Even when off, a hang-up is reported; once does no harm.
    event.events = EPOLLONESHOT;
    if (on) {
        event.events |= EPOLLIN | EPOLLRDHUP;
    }
    event.data.u64 = tag(Source::Socket, id);
    ::epoll_ctl(epoll_.get(), known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event);
}

void WorkerSupervisor::Loop::wake() const {
    const std::uint64_t one = 1;
    // It can only fail when it is awake already.
    static_cast<void>(::write(wake_.get(), &one, sizeof(one)));
}

void WorkerSupervisor::Loop::call_at(Time when, std::function<void()> work) {
    {
        const std::lock_guard lock(mutex_);
        if (stopping_) {
            return;
        }
        const bool earliest = timers_.empty() || when < timers_.begin()->first;
        timers_.emplace(when, std::move(work));
        start_thread();
        if (!earliest) {
            return;
        }
    }
    wake();
}

// With the mutex held.
void WorkerSupervisor::Loop::start_thread() {
    if (thread_.joinable() || stopping_) {
        return;
    }
    // The host's signals are for its other threads.
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    std::string problem;
    try {
        thread_ = std::thread([this] { run(); });
    } catch (const std::system_error& error) {
        problem = error.code().message();
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (!problem.empty()) {
        throw LaunchError("cannot start a thread for worker processes: " + problem);
    }
}

WorkerSupervisor::Loop::Generation WorkerSupervisor::Loop::ready_zygote() {
    std::unique_lock lock(mutex_);
    start_thread();
    if (!zygote_ && !stopping_) {
        // The kernel ends the zygote with the thread that started it: that must be the loop's.
        const std::uint64_t starts = zygote_starts_;
        zygote_wanted_ = true;
        wake();
        changed_.wait(lock, [&] { return zygote_starts_ > starts || stopping_; });
    }
    if (!zygote_) {
        throw LaunchError(stopping_ ? "the host is stopping" : zygote_problem_);
    }
    return {zygote_starts_, zygote_};
}

LaunchedWorker WorkerSupervisor::Loop::launch(const LaunchRequest& request) {
    const bool for_nobody = !request.filesystem;
    LaunchedWorker out;
    out.temporary_folder = make_worker_folder(settings_.temporary_folder.string(), for_nobody);
    try {
        // A zygote may die at any time; a second one in a row is a defect.
        for (int attempt = 0; attempt < 2; ++attempt) {
            const Generation zygote = ready_zygote();
            SocketPair sockets = make_socket_pair();
            OutputPipe pipe = make_output_pipe();
            std::shared_ptr<Process> process;
            {
                const std::lock_guard lock(mutex_);
                process = std::make_shared<Process>(shared_from_this(), ++last_id_, request);
                process->socket = sockets.ours.get();
                process->generation = zygote.number;
                process->folder = out.temporary_folder;
                process->output = std::move(pipe.reader);
                if (zygote.channel != zygote_) {
                    continue;
                }
                processes_[process->id] = process;
                add(process->output.get(), tag(Source::Output, process->id));
            }
            std::string frame;
            encode(ZygoteRequest(Spawn{process->id}), frame);
            if (zygote.channel->send(frame, {sockets.theirs.get(), pipe.writer.get()},
                                     steady_clock::now() + send_patience)) {
                out.channel = std::make_unique<Channel>(std::move(sockets.ours));
                out.process = std::move(process);
                return out;
            }
            {
                const std::lock_guard lock(mutex_);
                processes_.erase(process->id);
            }
            kill_zygote();
        }
    } catch (...) {
        ::rmdir(out.temporary_folder.c_str());
        throw;
    }
    ::rmdir(out.temporary_folder.c_str());
    throw LaunchError("the program for worker processes, " + settings_.worker_program.string() +
                      ", ends as soon as it is started");
}

void WorkerSupervisor::Loop::send_signal(const Process& process, int number) {
    std::shared_ptr<Channel> channel;
    {
        const std::lock_guard lock(mutex_);
        if (process.generation != zygote_starts_) {
            return;
        }
        channel = zygote_;
    }
    if (channel) {
        std::string frame;
        encode(ZygoteRequest(Signal{process.id, number}), frame);
        if (!channel->send(frame, {}, steady_clock::now() + send_patience)) {
            kill_zygote();
        }
    }
}

void WorkerSupervisor::Loop::kill_zygote() {
    const std::lock_guard lock(mutex_);
    // It is reaped by the loop, so that the number is its own until then.
    if (zygote_pid_ != 0) {
        ::kill(zygote_pid_, SIGKILL);
    }
}

int WorkerSupervisor::Loop::zygote_pid() const {
    const std::lock_guard lock(mutex_);
    return zygote_pid_;
}

void WorkerSupervisor::Loop::stop() {
    std::vector<std::shared_ptr<Process>> left;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [id, process] : processes_) {
            left.push_back(process);
        }
    }
    for (const auto& process : left) {
        send_signal(*process, SIGKILL);
    }
    const auto until = steady_clock::now() + kill_patience;
    for (const auto& process : left) {
        static_cast<void>(process->wait_end(until));
    }
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        changed_.notify_all();
    }
    wake();
    if (thread_.joinable()) {
        thread_.join();
    }
    const std::lock_guard lock(mutex_);
    timers_.clear();
    processes_.clear();
}

// ---- The supervisor ----

WorkerSupervisor::WorkerSupervisor(SupervisorSettings settings)
    : loop_(std::make_shared<Loop>(std::move(settings))) {}

WorkerSupervisor::~WorkerSupervisor() {
    loop_->stop();
}

LaunchedWorker WorkerSupervisor::launch(LaunchRequest request) {
    return loop_->launch(request);
}

void WorkerSupervisor::call_at(Time when, std::function<void()> work) {
    loop_->call_at(when, std::move(work));
}

int WorkerSupervisor::zygote_pid() const {
    return loop_->zygote_pid();
}

}  // namespace oa::host::isolation
