#include "host/isolation/worker_failure.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <string_view>

#include "host/isolation/output_lines.hpp"
#include "host/plugin/descriptor_text.hpp"
#include "oa/plugin.h"

namespace oa::host::isolation {
namespace {

constexpr std::size_t lines_in_message = 3;
constexpr std::size_t line_bytes_in_message = 300;

/// Which limit a worker ran into; empty when none is to be seen.
std::string exhausted_limit(const WorkerDeath& death) {
    if (death.end.how != WorkerEnd::How::Signalled) {
        return {};
    }
    const auto& limits = death.limits;
    switch (death.end.code) {
        case SIGXCPU:
            return "used more than " + std::to_string(limits.cpu_seconds) + " s of processor time";
        case SIGXFSZ:
            return "wrote a file of more than " + std::to_string(limits.file_bytes) + " bytes";
        case SIGKILL: return "was killed by the system, most likely for lack of memory";
        default: break;
    }
    const bool out_of_memory = std::any_of(
        death.output.begin(), death.output.end(),
        [](const std::string& line) { return line.find("bad_alloc") != std::string::npos; });
    if (death.end.code == SIGABRT && out_of_memory) {
        return limits.memory_bytes == 0 ? "ran out of memory"
                                        : "ran out of memory; it may use " +
                                              std::to_string(limits.memory_bytes >> 20U) + " MiB";
    }
    return {};
}

std::string signal_name(int number) {
    const char* const name = ::sigabbrev_np(number);
    return name == nullptr ? "signal " + std::to_string(number) : std::string("SIG") + name;
}

std::string quoted_output(const WorkerDeath& death) {
    std::vector<std::string_view> lines;
    for (const std::string& line : death.output) {
        // The worker's own lines are for the log.
        if (line.compare(0, worker_line_start.size(), worker_line_start) != 0) {
            lines.emplace_back(line);
        }
    }
    const auto count = std::min(lines_in_message, lines.size());
    std::string out;
    for (std::size_t i = lines.size() - count; i < lines.size(); ++i) {
        out += out.empty() ? "; last output: " : " | ";
        out += clean_utf8(lines[i], line_bytes_in_message);
    }
    return out;
}

}  // namespace

std::string name_of(const LoadedModule& module) {
    const ModuleInfo& info = module.info();
    return "module " + info.name + " " + info.version + " (" + info.id + ")";
}

Blame blame_for(const WorkerDeath& death) {
    if (!death.violation.empty()) {
        return Blame::Violation;
    }
    const bool of_itself =
        death.end.how == WorkerEnd::How::Exited || death.end.how == WorkerEnd::How::Signalled;
    return of_itself && !death.ended_by_host && exhausted_limit(death).empty() ? Blame::Crash
                                                                               : Blame::None;
}

std::string describe_death(const WorkerDeath& death) {
    if (!death.violation.empty()) {
        return "broke the worker protocol: " + death.violation;
    }
    if (death.ended_by_host) {
        return "was ended by the host";
    }
    if (auto limit = exhausted_limit(death); !limit.empty()) {
        return limit;
    }
    switch (death.end.how) {
        case WorkerEnd::How::Exited:
            return "ended its process with exit(" + std::to_string(death.end.code) +
                   ") and gave no result";
        case WorkerEnd::How::Signalled: return "crashed with " + signal_name(death.end.code);
        case WorkerEnd::How::NotMade:
            return std::string("got no process: ") + std::strerror(death.end.code);
        case WorkerEnd::How::Unknown: break;
    }
    return "lost its process, because the one that starts all worker processes ended";
}

core::Failure failure_of_death(const WorkerDeath& death,
                               const LoadedFunction& function,
                               const core::Invocation& invocation) {
    core::Failure out;
    out.retryable = (function.flags & OA_F_IDEMPOTENT) != 0;
    out.message = name_of(*function.owner) + " " + describe_death(death);
    if (death.ended_by_host) {
        const bool late =
            invocation.deadline && *invocation.deadline <= std::chrono::steady_clock::now();
        out.code = late ? "deadline" : "cancelled";
        out.message =
            function.subject + " did not stop when it was asked to; its process was ended";
        return out;
    }
    if (!death.violation.empty()) {
        out.code = "internal";
    } else if (!exhausted_limit(death).empty()) {
        out.code = "exhausted";
    } else if (death.end.how == WorkerEnd::How::NotMade) {
        out.code = "unavailable";
        out.retryable = true;
    } else {
        out.code = "crashed";
    }
    out.message += " while running " + function.function + " (task " + invocation.task +
                   ", worker " + std::to_string(death.pid) + ")";
    if (death.calls > 1) {
        // Nobody can tell which of them did it.
        out.retryable = true;
        out.message += "; " + std::to_string(death.calls - 1) +
                       (death.calls == 2 ? " other call" : " other calls") +
                       " ran in the same process, and any of them may be the cause";
    }
    out.message += quoted_output(death);
    return out;
}

core::Failure failure_of_start(const WorkerDeath& death, const LoadedModule& module) {
    core::Failure out;
    const bool no_process =
        death.end.how == WorkerEnd::How::NotMade || death.end.how == WorkerEnd::How::Unknown;
    out.code = !death.violation.empty()          ? "internal"
               : no_process                      ? "unavailable"
               : !exhausted_limit(death).empty() ? "exhausted"
                                                 : "crashed";
    out.retryable = no_process;
    out.message = name_of(module) + " " + describe_death(death) +
                  " while it was loaded into a worker process (worker " +
                  std::to_string(death.pid) + ")" + quoted_output(death);
    return out;
}

core::Failure cancelled_before_start(const LoadedFunction& function) {
    return {.code = "cancelled", .message = function.subject + " was cancelled before it started"};
}

core::Failure late_before_start(const LoadedFunction& function) {
    return {.code = "deadline",
            .message = function.subject + " ran out of time before it started",
            .retryable = true};
}

}  // namespace oa::host::isolation
