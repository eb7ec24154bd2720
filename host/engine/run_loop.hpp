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
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
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
#include "host/engine/approval.hpp"
#include "host/engine/job_runner.hpp"
#include "host/engine/reuse.hpp"
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
    /// Where a run goes on when the journal has answered later; null: in the pool.
    JobRunner* continuations = nullptr;
    /// Of the runs within a run that is resumed; null: they start anew.
    const core::RunHistory* history = nullptr;
};

struct RunRequest {
    std::shared_ptr<const core::Workflow> workflow;
    boost::json::object inputs;  ///< bound: checked, defaults filled in
    std::string run_id;
    std::uint32_t attempt = 1;
    core::RunSettings settings = {};
    std::string documents = {};  ///< as in core::RunCreated, and so are those that follow
    std::string retry_of = {};
    std::string retry_from = {};
    bool retry_all = false;
    std::string trigger = {};
    std::int32_t priority = 0;
    std::string key = {};
    std::string request_key = {};
    std::string request_digest = {};
    /// What need not be done again; null: everything is to be done.
    std::shared_ptr<const Reuse> reuse = {};
    bool is_created = false;  ///< its creation is on record already, as record 1
    /// Called once: the run is on record and will end, or why it is not and never was.
    std::function<void(const core::JournalFailure* refusal)> on_accepted = {};
    /// Called once, by the thread that ends the run, after the sink has heard of it.
    std::function<void(const core::RunReport& report, boost::json::object variables)> on_end = {};
    /// Called once for a run that is resumed: an attempt has ended since, or nothing runs.
    std::function<void()> on_settled = {};
    /// Called once in place of on_end: the run was suspended or left, and is open on record.
    std::function<void()> on_left = {};

    // Of a run that is a task of another run.
    std::string parent_run_id = {};
    std::uint32_t depth = 0;                      ///< 0: nobody's task
    boost::json::object variables = {};           ///< take the place of the document's own
    std::shared_ptr<core::BlobScope> blobs = {};  ///< of the run that it is a task of
    /// Called in place of on_end where the journal has failed the run for good.
    std::function<void(const core::JournalFailure& failure)> on_halted = {};
    std::shared_ptr<core::EventSink> sink = {};  ///< in place of the services' one
    std::shared_ptr<core::Masker> masker = {};   ///< of the run that it is a task of
};

/// What goes on record of a run that is accepted. `masker` may be null.
[[nodiscard]] core::RunCreated creation_of(const RunRequest& request, const core::Masker* masker);

