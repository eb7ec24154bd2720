#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "core/port/blob_scope.hpp"
#include "core/port/clock.hpp"
#include "core/port/event_sink.hpp"
#include "core/port/journal.hpp"
#include "core/port/task_invoker.hpp"
#include "core/run/run_data.hpp"
#include "core/run/run_machine.hpp"
#include "core/secret/masker.hpp"
#include "host/engine/job_runner.hpp"
#include "host/engine/timers.hpp"

namespace oa::host {

/// What a run works with. Everything is borrowed and must outlive the run; the invoker, the pool
/// and the sink must also outlive calls that were abandoned and still return.
struct RunServices {
    core::TaskInvoker& invoker;
    core::Journal& journal;
    core::EventSink& sink;
    const core::Clock& clock;
    JobRunner& pool;
    Timers& timers;
    core::Environment environment;
    core::BlobScopes* blobs = nullptr;            ///< null: tasks hand each other JSON alone
    const core::SecretSource* secrets = nullptr;  ///< null: there are none
    /// Environment variables that hold secrets, beside those that sound so; null: no others.
    const std::vector<std::string>* secret_environment = nullptr;
    /// Of the whole host: gets every secret that a run uses. Null: there is none.
    std::shared_ptr<core::Masker> masker = nullptr;
};

struct RunRequest {
    std::shared_ptr<const core::Workflow> workflow;
    boost::json::object inputs;  ///< bound: checked, defaults filled in
    std::string run_id;
    std::uint32_t attempt = 1;
    core::RunSettings settings = {};
    /// Called once, by the thread that ends the run, after the sink has heard of it.
    std::function<void(const core::RunReport& report, boost::json::object variables)> on_end = {};

    // Of a run that is a task of another run.
    std::string parent_run_id = {};
    std::uint32_t depth = 0;                      ///< 0: nobody's task
    boost::json::object variables = {};           ///< take the place of the document's own
    std::shared_ptr<core::BlobScope> blobs = {};  ///< of the run that it is a task of
    std::shared_ptr<core::EventSink> sink = {};   ///< in place of the services' one
    std::shared_ptr<core::Masker> masker = {};    ///< of the run that it is a task of
};

/// Carries one run from its creation to its end: feeds the run machine with events and does what it
/// commands.
///
/// Nothing leaves it that holds a secret which the run has used: what functions give, log and fail
/// with is masked where it comes in, what the document makes of it where it is made. So journal,
/// sinks and expressions only ever see what is masked.
///
/// All state of the run is owned by whoever drains its mailbox. Events come from worker threads,
/// the timer thread and whoever cancels; the first to find nobody draining drains, the others only
/// leave their event. So there is one owner at a time and no lock around the state, and the thread
/// that ends a task starts the next one itself, without waking another thread.
class RunLoop final : public core::CallObserver, public std::enable_shared_from_this<RunLoop> {
public:
    [[nodiscard]] static std::shared_ptr<RunLoop> make(RunServices services, RunRequest request);

    RunLoop(const RunLoop&) = delete;
    RunLoop& operator=(const RunLoop&) = delete;
    ~RunLoop() override = default;

    /// Journals the creation and starts. Once. Throws what the journal throws: the run is then not
    /// accepted.
    void start();
    /// Asks the run to stop; from any thread. The run ends when its tasks have, or when they have
    /// been given up, and what is to be done finally is done. Asked once more, that is stopped too.
    void cancel(const std::string& reason);
    /// Waits until the run has ended.
    [[nodiscard]] const core::RunReport& wait();

    void log(const core::Invocation& invocation,
             core::TaskLogLevel level,
             std::string_view message,
             std::string_view fields) override;
    void progress(const core::Invocation& invocation,
                  double fraction,
                  std::string_view message) override;
    [[nodiscard]] bool wants(core::TaskLogLevel level) const override;

private:
    class AttemptJob;
    class SubRun;
    struct AttemptDone {
        core::ExecutionIndex execution = 0;
        std::uint32_t attempt = 0;
        core::Outcome outcome;
        std::shared_ptr<const core::RunReport> sub_run;
        boost::json::object variables;  // of the sub-run
    };
    using Message = std::variant<core::RunEvent, AttemptDone>;

