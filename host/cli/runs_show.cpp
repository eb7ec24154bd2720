#include "host/cli/runs_show.hpp"

#include <algorithm>
#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "core/run/report.hpp"
#include "host/cli/runs_text.hpp"
#include "host/cli/terminal.hpp"
#include "host/engine/execution_id.hpp"
#include "host/store/store_lock.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

/// Of a loop that runs a workflow for each element.
constexpr std::size_t element_runs_max = 20;
constexpr std::size_t answers_max = 10;

bool is_open(const core::RunReport& report) {
    return report.status == core::RunStatus::Queued || report.status == core::RunStatus::Running;
}

// ----- as JSON -----

json::object to_json(const RecordedRun& run) {
    json::object document = core::to_json(run.report);
    json::object& about = document.at("run").as_object();
    about["inputs"] = run.inputs;
    about["waits"] = to_json(waits_in(run));
    json::array& tasks = document.at("tasks").as_array();
    for (std::size_t index = 0; index < run.tasks.size(); ++index) {
        json::object& task = tasks[index].as_object();
        json::array of_elements;
        for (const InnerRecordedRun& inner : run.tasks[index].runs) {
            if (!inner.element) {
                task["run"] = to_json(*inner.run);
                continue;
            }
            json::object& element = of_elements.emplace_back(to_json(*inner.run)).as_object();
            element["element"] = *inner.element;
        }
        if (!of_elements.empty()) {
            task["runs"] = std::move(of_elements);
        }
    }
    return document;
}

void print_json(const RunSummary& summary, const RecordedRun& run, std::ostream& out) {
    json::object document = to_json(run);
    json::object all = to_json(summary);
    all.erase("waits");  // how many; the document has them one by one
    all["state"] = state_of(summary, !waits_in(run).empty());
    for (const auto& member : document.at("run").as_object()) {
        all.emplace(member.key(), member.value());
    }
    document["run"] = std::move(all);
    out << core::write_json(document, core::JsonStyle::Indented) << '\n';
}

// ----- for people -----

class RunText {
public:
    RunText(const RunSummary& summary, std::string address, std::ostream& out)
        : summary_(summary), address_(std::move(address)), out_(out) {}

    void print_head(const RecordedRun& run) {
        out_ << "run       " << summary_.id;
        if (!summary_.retry_of.empty()) {
            out_ << " (attempt " << summary_.attempt << ", does " << summary_.retry_of << " again)";
        }
        out_ << "\nworkflow  " << printable(summary_.workflow) << "\nstatus    "
             << state_of(summary_, !waits_in(run).empty());
        if (summary_.failure) {
            const bool says_more = *summary_.failure != core::to_string(summary_.status);
            out_ << ": " << (says_more ? *summary_.failure + ": " : "")
                 << printable(summary_.failure_message);
        }
        out_ << "\ncreated   " << time_text(summary_.created) << " UTC";
        if (!summary_.trigger.empty()) {
            out_ << " by " << summary_.trigger;
        }
        if (summary_.started && summary_.ended) {
            out_ << "\ntook      " << duration_text(summary_);
        }
        out_ << '\n';
        if (!run.inputs.empty()) {
            out_ << "inputs    " << core::write_json(run.inputs) << '\n';
        }
    }

    void print_tasks(const RecordedRun& run, std::size_t indent) {
        std::size_t width = 0;
        for (const core::TaskReport& task : run.report.tasks) {
            width = std::max(width, columns_of(printable(task.name)));
        }
        for (std::size_t index = 0; index < run.tasks.size(); ++index) {
            print_task(run.report.tasks[index], run.tasks[index], indent, width);
        }
        for (const auto& output : run.report.outputs) {
            out_ << std::string(indent, ' ') << printable(output.key()) << " = "
                 << core::write_json(output.value()) << '\n';
        }
    }