/// Carries one run from its creation to its end: feeds the run machine with events and does what it
/// commands.
///
/// What happens is handled in batches. All that a batch puts on record goes to the journal at once;
/// what it leads to outside of the run (calls, runs within it, what the sink hears) waits until the
/// journal has it. Meanwhile what comes in waits in the mailbox, and makes the next batch.
///
/// A run that a host left open is resumed from its records: they are played back to the machine and
/// the data, with nothing done outside, and then what was in flight is done again, or fails with
/// `interrupted` where the document says `idempotent: false`.
///
/// Where the journal cannot take records for the moment (a full disk), the run waits and tries
/// again. Where it has failed for good the run halts, and so do the run around it and those within
/// it: they end in this process only, and stay open on record.
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

    /// Journals the creation and starts. Once, and in place of resume().
    void start();
    /// Goes on with a run from its records, which begin with its creation. Where they say that the
    /// run has ended, it ends at once, and nothing is put on record.
    void resume(std::vector<core::JournalRecord> records);
    /// Starts no more attempts, so that the process can end. When those that run have ended, lets
    /// go of the run, which stays open on record. From any thread.
    void suspend();
    /// The same without waiting for what runs: that is asked to stop, and what it says does not
    /// count.
    void leave();
    /// Asks the run to stop; from any thread. The run ends when its tasks have, or when they have
    /// been given up, and what is to be done finally is done. Asked once more, that is stopped too.
    void cancel(const std::string& reason);
    /// Lets nothing new start, in the runs within it neither, until it is resumed or cancelled;
    /// from any thread. What runs or waits goes on. Without effect where it is paused already.
    void pause(const std::string& reason);
    /// Ends a pause; from any thread.
    void resume();
    /// What waits for an answer, in the runs within it too, as far as it is on record; from any
    /// thread.
    [[nodiscard]] std::vector<OpenApproval> approvals() const;
    /// Answers an approval that is open under that name, as in OpenApproval; from any thread.
    /// False: there is none. `on_record` is called once, where this gives true: with true when the
    /// answer is on record, with false when something else ended the wait first. It must not call
    /// this run. Throws AnswerRefused.
    [[nodiscard]] bool answer(const std::string& task,
                              std::optional<std::uint32_t> element,
                              const ApprovalAnswer& answer,
                              std::function<void(bool taken)> on_record = {});
    /// Waits until the run has ended, or has been let go.
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
    class Continuation;
    struct AttemptDone {
        core::ExecutionIndex execution = 0;
        std::uint32_t attempt = 0;
        core::Outcome outcome;
        std::shared_ptr<const core::RunReport> sub_run;
        boost::json::object variables;  // of the sub-run
    };
    /// An attempt whose output the run before this one has.
    struct Reused {
        core::ExecutionIndex execution = 0;
        std::uint32_t attempt = 0;
        std::shared_ptr<const boost::json::value> output;
    };
    struct Start {};
    /// The journal has failed a run within this one.
    struct SubRunHalted {
        core::JournalFailure failure;
    };
    struct SubRunLeft {
        core::ExecutionIndex execution = 0;
    };
    struct Suspend {};
    struct Leave {};
    struct Resume {
        std::vector<core::JournalRecord> records;
        std::uint32_t cancels = 0;  // how often it has been asked to stop by now
    };
    struct KeepLines {};
    struct Answer {
        core::ExecutionIndex execution = 0;
        ApprovalAnswer answer;
        std::shared_ptr<Receipt> receipt;
    };
    using Message = std::variant<core::RunEvent,
                                 core::MachineEvent,
                                 AttemptDone,
                                 Reused,
                                 Start,
                                 Resume,
                                 SubRunHalted,
                                 SubRunLeft,
                                 Suspend,
                                 Leave,
                                 KeepLines,
                                 Answer>;

    enum class Committing { Idle, Asked, Answered, LeftToJournal };

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

    struct OpenWait {
        core::BeginWait command;
        std::optional<core::WaitPlan> plan;  // nothing: it has not begun
        core::WallTime since;
    };

    struct InnerRun {
        std::string label;  // "deploy", "deploy[2]" for an element
        std::shared_ptr<RunLoop> run;
    };

    /// What an attempt is given: the parameters of its call, or the inputs of its workflow.
    using Given = std::variant<std::shared_ptr<const std::string>, boost::json::object>;

    /// What the records of a run that is resumed leave to be done.
    struct Playback {
        struct Begun {
            core::StartAttempt command;
            std::optional<Given> given = {};  // as it was then, of one that has not ended
            std::uint32_t cancels = 0;        // how often it was asked to stop
        };
        struct Undecided {
            core::Decide command;
            std::optional<boost::json::value> items = {};  // of a loop, as they were then
        };
        std::set<std::pair<core::ExecutionIndex, std::uint32_t>> ended_attempts;
        std::map<core::ExecutionIndex, Begun> to_start;
        std::map<core::ExecutionIndex, Begun> in_flight;
        std::map<core::ExecutionIndex, Undecided> undecided;
        std::map<core::ExecutionIndex, core::DecideRetry> undecided_retries;
        struct DueTimer {
            core::WallTime set_at;
            core::Milliseconds delay{0};
        };
        std::map<core::Timer, DueTimer> timers;
        std::uint32_t cancels = 0;
        std::optional<core::RunEnded> ended;
    };

    RunLoop(RunServices services, RunRequest request);

    // The mailbox and the journal.
    void post(Message message);
    void drain();
    /// It has not ended yet.
    [[nodiscard]] bool is_open() const {
        return machine_.status() <= core::RunStatus::Running && !closed_;
    }
    [[nodiscard]] bool take_messages(std::vector<Message>& batch);
    void handle(Message message);
    void handle(const core::RunEvent& event);
    void take_request(const core::RunEvent& event);
    [[nodiscard]] bool commit();
    [[nodiscard]] bool give_to_journal();
    [[nodiscard]] bool finish_commit();
    void journal_answered(const core::JournalFailure* failure);
    void go_on(bool (RunLoop::*step)());
    void halt(const core::JournalFailure& failure);
    void let_go();
    void note_settled();
    void settle();
    void end();
    void later(std::function<void()> effect);
    void write(core::JournalEntry entry);
    void keep_line(core::LogLine line);

    void create();
    void begin();
    void begin_tasks();
    void take(const core::RunEvent& event, std::shared_ptr<const boost::json::value> output);
    void attempt_done(AttemptDone done);
    void reused(const Reused& attempt);
    void take_over(const core::ValuePlace& place,
                   const std::shared_ptr<const boost::json::value>& output);
    void note_output(const core::ValuePlace& place,
                     std::shared_ptr<const boost::json::value> output,
                     std::shared_ptr<const core::RunReport> sub_run);
    void finish_output(const core::ValuePlace& place, AttemptDone& done);
    void check_size(const core::ValuePlace& place, core::Outcome& outcome);
    void save_variables(const core::ValuePlace& place, boost::json::object variables);

    // Waits.
    void note_wait(const core::BeginWait& command);
    void note_wait_begun(const core::WaitBegun& event, const boost::json::value* record);
    void announce_wait(core::ExecutionIndex execution);
    void forget_wait(core::ExecutionIndex execution);
    [[nodiscard]] const OpenWait* find_wait(core::ExecutionIndex execution) const;
    [[nodiscard]] core::Milliseconds patience(const core::Timer& timer) const;
    void wait_timer_fired(const core::Timer& timer);
    void end_wait(const OpenWait& wait, const core::RunEvent& event, boost::json::value output);
    void answered(const Answer& message);
    [[noreturn]] void refuse(const OpenApproval& approval, const ApprovalAnswer& answer) const;

    void hand_down_pause();

    // Resuming.
    void play_back(const Resume& resume);
    void play(const core::JournalRecord& record, Playback& playback);
    void play(const core::MachineEvent& event, Playback& playback);
    void play_attempt_end(core::ExecutionIndex execution,
                          const core::MachineEvent& event,
                          Playback& playback);
    void play_wait_end(core::ExecutionIndex execution, const core::MachineEvent& event);
    void play_decided(const core::MachineEvent& event, Playback& playback);
    void play(const core::RunCommand& command, Playback& playback);
    void play(const core::Decide& command, Playback& playback);
    void play(const core::StartAttempt& command, Playback& playback);
    void go_live(Playback& playback);
    void go_live_with_timers(const Playback& playback);
    void go_live_with_waits();
    void go_live(Playback::Begun attempt);
    void open_blobs();
    void set_timer(const core::Timer& timer, core::Milliseconds delay);
    [[nodiscard]] core::WallTime wall() const;
    [[nodiscard]] std::chrono::steady_clock::time_point steady() const;
    [[nodiscard]] core::Milliseconds passed_since(std::chrono::steady_clock::time_point then) const;

    void execute(const core::HandOn& command);
    void execute(const core::Decide& command);
    void execute(const core::StartAttempt& command);
    void execute(const core::BeginWait& command);
    void execute(const core::CancelAttempt& command);
    void execute(const core::AbandonAttempt& command);
    void execute(const core::SetTimer& command);
    void execute(const core::DropTimer& command);
    void execute(const core::DecideRetry& command);
    void execute(const core::RetryScheduled& command);
    void execute(const core::ElementEnded& command);
    void execute(const core::TaskEnded& command);
    void execute(const core::RunPaused& command);
    void execute(const core::RunContinued& command);
    void execute(const core::MainEnded& command);
    void execute(const core::FinishRun& command);

    void begin_report(const core::StartAttempt& command);
    void end_report(const core::TaskEnded& command, core::TaskReport& report);
    [[nodiscard]] Given resolve(const core::StartAttempt& command);
    void note_made(const core::StartAttempt& command);
    void start(const core::StartAttempt& command,
               std::optional<Given> given,
               std::uint32_t cancels);
    void start_call(const core::StartAttempt& command, std::shared_ptr<const std::string> params);
    void start_sub_run(const core::StartAttempt& command,
                       std::optional<Given> given,
                       std::uint32_t cancels);
    [[nodiscard]] std::optional<boost::json::object> sub_run_inputs(
        const core::StartAttempt& command,
        std::optional<Given> given,
        const std::vector<core::JournalRecord>& records);
    void forget_sub_run(core::ExecutionIndex execution);
    [[nodiscard]] RunRequest sub_run_request(const core::StartAttempt& command,
                                             const std::string& run_id,
                                             boost::json::object inputs);
    [[nodiscard]] std::vector<core::JournalRecord> records_of(const std::string& run_id) const;
    [[nodiscard]] boost::json::object inputs_again(const core::Workflow& called,
                                                   const std::optional<Given>& given,
                                                   const core::JournalRecord& creation) const;
    [[nodiscard]] std::shared_ptr<const Reuse> reuse_in(const core::StartAttempt& command,
                                                        const core::Workflow& workflow) const;
    [[nodiscard]] std::shared_ptr<const boost::json::value> reusable(
        const core::StartAttempt& command) const;
    [[nodiscard]] bool reuse(const core::StartAttempt& command);
    void fail_attempt(core::ExecutionIndex execution, std::uint32_t attempt, core::Failure failure);
    [[nodiscard]] core::Failure unresolved(const core::TemplateError& error) const;
    void mask(core::Outcome& outcome) const;
    [[nodiscard]] core::Failure masked(core::Failure failure) const;
    [[nodiscard]] core::EventSink& sink() const;
    [[nodiscard]] bool keeps(core::TaskLogLevel level) const;

    RunServices services_;
    RunRequest request_;
    const core::Workflow& workflow_;
    const std::shared_ptr<core::Masker> masker_;  // of this run, and of the runs within it

    // Owned by the drainer.
    core::RunMachine machine_;
    Lineage lineage_;  // where there is something to be taken over
    core::RunData data_;
    core::RunReport report_;
    std::vector<core::RunCommand> commands_;
    std::vector<Message> own_messages_;           // events that executing a command caused
    core::JournalBatch batch_;                    // what goes to the journal next, or is there now
    std::vector<std::function<void()>> effects_;  // what waits until the batch is on record
    bool created_ = false;
    bool resumed_ = false;
    bool closed_ = false;                          // it was resumed, and has ended before
    bool suspended_ = false;                       // no attempts start any more
    bool left_ = false;                            // it was let go, and is open on record
    std::optional<core::JournalFailure> halting_;  // why a run within it has halted
    bool is_settling_ = false;  // it was taken up, and nothing has been on record since
    std::vector<core::RunEvent> early_requests_;  // those that came before the run was created
    std::string pause_reason_;
    std::optional<core::WallTime> played_at_;  // of the record that is being played back
    std::unordered_map<core::ExecutionIndex, Attempt> attempts_;
    std::map<core::ExecutionIndex, OpenWait> waits_;
    std::unordered_map<core::ExecutionIndex, Begun> begun_;
    std::map<core::Timer, Timers::Token> timers_;
    std::chrono::steady_clock::time_point run_started_;
    std::shared_ptr<core::BlobScope> blobs_;  // from the start to the end; may be null
    std::uint64_t records_ = 0;

    std::atomic<Committing> committing_{Committing::Idle};
    std::optional<core::JournalFailure> commit_failure_;  // of whoever answers for the journal
    bool is_held_up_ = false;  // the journal takes nothing for now, and the sink has heard of it

    std::mutex lines_mutex_;
    std::vector<core::LogLine> lines_;  // that the journal does not have yet
    std::size_t lines_bytes_ = 0;

    mutable std::mutex outside_mutex_;
    std::map<core::ExecutionIndex, OpenApproval> approvals_;
    std::map<core::ExecutionIndex, InnerRun> sub_runs_;  // the drainer alone changes it

    std::mutex mailbox_mutex_;
    std::vector<Message> mailbox_;
    bool draining_ = false;
    bool ended_ = false;
    std::condition_variable ended_changed_;
    std::atomic<bool> listening_{true};  // false once the sink must not be called any more
};

}  // namespace oa::host
