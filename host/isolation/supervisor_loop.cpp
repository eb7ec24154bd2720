#include "host/isolation/supervisor_loop.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/isolation/protocol/protocol_error.hpp"
#include "host/isolation/temporary_folder.hpp"
#include "host/isolation/zygote.hpp"

namespace oa::host::isolation {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t output_bytes_at_once = 64U << 10U;
constexpr std::size_t entries_at_once = 256;
constexpr int reads_of_rest_max = 64;  // more than a pipe holds

}  // namespace

void WorkerSupervisor::Loop::run() {
    for (;;) {
        try {
            step();
        } catch (const std::exception& error) {
            write_line("oa-worker", core::TaskLogLevel::Error, error.what());
        }
        const std::lock_guard lock(mutex_);
        if (stopping_) {
            break;
        }
    }
    // The end of the socket tells the zygote to end; the signal makes sure of it.
    kill_zygote();
    if (zygote_pid() != 0) {
        on_zygote_lost();
    }
    for (const std::string& folder : folders_) {
        while (!remove_some(folder, entries_at_once)) {
        }
    }
    folders_.clear();
}

int WorkerSupervisor::Loop::wait_milliseconds() {
    if (!folders_.empty()) {
        return 0;
    }
    const std::lock_guard lock(mutex_);
    if (timers_.empty()) {
        return -1;
    }
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(timers_.begin()->first - steady_clock::now());
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 3'600'000));
}

void WorkerSupervisor::Loop::step() {
    std::array<epoll_event, 32> events{};
    const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                   wait_milliseconds());
    for (int i = 0; i < count; ++i) {
        on_event(events[static_cast<std::size_t>(i)].data.u64);
    }
    bool wanted = false;
    {
        const std::lock_guard lock(mutex_);
        wanted = std::exchange(zygote_wanted_, false) && !zygote_;
    }
    if (wanted) {
        start_zygote_now();
    }
    on_timers();
    if (!folders_.empty() && remove_some(folders_.back(), entries_at_once)) {
        folders_.pop_back();
    }
}

void WorkerSupervisor::Loop::on_timers() {
    for (;;) {
        std::function<void()> work;
        {
            const std::lock_guard lock(mutex_);
            if (timers_.empty() || timers_.begin()->first > steady_clock::now()) {
                return;
            }
            work = std::move(timers_.begin()->second);
            timers_.erase(timers_.begin());
        }
        work();
    }
}

std::shared_ptr<WorkerSupervisor::Loop::Process> WorkerSupervisor::Loop::find(
    std::uint64_t id) const {
    const std::lock_guard lock(mutex_);
    const auto found = processes_.find(id);
    return found == processes_.end() ? nullptr : found->second;
}

void WorkerSupervisor::Loop::on_event(std::uint64_t data) {
    const auto source = static_cast<Source>(data & ((1U << kind_bits) - 1));
    switch (source) {
        case Source::Wake: {
            std::uint64_t count = 0;
            static_cast<void>(::read(wake_.get(), &count, sizeof(count)));
            return;
        }
        case Source::Zygote: on_zygote(); return;
        case Source::ZygoteOutput: on_zygote_output(); return;
        case Source::Output:
        case Source::Socket: break;
    }
    const auto process = find(data >> kind_bits);
    if (!process) {
        return;
    }
    if (source == Source::Output) {
        on_output(*process);
    } else {
        process->tell_readable();
    }
}

void WorkerSupervisor::Loop::start_zygote_now() {
    std::string problem;
    Zygote made;
    try {
        made = start_zygote(settings_.worker_program);
    } catch (const LaunchError& error) {
        problem = error.what();
    }
    const std::lock_guard lock(mutex_);
    ++zygote_starts_;
    zygote_problem_ = problem;
    if (made.channel) {
        zygote_ = std::move(made.channel);
        zygote_pid_ = made.pid;
        zygote_output_ = std::move(made.output);
        add(zygote_->descriptor(), tag(Source::Zygote));
        add(zygote_output_.get(), tag(Source::ZygoteOutput));
    }
    changed_.notify_all();
}

