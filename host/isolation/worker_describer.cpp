#include "host/isolation/worker_describer.hpp"

#include <array>
#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "host/isolation/protocol/messages.hpp"
#include "host/isolation/protocol/protocol_error.hpp"
#include "host/isolation/worker_failure.hpp"
#include "host/plugin/descriptor_text.hpp"
#include "host/plugin/plugin_problem.hpp"

namespace oa::host::isolation {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t text_bytes_max = 4'096;
constexpr std::chrono::seconds end_patience{5};

constexpr std::array problems{
    PluginProblem::Missing,          PluginProblem::NotAFile,    PluginProblem::Unreadable,
    PluginProblem::Untrusted,        PluginProblem::NotALibrary, PluginProblem::Damaged,
    PluginProblem::WrongMachine,     PluginProblem::NoEntry,     PluginProblem::WrongMajor,
    PluginProblem::AbiTooNew,        PluginProblem::Unloadable,  PluginProblem::Declined,
    PluginProblem::InvalidDescriptor};

PluginRefused refused_by_worker(const Refused& refused) {
    auto problem = PluginProblem::Unloadable;
    for (const auto each : problems) {
        if (to_string(each) == refused.problem) {
            problem = each;
        }
    }
    return {problem, clean_utf8(refused.reason, text_bytes_max),
            clean_utf8(refused.fix, text_bytes_max)};
}

Load describing_load(const std::filesystem::path& load_from, const IsolationSettings& settings) {
    Load load;
    load.file = load_from.string();
    load.config = "{}";
    load.describe_only = true;
    load.sandbox.memory_bytes = settings.limits.memory_bytes;
    load.sandbox.cpu_seconds = settings.limits.cpu_seconds;
    load.sandbox.open_files = settings.limits.open_files;
    load.sandbox.processes = settings.limits.processes;
    load.sandbox.file_bytes = settings.limits.file_bytes;
    load.sandbox.enforce = settings.enforce;
    return load;
}

struct TooSlow {};

/// A worker that describes one file. Nothing of it stays.
class DescribingWorker {
public:
    DescribingWorker(const std::filesystem::path& load_from, WorkerLauncher& launcher) {
        try {
            worker_ = launcher.launch(
                {.module = load_from.filename().string(), .filesystem = false, .listener = {}});
        } catch (const std::exception& error) {
            throw PluginRefused(
                PluginProblem::Unloadable,
                std::string("cannot be loaded into a worker process: ") + error.what(), "");
        }
    }
    ~DescribingWorker() { end(); }
    DescribingWorker(const DescribingWorker&) = delete;
    DescribingWorker& operator=(const DescribingWorker&) = delete;

    /// Throws PluginRefused, ProtocolError, TooSlow.
    [[nodiscard]] WorkerDescription ask(Load load, steady_clock::time_point until) {
        load.sandbox.temporary_folder = worker_.temporary_folder;
        limits_ = load.sandbox;
        std::string frame;
        encode(HostMessage(std::move(load)), 0, frame);
        // A worker that does not take it is noticed below.
        static_cast<void>(worker_.channel->send(frame, {}, until));
        while (steady_clock::now() < until) {
            ReceivedFrame received;
            const auto got = worker_.channel->receive(received, until);
            if (got == Channel::Received::Closed) {
                static_cast<void>(worker_.process->wait_end(steady_clock::now() + end_patience));
                throw died("");
            }
            if (got == Channel::Received::Timeout) {
                break;
            }
            WorkerMessage message = decode_worker_message(received.frame);
            if (auto* ready = std::get_if<Ready>(&message)) {
                return {std::move(ready->manifest), std::move(ready->sandbox)};
            }
            if (const auto* refused = std::get_if<Refused>(&message)) {
                throw refused_by_worker(*refused);
            }
            if (!std::holds_alternative<Log>(message)) {
                throw ProtocolError("a message of a call before it was ready");
            }
        }
        throw TooSlow{};
    }

    [[nodiscard]] PluginRefused died(const std::string& violation) {
        end();
        WorkerDeath death;
        death.end = worker_.process->end().value_or(WorkerEnd{});
        death.violation = violation;
        death.output = worker_.process->last_output();
        death.limits = limits_;
        return {PluginProblem::Unloadable,
                describe_death(death) + " while it was loaded into a worker process",
                "run its constructors and its entry function under a debugger"};
    }

private:
    void end() {
        if (!worker_.process->end()) {
            worker_.process->kill();
            static_cast<void>(worker_.process->wait_end(steady_clock::now() + end_patience));
        }
    }

    LaunchedWorker worker_;
    SandboxSettings limits_;
};

}  // namespace

WorkerDescription describe_in_worker(const std::filesystem::path& load_from,
                                     const IsolationSettings& settings,
                                     WorkerLauncher& launcher) {
    const auto start_max = settings.pool.start_max;
    DescribingWorker worker(load_from, launcher);
    try {
        return worker.ask(describing_load(load_from, settings), steady_clock::now() + start_max);
    } catch (const ProtocolError& error) {
        throw worker.died(error.what());
    } catch (const TooSlow&) {
        throw PluginRefused(PluginProblem::Unloadable,
                            "does not come back from being loaded within " +
                                std::to_string(start_max.count()) + " ms",
                            "its constructors and its entry function must be quick");
    }
}

}  // namespace oa::host::isolation