    /// What people can do about it.
    void print_advice(const RecordedRun& run, bool has_no_host) {
        std::size_t answers = 0;
        for (const PlacedWait& placed : waits_in(run)) {
            if (placed.wait->plan.kind == core::Wait::Kind::Approval && answers++ < answers_max) {
                print_answer(placed);
            }
        }
        if (answers > answers_max) {
            out_ << "... and " << answers - answers_max << " more answers\n";
        }
        if (has_no_host) {
            out_ << "no host works on it; go on with: oa runs recover " << summary_.id << address_
                 << '\n';
        }
    }

private:
    void print_task(const core::TaskReport& task,
                    const RecordedTask& recorded,
                    std::size_t indent,
                    std::size_t width) {
        const std::string name = printable(task.name);
        const bool waits = !recorded.waits.empty();
        out_ << std::string(indent, ' ') << name << std::string(width - columns_of(name) + 2, ' ')
             << (waits ? "waiting" : core::to_string(task.status));
        if (task.started_at && task.status > core::TaskStatus::Running) {
            out_ << " in " << core::format_duration(task.duration);
        }
        if (task.elements) {
            out_ << ", " << task.elements_ended << " of " << *task.elements << " elements";
        }
        if (task.attempts > 1 && !task.elements) {
            out_ << ", " << task.attempts << " attempts";
        }
        if (task.failure && task.status != core::TaskStatus::Succeeded) {
            out_ << ": " << printable(task.failure->message);
        }
        if (waits && !recorded.waits.front().element) {
            print_wait(recorded.waits.front(), indent + width + 2);
        } else {
            out_ << '\n';
            print_waits_of_elements(recorded.waits, indent + 2);
        }
        print_inner_runs(recorded.runs, indent + 2);
    }

    void print_wait(const RecordedWait& wait, std::size_t indent) {
        const bool is_approval = wait.plan.kind == core::Wait::Kind::Approval;
        out_ << (is_approval ? " for " : " until ") << what_for(wait) << '\n';
        if (is_approval) {
            out_ << std::string(indent, ' ') << who_may_answer(wait) << '\n';
        }
    }

    void print_waits_of_elements(const std::vector<RecordedWait>& waits, std::size_t indent) {
        for (std::size_t index = 0; index < std::min(waits.size(), element_runs_max); ++index) {
            const std::string label = numbered("", waits[index].element) + "  ";
            out_ << std::string(indent, ' ') << label << "waiting";
            print_wait(waits[index], indent + label.size());
        }
        print_more(waits.size(), indent, "elements that wait");
    }

    /// Of elements first those that did not succeed, if they are many.
    void print_inner_runs(const std::vector<InnerRecordedRun>& runs, std::size_t indent) {
        std::vector<const InnerRecordedRun*> shown;
        for (const InnerRecordedRun& inner : runs) {
            if (runs.size() <= element_runs_max ||
                inner.run->report.status != core::RunStatus::Succeeded) {
                shown.push_back(&inner);
            }
        }
        for (std::size_t index = 0; index < std::min(shown.size(), element_runs_max); ++index) {
            const InnerRecordedRun& inner = *shown[index];
            if (!inner.element) {
                print_tasks(*inner.run, indent);
                continue;
            }
            const core::RunReport& report = inner.run->report;
            out_ << std::string(indent, ' ') << numbered("", inner.element) << "  "
                 << core::to_string(report.status);
            if (!is_open(report)) {
                out_ << " in " << core::format_duration(report.duration);
            }
            out_ << '\n';
            if (report.status != core::RunStatus::Succeeded) {
                print_tasks(*inner.run, indent + 2);
            }
        }
        print_more(shown.size(), indent, "elements that did not succeed");
    }

    void print_more(std::size_t count, std::size_t indent, std::string_view what) {
        if (count > element_runs_max) {
            out_ << std::string(indent, ' ') << "... and " << count - element_runs_max << " more "
                 << what << "; --json has them all\n";
        }
    }

    void print_answer(const PlacedWait& placed) {
        out_ << "answer with: oa runs approve " << summary_.id << ' ' << shell_word(placed.task);
        if (placed.wait->element) {
            out_ << " --element " << *placed.wait->element;
        }
        out_ << address_ << "  (or reject)\n";
    }

    const RunSummary& summary_;
    std::string address_;
    std::ostream& out_;
};

}  // namespace

void print_run(const RunSummary& summary,
               const RecordedRun& run,
               const std::string& address,
               bool has_no_host,
               std::ostream& out) {
    RunText text(summary, address, out);
    text.print_head(run);
    text.print_tasks(run, 2);
    text.print_advice(run, has_no_host);
}

void show_run(const RunsOptions& options,
              const Workbench& workbench,
              const StoreReader& store,
              std::ostream& out) {
    const std::string id = run_id_of(store, options.ids.front());
    const RunSummary summary = store.find(id).value();
    const RecordedRun run = RunsReader(store, workbench).whole(summary);
    if (options.json) {
        print_json(summary, run, out);
        return;
    }
    // The store, where it is not the one that the configuration names.
    print_run(summary, run, options.data ? " --data " + shell_word(*options.data) : "",
              !summary.ended && is_store_in_use(store.folder()) == false, out);
}

}  // namespace oa::host