void WorkerSupervisor::Loop::on_zygote() {
    std::shared_ptr<Channel> channel;
    {
        const std::lock_guard lock(mutex_);
        channel = zygote_;
    }
    if (!channel) {
        return;
    }
    try {
        for (;;) {
            ReceivedFrame received;
            const auto got = channel->receive(received, steady_clock::now());
            if (got == Channel::Received::Timeout) {
                return;
            }
            if (got == Channel::Received::Closed) {
                break;
            }
            on_report(decode_zygote_report(received.frame));
        }
    } catch (const ProtocolError& error) {
        write_line("oa-worker", core::TaskLogLevel::Error, error.what());
    }
    on_zygote_lost();
}

void WorkerSupervisor::Loop::on_report(const ZygoteReport& report) {
    if (const auto* spawned = std::get_if<Spawned>(&report)) {
        const auto process = find(spawned->id);
        if (process && spawned->pid > 0) {
            process->set_pid(spawned->pid);
        } else if (process) {
            WorkerEnd end;
            end.how = WorkerEnd::How::NotMade;
            end.code = spawned->error;
            on_end(process, end);
        }
        return;
    }
    const auto& exited = std::get<Exited>(report);
    if (const auto process = find(exited.id)) {
        WorkerEnd end;
        end.how = exited.signalled ? WorkerEnd::How::Signalled : WorkerEnd::How::Exited;
        end.code = exited.code;
        end.cpu_microseconds = exited.cpu_microseconds;
        end.rss_kib_max = exited.rss_kib_max;
        on_end(process, end);
    }
}

void WorkerSupervisor::Loop::on_output(Process& process) {
    // Not cleared: it is long, and read() fills what is used.
    std::array<char, output_bytes_at_once> buffer;  // NOLINT
    const ssize_t got = ::read(process.output.get(), buffer.data(), buffer.size());
    if (got > 0) {
        process.add_output({buffer.data(), static_cast<std::size_t>(got)});
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        process.output = Descriptor();
    }
}

void WorkerSupervisor::Loop::on_zygote_output() {
    std::array<char, 4'096> buffer{};
    const ssize_t got = ::read(zygote_output_.get(), buffer.data(), buffer.size());
    if (got > 0) {
        zygote_lines_.add({buffer.data(), static_cast<std::size_t>(got)}, steady_clock::now());
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        zygote_output_ = Descriptor();
    }
}

void WorkerSupervisor::Loop::on_end(const std::shared_ptr<Process>& process, const WorkerEnd& end) {
    {
        const std::lock_guard lock(mutex_);
        processes_.erase(process->id);
    }
    // Nobody writes any more, so that this comes to an end.
    for (int rounds = 0; process->output && rounds < reads_of_rest_max; ++rounds) {
        on_output(*process);
    }
    process->output = Descriptor();
    if (!remove_some(process->folder, entries_at_once)) {
        folders_.push_back(process->folder);
    }
    process->finish(end);
}

void WorkerSupervisor::Loop::on_zygote_lost() {
    std::vector<std::shared_ptr<Process>> lost;
    int pid = 0;
    {
        const std::lock_guard lock(mutex_);
        zygote_.reset();
        pid = zygote_pid_;
        for (const auto& [id, process] : processes_) {
            if (process->generation == zygote_starts_) {
                lost.push_back(process);
            }
        }
    }
    if (pid != 0) {
        ::kill(pid, SIGKILL);
    }
    for (const auto& process : lost) {
        // The kernel ends the worker with the zygote, but not what the worker had started.
        if (process->pid() > 0) {
            ::kill(-process->pid(), SIGKILL);
        }
    }
    if (pid != 0) {
        while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
        }
        const std::lock_guard lock(mutex_);
        zygote_pid_ = 0;
    }
    for (int rounds = 0; zygote_output_ && rounds < reads_of_rest_max; ++rounds) {
        on_zygote_output();
    }
    zygote_output_ = Descriptor();
    zygote_lines_.finish(steady_clock::now());
    for (const auto& process : lost) {
        on_end(process, WorkerEnd{});
    }
}

}  // namespace oa::host::isolation
