// A host to be killed: the engine, the store and the witness plug-in, with nothing else around.
//
//   crash_host DATA WITNESS WORKFLOWS PLUGIN [option]...
//     --after-death         the host before died
//     --until-idle          ends when all runs have; otherwise it lives until it is killed
//     --power-cut SEED      its death is a power cut, see power_cut_vfs.hpp
//     --durability WORD     full, normal, none
//     --max-runs N          at one time
//     --operator SEED       somebody looks after the runs, see operator.hpp
//     --keep N              of the runs that have ended; all, otherwise. Takes an operator
//
// Standard input: a line `<request> <workflow>` for each run that is wanted. Standard output, each
// line as soon as it is true: `ready`, `ack <request> <run>`, `refused <request> <why>`,
// `answered <run> yes|no`, `idle`.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <unistd.h>

#include "core/workflow/reader.hpp"
#include "host/crash/crash_point.hpp"
#include "host/document/document_file.hpp"
#include "host/document/workflow_files.hpp"
#include "host/engine/engine.hpp"
#include "host/engine/quiet_sink.hpp"
#include "host/engine/system_clock.hpp"
#include "host/engine/timer_queue.hpp"
#include "host/engine/ulid.hpp"
#include "host/engine/worker_pool.hpp"
#include "host/plugin/in_process_invoker.hpp"
#include "host/plugin/plugin_registry.hpp"
#include "host/store/run_store.hpp"
#include "tests/crash/host/crashing_ports.hpp"
#include "tests/crash/host/operator.hpp"
#include "tests/crash/host/power_cut_vfs.hpp"

