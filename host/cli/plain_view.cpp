#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "host/cli/run_view.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

LogLevel to_log_level(core::TaskLogLevel level) {
    switch (level) {
        case core::TaskLogLevel::Trace: return LogLevel::Trace;
        case core::TaskLogLevel::Debug: return LogLevel::Debug;
        case core::TaskLogLevel::Info: return LogLevel::Info;
        case core::TaskLogLevel::Warn: return LogLevel::Warn;
        case core::TaskLogLevel::Error: break;
    }
    return LogLevel::Error;
}

/// A failure that the document allows is none of the operator's business.
LogLevel level_of_failure(const core::TaskReport& report) {
    return report.allow_failure ? LogLevel::Warn : LogLevel::Error;
}

class PlainView final : public RunView {
public:
    explicit PlainView(Logger& logger) : logger_(logger) {}

    void run_started(const core::RunReport& run, const core::Workflow& /*workflow*/) override {
        if (logger_.wants(LogLevel::Info)) {
            say(LogLevel::Info, "run of '" + run.workflow + "' started",
                {{"event", "run_started"}, {"run", run.id}, {"workflow", run.workflow}});
        }
    }
    void attempt_started(const Place& place, std::uint32_t attempt) override {
        if (logger_.wants(LogLevel::Debug)) {
            say(LogLevel::Debug, label(place) + ": started",
                {{"event", "attempt_started"}, {"task", label(place)}, {"attempt", attempt}});
        }
    }
    void attempt_failed(const Place& place,
                        std::uint32_t attempt,
                        const core::Failure& failure,
                        core::Milliseconds delay) override {
        if (logger_.wants(LogLevel::Warn)) {
            say(LogLevel::Warn,
                label(place) + ": attempt " + std::to_string(attempt) + " failed, next in " +
                    core::format_duration(delay) + ": " + failure.message,
                {{"event", "attempt_failed"},
                 {"task", label(place)},
                 {"attempt", attempt},
                 {"code", failure.code},
                 {"error", failure.message},
                 {"delay_ms", delay.count()}});
        }
    }
    void wait_begun(const Place& place, const core::WaitPlan& plan) override {
        if (!logger_.wants(LogLevel::Info)) {
            return;
        }
        json::object fields{{"event", "wait_begun"}, {"task", label(place)}};
        if (plan.until) {
            fields["until"] = core::format_time(*plan.until);
        }
        if (plan.kind == core::Wait::Kind::Approval) {
            fields["message"] = plan.message;
            fields["by"] = json::array(plan.by.begin(), plan.by.end());
        }
        say(LogLevel::Info, label(place) + ": " + words_of(plan), fields);
    }
    void element_ended(const Place& place,
                       const core::TaskReport& report,
                       core::TaskStatus status,
                       const std::optional<core::Failure>& failure) override {
        const bool failed = status == core::TaskStatus::Failed;
        const LogLevel level = failed ? level_of_failure(report) : LogLevel::Debug;
        if (!logger_.wants(level)) {
            return;
        }
        const std::string word(to_string(status));
        std::string text = label(place) + ": " + word;
        json::object fields{{"event", "element_ended"},
                            {"task", place.task},
                            {"element", place.element.value_or(0)},
                            {"status", word}};
        if (failure) {
            text += ": " + failure->message;
            fields["code"] = failure->code;
            fields["error"] = failure->message;
        }
        say(level, text, fields);
    }
    void task_ended(const Place& place, const core::TaskReport& report) override {
        const bool failed = report.status == core::TaskStatus::Failed;
        const LogLevel level = failed ? level_of_failure(report) : LogLevel::Info;
        if (!logger_.wants(level)) {
            return;
        }
        const std::string status(to_string(report.status));
        std::string text = place.task + ": " + status;
        if (report.attempts > 0) {
            text += " in " + core::format_duration(report.duration);
        }
        if (report.failure) {
            text += ": " + report.failure->message;
        }
        json::object fields{{"event", "task_ended"},
                            {"task", label(place)},
                            {"status", status},
                            {"attempts", report.attempts},
                            {"duration_ms", report.duration.count()}};
        if (report.failure) {
            fields["code"] = report.failure->code;
            fields["error"] = report.failure->message;
        }
        say(level, text, fields);
    }
    void run_cancelling(std::string_view reason, std::string_view next) override {
        say(LogLevel::Warn, "stopping, " + std::string(reason) + "; " + std::string(next),
            {{"event", "run_cancelling"}, {"reason", reason}});
    }
    void run_paused(std::string_view reason) override {
        say(LogLevel::Warn, "paused" + (reason.empty() ? "" : ", " + std::string(reason)),
            {{"event", "run_paused"}, {"reason", reason}});
    }
    void run_continued() override { say(LogLevel::Warn, "going on", {{"event", "run_continued"}}); }
    void run_held_up(std::string_view why) override {
        say(LogLevel::Warn, "held up until the store takes records again: " + std::string(why),
            {{"event", "run_held_up"}, {"reason", why}});
    }
    void run_ended(const core::RunReport& run) override {
        const std::string status(to_string(run.status));
        say(LogLevel::Info,
            "run of '" + run.workflow + "' " + status + " in " +
                core::format_duration(run.duration),
            {{"event", "run_ended"},
             {"run", run.id},
             {"status", status},
             {"duration_ms", run.duration.count()}});
    }
    void task_log(std::string_view task,
                  core::TaskLogLevel level,
                  std::string_view message,
                  std::string_view fields) override {
        json::object all{{"task", task}};
        if (!fields.empty()) {
            try {
                const json::value given = core::parse_json(fields);
                if (given.is_object()) {
                    all["fields"] = given;
                }
            } catch (const core::JsonError&) {
                all["fields"] = fields;
            }
        }
        if (logger_.format() == LogFormat::Json) {
            logger_.write(to_log_level(level), message, all);
            return;
        }
        const json::value* given = all.if_contains("fields");
        json::object shown;
        if (given != nullptr && given->is_object()) {
            shown = given->as_object();
        } else if (given != nullptr) {
            shown["fields"] = *given;
        }
        // Each line of its own; the fields stand behind the last one.
        std::vector<std::string_view> lines = split_lines(message);
        if (lines.empty()) {
            lines.emplace_back();
        }
        for (std::size_t index = 0; index < lines.size(); ++index) {
            const bool last = index + 1 == lines.size();
            logger_.write(to_log_level(level), std::string(task) + ": " + std::string(lines[index]),
                          last ? shown : json::object{});
        }
    }
    void task_progress(std::string_view task, double fraction, std::string_view message) override {
        if (!logger_.wants(LogLevel::Debug)) {
            return;
        }
        std::string text = std::string(task) + ": ";
        if (fraction >= 0) {
            text += std::to_string(static_cast<int>(fraction * 100)) + "% ";
        }
        text += message;
        say(LogLevel::Debug, text,
            {{"event", "task_progress"},
             {"task", task},
             {"fraction", fraction},
             {"text", message}});
    }
    [[nodiscard]] bool wants(core::TaskLogLevel level) const override {
        return logger_.wants(to_log_level(level));
    }

private:
    // People read the sentence, programs the fields.
    void say(LogLevel level, const std::string& text, const json::object& fields) {
        if (logger_.format() == LogFormat::Json) {
            logger_.write(level, text, fields);
        } else {
            logger_.write(level, text);
        }
    }

    Logger& logger_;
};

}  // namespace

std::unique_ptr<RunView> make_plain_view(Logger& logger) {
    return std::make_unique<PlainView>(logger);
}

}  // namespace oa::host
