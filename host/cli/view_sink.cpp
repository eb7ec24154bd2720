#include <algorithm>
#include <string>
#include <utility>

#include "host/cli/run_view.hpp"
#include "host/engine/execution_id.hpp"

namespace oa::host {

namespace {

/// The sink of a run, or of a run within it, which a prefix tells.
class ViewSink final : public core::EventSink {
public:
    ViewSink(std::shared_ptr<RunView> view, std::string prefix)
        : view_(std::move(view)), prefix_(std::move(prefix)) {}

    void run_started(const core::RunReport& run, const core::Workflow& workflow) override {
        workflow_ = &workflow;
        if (!nested()) {
            view_->run_started(run, workflow);
        }
    }
    void attempt_started(const core::AttemptRef& attempt) override {
        view_->attempt_started(place(attempt.task, attempt.element), attempt.attempt);
    }
    void attempt_failed(const core::AttemptRef& attempt,
                        const core::Failure& failure,
                        core::Milliseconds delay) override {
        view_->attempt_failed(place(attempt.task, attempt.element), attempt.attempt, failure,
                              delay);
    }
    void wait_begun(const core::AttemptRef& attempt, const core::WaitPlan& plan) override {
        view_->wait_begun(place(attempt.task, attempt.element), plan);
    }
    void element_ended(const core::TaskReport& report,
                       core::TaskIndex task,
                       std::uint32_t element,
                       core::TaskStatus status,
                       const std::optional<core::Failure>& failure) override {
        view_->element_ended(place(task, element), report, status, failure);
    }
    void task_ended(core::TaskIndex task, const core::TaskReport& report) override {
        view_->task_ended(place(task, std::nullopt), report);
    }
    void run_cancelling(std::string_view reason) override {
        if (!nested()) {
            const bool first = ++cancels_ == 1;
            view_->run_cancelling(reason, first && does_something_finally(*workflow_)
                                              ? "once more stops what is done finally, too"
                                              : "once more leaves at once");
        }
    }
    void run_paused(std::string_view reason) override {
        if (!nested()) {
            view_->run_paused(reason);
        }
    }
    void run_continued() override {
        if (!nested()) {
            view_->run_continued();
        }
    }
    void run_held_up(std::string_view why) override { view_->run_held_up(why); }
    void run_ended(const core::RunReport& run) override {
        if (!nested()) {
            view_->run_ended(run);
        }
    }
    [[nodiscard]] std::shared_ptr<core::EventSink> sub_run(
        const core::AttemptRef& attempt) override {
        return std::make_shared<ViewSink>(view_,
                                          label(place(attempt.task, attempt.element)) + " › ");
    }
    void task_log(std::string_view task,
                  core::TaskLogLevel level,
                  std::string_view message,
                  std::string_view fields) override {
        view_->task_log(prefix_ + std::string(task), level, message, fields);
    }
    void task_progress(std::string_view task, double fraction, std::string_view message) override {
        view_->task_progress(prefix_ + std::string(task), fraction, message);
    }
    [[nodiscard]] bool wants(core::TaskLogLevel level) const override {
        return view_->wants(level);
    }

private:
    [[nodiscard]] bool nested() const { return !prefix_.empty(); }
    [[nodiscard]] RunView::Place place(core::TaskIndex task,
                                       std::optional<std::uint32_t> element) const {
        return {prefix_ + workflow_->tasks[task].name, nested(), element};
    }

    std::shared_ptr<RunView> view_;
    std::string prefix_;
    const core::Workflow* workflow_ = nullptr;
    std::uint32_t cancels_ = 0;
};

}  // namespace

bool does_something_finally(const core::Workflow& workflow) {
    return workflow.finally_count > 0 ||
           std::any_of(workflow.tasks.begin(), workflow.tasks.end(),
                       [](const core::Task& task) { return task.sub_workflow.has_value(); });
}

std::string label(const RunView::Place& place) {
    return numbered(place.task, place.element);
}

std::string words_of(const core::WaitPlan& plan) {
    const std::string until = plan.until ? "until " + core::format_time(*plan.until) : "";
    if (plan.kind != core::Wait::Kind::Approval) {
        return "waiting " + until;
    }
    std::string words = "waits for approval: " + plan.message;
    std::string remarks;
    for (const std::string& name : plan.by) {
        remarks += (remarks.empty() ? "by " : ", ") + name;
    }
    if (!until.empty()) {
        remarks += (remarks.empty() ? "" : ", ") + until;
    }
    return remarks.empty() ? words : words + " (" + remarks + ")";
}

std::unique_ptr<core::EventSink> make_view_sink(std::unique_ptr<RunView> view) {
    return std::make_unique<ViewSink>(std::move(view), std::string());
}

}  // namespace oa::host
