#include "host/cli/runs_command_line.hpp"

#include <deque>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include "host/cli/client_command_line.hpp"
#include "host/cli/wallet_command_line.hpp"

namespace oa::host {

using Action = RunsOptions::Action;

class RunsCommandLine::Commands {
public:
    explicit Commands(CLI::App& app)
        : app_(
              *app.add_subcommand("runs", "Look at runs that are kept, and tell them what to do")) {
        app_.require_subcommand(1);
        app_.fallthrough();
        add_looking();
        add_telling();
        add_doing_again();
    }

    [[nodiscard]] std::optional<RunsOptions> parsed() {
        for (Entry& entry : entries_) {
            if (entry.app->parsed()) {
                return std::move(entry.options);
            }
        }
        return std::nullopt;
    }

private:
    struct Entry {
        CLI::App* app = nullptr;
        RunsOptions options = {};
    };

    Entry& add(const char* name, const char* description, Action action) {
        Entry& entry = entries_.emplace_back();
        entry.app = app_.add_subcommand(name, description);
        entry.options.action = action;
        CLI::Option* const data =
            entry.app
                ->add_option("--data", entry.options.data,
                             "Folder of the store (OA_DATA, or `data` in the state folder)")
                ->type_name("FOLDER");
        if (action != Action::Recover) {  // which a host does by itself
            add_server(*entry.app, entry.options.server)->excludes(data);
        }
        entry.app->add_flag("--json", entry.options.json, "Print JSON");
        return entry;
    }

    Entry& add_for_run(const char* name, const char* description, Action action) {
        Entry& entry = add(name, description, action);
        entry.app
            ->add_option_function<std::string>(
                "run", [&ids = entry.options.ids](const std::string& id) { ids = {id}; },
                "The run's id, or how it begins; `last`: the newest")
            ->required()
            ->type_name("RUN");
        return entry;
    }

    /// Of commands that work on runs here when no host does.
    static void add_work(Entry& entry) {
        entry.app
            ->add_option("--durability", entry.options.durability,
                         "What a power failure may cost the store (full: nothing)")
            ->check(CLI::IsMember({"full", "normal", "none"}).description(""))
            ->type_name("full|normal|none");
        add_wallet_access(*entry.app, "--wallet", "Where ${WALLET:...} reads",
                          entry.options.wallet);
    }

    void add_looking() {
        Entry& list = add("list", "List runs, the newest first", Action::List);
        list.app->add_option("--workflow", list.options.workflow, "Of this workflow alone")
            ->type_name("NAME");
        list.app->add_option("--status", list.options.status, "With this status alone")
            ->check(CLI::IsMember({"queued", "running", "succeeded", "failed", "cancelled"})
                        .description(""))
            ->type_name("queued|running|succeeded|failed|cancelled");
        list.app->add_option("-n,--limit", list.options.limit, "No more than so many (20)")
            ->check(CLI::Range(1U, 100'000U).description(""))
            ->type_name("N");
        add_for_run("show", "Show how a run went, or how far it is", Action::Show);
        Entry& logs = add_for_run("logs", "Print what the tasks of a run said", Action::Logs);
        add_log_options(*logs.app, logs.options);
    }

    void add_telling() {
        Entry& cancel = add_for_run("cancel", "Stop a run", Action::Cancel);
        add_reason(cancel);
        add_work(cancel);
        Entry& pause = add_for_run("pause", "Let nothing new start in a run", Action::Pause);
        add_reason(pause);
        add_for_run("resume", "End a pause", Action::Resume);
        Entry& approve = add_for_run("approve", "Approve what a run waits for", Action::Approve);
        add_answer(approve);
        Entry& reject = add_for_run("reject", "Refuse what a run waits for", Action::Reject);
        add_answer(reject);
    }

    static void add_reason(Entry& entry) {
        entry.app->add_option("--reason", entry.options.reason, "Why; goes on record")
            ->type_name("TEXT");
    }

    static void add_answer(Entry& entry) {
        entry.app
            ->add_option("task", entry.options.task,
                         "The task that waits; need not be given where there is one alone")
            ->type_name("TASK");
        entry.app->add_option("--element", entry.options.element, "Of a task with for_each: which")
            ->type_name("N");
        entry.app->add_option("--by", entry.options.by, "Who says so (the user's name)")
            ->type_name("NAME");
        entry.app->add_option("--comment", entry.options.reason, "Goes on record")
            ->type_name("TEXT");
        add_work(entry);
    }

    void add_doing_again() {
        Entry& retry = add_for_run(
            "retry", "Do again what did not succeed of a run, and what follows", Action::Retry);
        CLI::Option* from =
            retry.app
                ->add_option("--from", retry.options.from, "This task and what follows it, too")
                ->type_name("TASK");
        retry.app->add_flag("--all", retry.options.all, "Everything")->excludes(from);
        add_work(retry);
        Entry& recover =
            add("recover", "Go on with the runs that a host left open", Action::Recover);
        recover.app->add_option("runs", recover.options.ids, "These alone")->type_name("RUN");
        add_work(recover);
    }

    CLI::App& app_;
    std::deque<Entry> entries_;
};

RunsCommandLine::RunsCommandLine(CLI::App& app) : commands_(std::make_unique<Commands>(app)) {}

RunsCommandLine::~RunsCommandLine() = default;

std::optional<RunsOptions> RunsCommandLine::parsed() {
    return commands_->parsed();
}

}  // namespace oa::host