namespace oa::test {
namespace {

constexpr std::size_t document_bytes_max = 4U << 20U;
constexpr std::chrono::milliseconds soon{40};

struct Options {
    std::filesystem::path data;
    std::string witness;
    std::filesystem::path workflows;
    std::filesystem::path plugin;
    bool after_death = false;
    bool until_idle = false;
    std::optional<std::uint64_t> power_cut = {};
    host::Durability durability = host::Durability::Full;
    std::size_t max_runs = 32;
    std::optional<std::uint64_t> operator_seed = {};
    std::optional<std::uint64_t> keep = {};
};

void say(const std::string& line) {
    const std::string text = line + '\n';
    if (::write(STDOUT_FILENO, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
        std::_Exit(3);  // nobody listens
    }
}

class CrashHost {
public:
    explicit CrashHost(const Options& options)
        : options_(options),
          plugins_(search(options.plugin)),
          store_({.folder = options.data, .durability = options.durability}) {
        host::crash_point("host.store_opened");
        host::Engine::Settings settings;
        settings.queue.max_runs = options.max_runs;
        settings.load = [this](const std::string& name) { return load(name); };
        host::RunServices services{.invoker = crashing_invoker_,
                                   .journal = journal_,
                                   .sink = sink_,
                                   .clock = clock_,
                                   .pool = pool_,
                                   .timers = timers_,
                                   .environment = {}};
        services.continuations = &continuations_;
        services.history = &store_;
        engine_.emplace(std::move(services), std::move(settings));
        if (options.operator_seed) {
            operator_.emplace(
                Operator::Tools{*engine_, store_, options.keep, say,
                                [this](const std::string& run_id) { do_again(run_id); }},
                *options.operator_seed);
        }
    }

    void recover() {
        std::vector<host::OpenRun> open;
        for (const host::RunSummary& run : store_.open_runs()) {
            open.push_back({run.id, run.records, run.started.has_value(), run.parent_run_id});
        }
        engine_->recover(open, options_.after_death,
                         [this](host::RunRequest& request) { look_after(request); });
        host::crash_point("host.recovered");
    }

    void submit(const std::string& wanted, const std::string& workflow) {
        host::RunRequest request;
        host::crash_point("documents.before_keep");
        request.documents = store_.keep_documents(workflow);
        host::crash_point("documents.kept");
        request.workflow = read(workflow);
        request.inputs["file"] = options_.witness;
        if (workflow == "waits") {
            request.inputs["soon"] = core::format_time(clock_.wall() + soon);
        }
        request.run_id = host::make_ulid(clock_.wall());
        submit(wanted, std::move(request));
    }

    void live() {
        if (!options_.until_idle) {
            for (;;) {
                ::pause();
            }
        }
        engine_->wait_until_idle();
        if (operator_) {
            operator_->stop();
            engine_->wait_until_idle();  // he may have wanted something more
        }
        say("idle");
    }

private:
    void submit(const std::string& wanted, host::RunRequest request) {
        request.on_accepted = [wanted, id = request.run_id](const core::JournalFailure* failure) {
            say(failure == nullptr ? "ack " + wanted + ' ' + id
                                   : "refused " + wanted + ' ' + failure->message);
        };
        look_after(request);
        engine_->submit(std::move(request));
    }

    void do_again(const std::string& run_id) {
        try {
            submit("again-" + run_id, engine_->retry(run_id, host::make_ulid(clock_.wall()), {}));
        } catch (const std::exception& why) {
            say("refused again-" + run_id + ' ' + why.what());
        }
    }

    void look_after(host::RunRequest& request) {
        if (!operator_) {
            return;
        }
        operator_->watch(request.run_id, request.workflow->name);
        request.on_end = [this, is_again = !request.retry_of.empty()](
                             const core::RunReport& report, const boost::json::object& /*left*/) {
            operator_->ended(report.id, report, is_again);
        };
    }

    static host::PluginSearch search(const std::filesystem::path& plugin) {
        host::PluginSearch search;
        search.places.push_back({plugin, "crash_host"});
        search.trust = host::TrustPolicy::Ignore;
        return search;
    }

    std::shared_ptr<const core::Workflow> load(const std::string& documents) {
        const std::optional<std::string> name = store_.documents(documents);
        if (!name) {
            throw std::runtime_error("there is no document '" + documents + "'");
        }
        return read(*name);
    }

    std::shared_ptr<const core::Workflow> read(const std::string& name) {
        const std::lock_guard lock(mutex_);
        std::shared_ptr<const core::Workflow>& workflow = workflows_[name];
        if (!workflow) {
            const std::string file = (options_.workflows / (name + ".yaml")).string();
            auto text = host::read_document_file(file, document_bytes_max);
            if (const auto* problem = std::get_if<host::DocumentProblem>(&text)) {
                throw std::runtime_error(file + ' ' + problem->message);
            }
            const host::WorkflowFiles files(file, document_bytes_max);
            core::ReadOptions reading;
            reading.workflows = &files;
            const core::ReadResult result =
                core::read_workflow(std::get<std::string>(text), file, plugins_, reading);
            if (!result.workflow) {
                throw std::runtime_error(to_string(result.diagnostics.at(0)));
            }
            workflow = result.workflow;
        }
        return workflow;
    }

    const Options options_;
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<const core::Workflow>> workflows_;
    host::PluginRegistry plugins_;
    host::InProcessInvoker invoker_;
    CrashingInvoker crashing_invoker_{invoker_};
    host::RunStore store_;
    CrashingJournal journal_{store_};
    host::QuietSink sink_;
    host::SystemClock clock_;
    host::WorkerPool pool_{64};
    host::WorkerPool continuations_{4};
    host::TimerQueue timers_;
    std::optional<host::Engine> engine_;
    std::optional<Operator> operator_;
};

Options parse(int argc, char** argv) {
    if (argc < 5) {
        throw std::runtime_error("usage: crash_host DATA WITNESS WORKFLOWS PLUGIN [option]...");
    }
    Options options{.data = argv[1], .witness = argv[2], .workflows = argv[3], .plugin = argv[4]};
    for (int i = 5; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "--after-death") {
            options.after_death = true;
        } else if (word == "--until-idle") {
            options.until_idle = true;
        } else if (word == "--power-cut" && i + 1 < argc) {
            options.power_cut = std::strtoull(argv[++i], nullptr, 10);
        } else if (word == "--durability" && i + 1 < argc) {
            options.durability = host::parse_durability(argv[++i]).value();
        } else if (word == "--operator" && i + 1 < argc) {
            options.operator_seed = std::strtoull(argv[++i], nullptr, 10);
        } else if (word == "--keep" && i + 1 < argc) {
            options.keep = std::strtoull(argv[++i], nullptr, 10);
        } else if (word == "--max-runs" && i + 1 < argc) {
            options.max_runs = std::strtoull(argv[++i], nullptr, 10);
        } else {
            throw std::runtime_error("unknown option " + word);
        }
    }
    return options;
}

void run(const Options& options) {
    put_between_sqlite_and_its_files(options.power_cut);
    CrashHost host(options);
    host.recover();
    say("ready");
    std::string line;
    while (std::getline(std::cin, line)) {
        std::istringstream words(line);
        std::string wanted;
        std::string workflow;
        words >> wanted >> workflow;
        try {
            host.submit(wanted, workflow);
        } catch (const host::QueueFull& full) {
            say("refused " + wanted + ' ' + full.what());
        }
    }
    host.live();
}

}  // namespace
}  // namespace oa::test

int main(int argc, char** argv) {
    try {
        oa::test::run(oa::test::parse(argc, argv));
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "crash_host: " << error.what() << '\n';
        return 2;
    }
}
