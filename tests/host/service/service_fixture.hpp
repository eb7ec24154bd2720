#pragma once

#include <chrono>
#include <fstream>
#include <future>
#include <memory>
#include <string>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "core/workflow/reader.hpp"
#include "host/document/document_bundle.hpp"
#include "host/document/workflow_files.hpp"
#include "host/engine/engine.hpp"
#include "host/engine/quiet_sink.hpp"
#include "host/engine/system_clock.hpp"
#include "host/engine/timer_queue.hpp"
#include "host/engine/worker_pool.hpp"
#include "host/service/live_events.hpp"
#include "host/service/observed_journal.hpp"
#include "host/service/run_feed.hpp"
#include "host/service/run_service.hpp"
#include "host/service/workflow_library.hpp"
#include "tests/support/fake_catalog.hpp"
#include "tests/support/scripted_invoker.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::host::test_service {

inline constexpr std::chrono::seconds patience{20};

/// All that a service is made of, over a store on the disk and functions that a test writes:
/// module `test` with the function `do`, by the name of the task.
struct House {
    explicit House(const std::filesystem::path& folder)
        : workflows(folder / "workflows"),
          store({.folder = folder / "store", .durability = Durability::None}),
          live({.records = [this](const std::string& run) { return store.load(run); },
                .workflow =
                    [this](const std::string& /*run*/, const core::JournalRecord& first) {
                        return runs.workflow_of(std::get<core::RunCreated>(first.entry));
                    }}),
          journal(store, live, ends),
          library({.folder = workflows,
                   .check = [this](std::string_view text,
                                   const std::string& file) { return check(text, file); }},
                  store,
                  clock),
          engine(RunServices{.invoker = invoker,
                             .journal = journal,
                             .sink = sink,
                             .clock = clock,
                             .pool = pool,
                             .timers = timers,
                             .environment = nullptr,
                             .continuations = &continuations,
                             .history = &store},
                 {.queue = {.max_runs = 100},
                  .load = [this](const std::string& documents) { return load(documents); }}),
          runs(engine,
               store,
               ends,
               clock,
               {.runs = {},
                .load = [this](const std::string& documents) { return load(documents); }}) {}

    LibraryDocument check(std::string_view text, const std::string& file) const {
        const WorkflowFiles files(file, 1U << 20U);
        DocumentBundle bundle(file, std::string(text));
        const RecordingSource source(files, bundle);
        core::ReadOptions options;
        options.workflows = &source;
        core::ReadResult read = core::read_workflow(text, file, catalog(), options);
        LibraryDocument checked;
        checked.workflow = std::move(read.workflow);
        checked.diagnostics = std::move(read.diagnostics);
        checked.secrets = std::move(read.secrets);
        if (checked.workflow) {
            checked.bundle = bundle.text();
        }
        return checked;
    }
    std::shared_ptr<const core::Workflow> load(const std::string& documents) const {
        const std::optional<std::string> text = store.documents(documents);
        if (!text) {
            throw std::runtime_error("there are no such documents");
        }
        const DocumentBundle bundle{std::string_view(*text)};
        core::ReadOptions options;
        options.workflows = &bundle;
        return core::read_workflow(bundle.document(), bundle.file(), catalog(), options).workflow;
    }
    static const core::FunctionCatalog& catalog() {
        static const test::FakeCatalog functions = [] {
            test::FakeCatalog made;
            made.add("test", "do", R"({"additionalProperties": true})");
            return made;
        }();
        return functions;
    }

    void write(const std::string& name, const std::string& text) const {
        std::filesystem::create_directories(workflows);
        std::ofstream(workflows / name) << text;
    }
    /// Starts a run and gives what becomes of asking for it.
    std::future<StartedRun> start(const std::string& workflow,
                                  boost::json::object inputs = {},
                                  const std::string& key = {},
                                  const std::string& digest = {}) {
        auto promise = std::make_shared<std::promise<StartedRun>>();
        std::future<StartedRun> future = promise->get_future();
        runs.start({.workflow = library.get(workflow),
                    .inputs = std::move(inputs),
                    .trigger = "api",
                    .request_key = key,
                    .request_digest = digest},
                   [promise](const StartedRun* started, const ServiceError* refusal) {
                       if (started != nullptr) {
                           promise->set_value(*started);
                       } else {
                           promise->set_exception(std::make_exception_ptr(*refusal));
                       }
                   });
        return future;
    }
    std::string run(const std::string& workflow, boost::json::object inputs = {}) {
        const StartedRun started = start(workflow, std::move(inputs)).get();
        wait_for_end(started.id);
        return started.id;
    }
    void wait_for_end(const std::string& run) {
        auto ended = std::make_shared<std::promise<void>>();
        std::future<void> future = ended->get_future();
        const std::uint64_t number = ends.wait(run, [ended] { ended->set_value(); });
        if (runs.get(run).ended) {
            ends.drop(run, number);
            return;
        }
        ASSERT_EQ(future.wait_for(patience), std::future_status::ready) << run;
    }

    std::filesystem::path workflows;
    test::ScriptedInvoker invoker;
    QuietSink sink;
    SystemClock clock;
    RunStore store;
    RunEnds ends;
    LiveEvents live;
    ObservedJournal journal;
    WorkflowLibrary library;
    TimerQueue timers;
    WorkerPool pool{16};
    WorkerPool continuations{2};
    Engine engine;
    RunService runs;
};

}  // namespace oa::host::test_service