    struct Attempt {
        std::uint32_t attempt = 0;
        core::ValuePlace place;
        std::shared_ptr<core::CallControl> control;
        std::shared_ptr<Job> job;  // null for a sub-workflow
    };

    /// An execution of a task that has begun and not ended; with `for_each`, for all its elements.
    struct Begun {
        core::WallTime started_at;
        std::chrono::steady_clock::time_point started;
        std::shared_ptr<const boost::json::value> output = nullptr;  // of its latest attempt
        std::shared_ptr<const core::RunReport> sub_run = nullptr;
    };

    RunLoop(RunServices services, RunRequest request);

    void post(Message message);
    void drain();
    void handle(Message message);
    void take(const core::RunEvent& event, std::shared_ptr<const boost::json::value> output);
    void attempt_done(AttemptDone done);
    void finish_output(const core::ValuePlace& place, AttemptDone& done);
    void check_size(const core::ValuePlace& place, core::Outcome& outcome);
    void save_variables(const core::ValuePlace& place, const AttemptDone& done);

    void execute(const core::HandOn& command);
    void execute(const core::Decide& command);
    void execute(const core::StartAttempt& command);
    void execute(const core::CancelAttempt& command);
    void execute(const core::AbandonAttempt& command);
    void execute(const core::SetTimer& command);
    void execute(const core::DropTimer& command);
    void execute(const core::DecideRetry& command);
    void execute(const core::RetryScheduled& command);
    void execute(const core::ElementEnded& command);
    void execute(const core::TaskEnded& command);
    void execute(const core::MainEnded& command);
    void execute(const core::FinishRun& command);

    void begin_report(const core::StartAttempt& command);
    void end_report(const core::TaskEnded& command, core::TaskReport& report);
    void start_call(const core::StartAttempt& command);
    void start_sub_run(const core::StartAttempt& command);
    void append(core::JournalEntry entry);
    void write(core::JournalEntry entry);
    void fail_attempt(core::ExecutionIndex execution, std::uint32_t attempt, core::Failure failure);
    [[nodiscard]] std::string execution_id(const core::StartAttempt& command) const;
    [[nodiscard]] core::Failure unresolved(const core::TemplateError& error) const;
    void mask(core::Outcome& outcome) const;
    [[nodiscard]] core::Failure masked(core::Failure failure) const;
    [[nodiscard]] static core::Failure journal_failed(const std::exception& error);
    [[nodiscard]] core::EventSink& sink() const;

    RunServices services_;
    RunRequest request_;
    const core::Workflow& workflow_;
    const std::shared_ptr<core::Masker> masker_;  // of this run, and of the runs within it

    // Owned by the drainer.
    core::RunMachine machine_;
    core::RunData data_;
    core::RunReport report_;
    std::vector<core::RunCommand> commands_;
    std::vector<Message> own_messages_;  // events that executing a command caused
    std::unordered_map<core::ExecutionIndex, Attempt> attempts_;
    std::unordered_map<core::ExecutionIndex, std::shared_ptr<RunLoop>> sub_runs_;
    std::unordered_map<core::ExecutionIndex, Begun> begun_;
    std::map<core::Timer, Timers::Token> timers_;
    std::chrono::steady_clock::time_point run_started_;
    std::shared_ptr<core::BlobScope> blobs_;  // from the start to the end; may be null
    std::uint64_t records_ = 0;
    std::optional<core::Failure> journal_failure_;

    std::mutex mailbox_mutex_;
    std::vector<Message> mailbox_;
    bool draining_ = false;
    bool ended_ = false;
    std::condition_variable ended_changed_;
    std::atomic<bool> listening_{true};  // false once the sink must not be called any more
};

}  // namespace oa::host
