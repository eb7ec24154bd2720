#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <unistd.h>

#include "host/cli/run_view.hpp"

namespace oa::host {

namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr std::size_t running_lines_max = 8;
constexpr std::size_t element_failures_max = 20;
constexpr std::chrono::milliseconds frame_time{100};
constexpr std::array<std::string_view, 10> spinner{"⠋", "⠙", "⠹", "⠸", "⠼",
                                                   "⠴", "⠦", "⠧", "⠇", "⠏"};

void write_all(const std::string& text) {
    std::string_view rest = text;
    while (!rest.empty()) {
        const ssize_t written = ::write(STDERR_FILENO, rest.data(), rest.size());
        if (written <= 0) {
            return;  // the terminal has gone; the run goes on
        }
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
}

struct Symbol {
    std::string_view text;
    Colour colour;
};

Symbol symbol_of(core::TaskStatus status) {
    switch (status) {
        case core::TaskStatus::Succeeded: return {"✔", Colour::Green};
        case core::TaskStatus::Failed: return {"✖", Colour::Red};
        case core::TaskStatus::Skipped: return {"○", Colour::Dim};
        case core::TaskStatus::Cancelled: return {"■", Colour::Yellow};
        case core::TaskStatus::Pending:
        case core::TaskStatus::Running: break;
    }
    return {"…", Colour::Dim};
}

class LiveView final : public RunView {
public:
    LiveView(const Terminal& terminal, LogLevel level) : terminal_(terminal), level_(level) {}
    ~LiveView() override { stop(); }
    LiveView(const LiveView&) = delete;
    LiveView& operator=(const LiveView&) = delete;

    void run_started(const core::RunReport& run, const core::Workflow& workflow) override {
        workflow_ = &workflow;
        started_ = std::chrono::steady_clock::now();
        lines_ = paint("▶ ", Colour::Cyan, terminal_.colours) +
                 paint(fit(printable(run.workflow), 60), Colour::Bold, terminal_.colours) +
                 paint("  run " + run.id, Colour::Dim, terminal_.colours) + "\n";
        try {
            painter_ = std::thread([this] { paint_loop(); });
        } catch (const std::system_error&) {
            painter_ = {};  // there are no more threads: it is painted once, at the end
        }
    }
    void attempt_started(const Place& place, std::uint32_t attempt) override {
        const std::lock_guard lock(mutex_);
        const auto [found, fresh] = rows_.try_emplace(place.task);
        Row& row = found->second;
        if (place.element ? fresh : attempt == 1) {
            row.since = std::chrono::steady_clock::now();
        }
        if (place.element) {
            return;
        }
        row.attempt = attempt;
        row.waiting = false;
        row.note.clear();
        row.fraction = -1;
    }
    void wait_begun(const Place& place, const core::WaitPlan& plan) override {
        attempt_started(place, 1);
        const std::lock_guard lock(mutex_);
        const std::string words = printable(words_of(plan));
        if (!place.element) {
            rows_[place.task].note = words;
        }
        if (plan.kind == core::Wait::Kind::Approval) {
            add_line("?", Colour::Yellow, label(place), words);
        }
    }
    void attempt_failed(const Place& place,
                        std::uint32_t attempt,
                        const core::Failure& failure,
                        core::Milliseconds delay) override {
        const std::lock_guard lock(mutex_);
        const std::string why = printable(failure.message);
        if (!place.element) {
            Row& row = rows_[place.task];
            row.waiting = true;
            row.until = std::chrono::steady_clock::now() + delay;
            row.note = why;
        }
        add_line("↻", Colour::Yellow, label(place),
                 "attempt " + std::to_string(attempt) + " failed: " + why);
    }
    void element_ended(const Place& place,
                       const core::TaskReport& report,
                       core::TaskStatus status,
                       const std::optional<core::Failure>& failure) override {
        const std::lock_guard lock(mutex_);
        Row& row = rows_[place.task];
        row.note = std::to_string(report.elements_ended) + " of " +
                   std::to_string(report.elements.value_or(0));
        if (status != core::TaskStatus::Failed || !failure) {
            return;
        }
        if (row.failures++ < element_failures_max) {
            add_line("✖", Colour::Red, label(place), printable(failure->message));
        } else if (row.failures == element_failures_max + 1) {
            add_line("✖", Colour::Red, place.task, "further failures are counted only");
        }
    }
    void task_ended(const Place& place, const core::TaskReport& report) override {
        const std::lock_guard lock(mutex_);
        rows_.erase(place.task);
        if (!place.nested) {
            ++done_;
            failed_ += report.status == core::TaskStatus::Failed ? 1 : 0;
        }
        std::string text;
        if (report.attempts > 0) {
            text = core::format_duration(report.duration);
        }
        if (report.elements) {
            text += "  " + std::to_string(*report.elements) + " elements";
        } else if (report.attempts > 1) {
            text += "  " + std::to_string(report.attempts) + " attempts";
        }
        if (report.failure && report.status != core::TaskStatus::Cancelled) {
            text += (text.empty() ? "" : "  ") + printable(report.failure->message);
        }
        const Symbol symbol = symbol_of(report.status);
        add_line(symbol.text, symbol.colour, place.task, text);
    }
    void run_cancelling(std::string_view reason, std::string_view next) override {
        const std::lock_guard lock(mutex_);
        lines_ += paint("■ stopping, " + printable(reason) + "; " + std::string(next),
                        Colour::Yellow, terminal_.colours) +
                  "\n";
    }
    void run_paused(std::string_view reason) override {
        const std::lock_guard lock(mutex_);
        const std::string why = reason.empty() ? "" : ", " + printable(reason);
        lines_ += paint("■ paused" + why, Colour::Yellow, terminal_.colours) + "\n";
    }
    void run_continued() override {
        const std::lock_guard lock(mutex_);
        lines_ += paint("▶ going on", Colour::Cyan, terminal_.colours) + "\n";
    }
    void run_held_up(std::string_view why) override {
        const std::lock_guard lock(mutex_);
        lines_ += paint("■ held up until the store takes records again: " + printable(why),
                        Colour::Yellow, terminal_.colours) +
                  "\n";
    }
    void run_ended(const core::RunReport& /*run*/) override { stop(); }

    void task_log(std::string_view task,
                  core::TaskLogLevel level,
                  std::string_view message,
                  std::string_view fields) override {
        const std::lock_guard lock(mutex_);
        const Colour colour = level >= core::TaskLogLevel::Error  ? Colour::Red
                              : level == core::TaskLogLevel::Warn ? Colour::Yellow
                                                                  : Colour::None;
        std::vector<std::string> texts;
        for (const std::string_view line : split_lines(message)) {
            texts.push_back(printable(line));
        }
        if (texts.empty()) {
            texts.emplace_back();
        }
        if (!fields.empty()) {
            texts.back() += " " + printable(fields);
        }
        for (const std::string& text : texts) {
            lines_ += paint("  " + printable(task) + " │ ", Colour::Dim, terminal_.colours) +
                      paint(text, colour, terminal_.colours) + "\n";
        }
    }
    void task_progress(std::string_view task, double fraction, std::string_view message) override {
        const std::lock_guard lock(mutex_);
        const auto row = rows_.find(std::string(task));
        if (row != rows_.end()) {
            row->second.fraction = fraction;
            row->second.note = printable(message);
        }
    }
    [[nodiscard]] bool wants(core::TaskLogLevel level) const override {
        return static_cast<int>(level) >= static_cast<int>(level_);
    }

private:
    struct Row {
        SteadyTime since;
        SteadyTime until;
        std::uint32_t attempt = 1;
        bool waiting = false;
        double fraction = -1;
        std::string note;
        std::size_t failures = 0;  // of elements
    };

    void add_line(std::string_view symbol,
                  Colour colour,
                  const std::string& task,
                  const std::string& text) {
        lines_ += paint(symbol, colour, terminal_.colours) + " " + printable(task);
        if (!text.empty()) {
            lines_ += "  " + paint(text, Colour::Dim, terminal_.colours);
        }
        lines_ += "\n";
    }

    void paint_loop() {
        std::unique_lock lock(mutex_);
        bool last = false;
        while (!last) {
            last = changed_.wait_for(lock, frame_time, [&] { return stopping_; });
            paint_frame(last);
        }
    }

    void stop() {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        changed_.notify_all();
        if (painter_.joinable()) {
            painter_.join();
        } else if (workflow_ != nullptr) {
            paint_loop();
        }
        workflow_ = nullptr;
    }

    // Replaces the lines at the bottom; what has scrolled by stays.
    void paint_frame(bool last) {
        std::string out;
        if (region_lines_ > 0) {
            out += "\r\x1b[" + std::to_string(region_lines_) + "A\x1b[J";
        }
        out += lines_;
        lines_.clear();
        region_lines_ = 0;
        if (!last) {
            terminal_.columns = inspect_terminal(STDERR_FILENO).columns;
            for (const std::string& line : region()) {
                out += line + "\n";
                ++region_lines_;
            }
        }
        write_all(out);
        ++frame_;
    }

    [[nodiscard]] std::vector<std::string> region() const {
        std::vector<std::string> lines;
        const auto now = std::chrono::steady_clock::now();
        std::size_t hidden = 0;
        for (const auto& [task, row] : rows_) {
            if (lines.size() == running_lines_max) {
                ++hidden;
                continue;
            }
            lines.push_back(row_line(task, row, now));
        }
        if (hidden > 0) {
            lines.push_back(paint("  … and " + std::to_string(hidden) + " more", Colour::Dim,
                                  terminal_.colours));
        }
        lines.push_back(bar_line(now));
        return lines;
    }

    [[nodiscard]] std::string row_line(const std::string& task,
                                       const Row& row,
                                       SteadyTime now) const {
        std::string text = printable(task) + "  ";
        if (row.waiting) {
            const auto left = std::chrono::duration_cast<core::Milliseconds>(row.until - now);
            text += "next attempt in " +
                    core::format_duration(std::max(left, core::Milliseconds{0})) + ": " + row.note;
        } else {
            text += core::format_duration(
                std::chrono::duration_cast<core::Milliseconds>(now - row.since));
            if (row.attempt > 1) {
                text += "  attempt " + std::to_string(row.attempt);
            }
            if (row.fraction >= 0) {
                text += "  " + std::to_string(static_cast<int>(row.fraction * 100)) + "%";
            }
            if (!row.note.empty()) {
                text += "  " + row.note;
            }
        }
        return paint(spinner[frame_ % spinner.size()], Colour::Cyan, terminal_.colours) + " " +
               fit(text, terminal_.columns - std::min<std::size_t>(terminal_.columns, 3));
    }

    [[nodiscard]] std::string bar_line(SteadyTime now) const {
        constexpr std::size_t width = 24;
        const std::size_t total = std::max(workflow_->tasks.size(), done_);
        const std::size_t filled = done_ * width / total;
        std::string bar;
        for (std::size_t cell = 0; cell < width; ++cell) {
            bar += cell < filled ? "█" : "░";
        }
        std::string text = "  " + std::to_string(done_) + "/" + std::to_string(total) + " tasks, " +
                           std::to_string(rows_.size()) + " running";
        if (failed_ > 0) {
            text += ", " + std::to_string(failed_) + " failed";
        }
        text += ", " + core::format_duration(
                           std::chrono::duration_cast<core::Milliseconds>(now - started_));
        return paint(bar, failed_ > 0 ? Colour::Red : Colour::Green, terminal_.colours) + text;
    }

    Terminal terminal_;
    LogLevel level_;
    const core::Workflow* workflow_ = nullptr;
    SteadyTime started_;

    std::mutex mutex_;  // guards everything below
    std::condition_variable changed_;
    std::map<std::string, Row> rows_;  // what runs or waits for its next attempt
    std::string lines_;                // not yet on the terminal
    std::size_t region_lines_ = 0;
    std::size_t frame_ = 0;
    std::size_t done_ = 0;
    std::size_t failed_ = 0;
    bool stopping_ = false;
    std::thread painter_;
};

}  // namespace

std::unique_ptr<RunView> make_live_view(const Terminal& terminal, LogLevel level) {
    return std::make_unique<LiveView>(terminal, level);
}

}  // namespace oa::host
