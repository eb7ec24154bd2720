#include "host/cli/summary.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "host/log/logger.hpp"

namespace oa::host {

namespace {

constexpr std::size_t failures_max = 20;
constexpr std::size_t output_columns_max = 200;

std::string counts(const core::RunReport& report) {
    std::array<std::size_t, 6> by_status{};
    for (const core::TaskReport& task : report.tasks) {
        ++by_status[static_cast<std::size_t>(task.status)];
    }
    std::string text;
    for (const core::TaskStatus status : {core::TaskStatus::Succeeded, core::TaskStatus::Failed,
                                          core::TaskStatus::Skipped, core::TaskStatus::Cancelled}) {
        const std::size_t count = by_status[static_cast<std::size_t>(status)];
        if (count > 0) {
            text += (text.empty() ? "" : ", ") + std::to_string(count) + " " +
                    std::string(to_string(status));
        }
    }
    return text;
}

void print_failures(const core::RunReport& report, const Terminal& terminal, std::ostream& out) {
    std::size_t width = 0;
    std::size_t shown = 0;
    std::size_t hidden = 0;
    const auto failed = [](const core::TaskReport& task) {
        return task.status == core::TaskStatus::Failed && task.failure;
    };
    for (const core::TaskReport& task : report.tasks) {
        if (failed(task)) {
            width = std::max(width, columns_of(printable(task.name)));
        }
    }
    width = std::min<std::size_t>(width, 40);
    for (const core::TaskReport& task : report.tasks) {
        if (!failed(task)) {
            continue;
        }
        if (shown++ >= failures_max) {
            ++hidden;
            continue;
        }
        std::string name = fit(printable(task.name), width);
        name.append(width - columns_of(name), ' ');
        out << "  " << paint(name, Colour::Bold, terminal.colours) << "  "
            << paint(task.failure->code, task.allow_failure ? Colour::Yellow : Colour::Red,
                     terminal.colours)
            << ": " << printable(task.failure->message);
        if (task.attempts > 1) {
            out << " (" << task.attempts << " attempts)";
        }
        if (task.allow_failure) {
            out << ", which is allowed";
        }
        out << '\n';
    }
    if (hidden > 0) {
        out << "  … and " << hidden << " more\n";
    }
}

}  // namespace

void print_summary(const core::RunReport& report, const Terminal& terminal, std::ostream& out) {
    const bool succeeded = report.status == core::RunStatus::Succeeded;
    const Colour colour = succeeded                                  ? Colour::Green
                          : report.status == core::RunStatus::Failed ? Colour::Red
                                                                     : Colour::Yellow;
    const std::string_view symbol = succeeded                                  ? "✔"
                                    : report.status == core::RunStatus::Failed ? "✖"
                                                                               : "■";
    out << paint(symbol, colour, terminal.colours) << ' '
        << paint(printable(report.workflow), Colour::Bold, terminal.colours) << ' '
        << paint(to_string(report.status), colour, terminal.colours) << " in "
        << core::format_duration(report.duration) << ": " << counts(report) << '\n';
    const bool a_task_says_it = std::any_of(
        report.tasks.begin(), report.tasks.end(),
        [](const core::TaskReport& task) { return task.status == core::TaskStatus::Failed; });
    if (report.failure && (!a_task_says_it || report.failure->code == "step_limit")) {
        out << "  " << paint(report.failure->code, colour, terminal.colours) << ": "
            << printable(report.failure->message) << '\n';
    }
    print_failures(report, terminal, out);
    for (const auto& output : report.outputs) {
        const std::string text = output.value().is_string() ? printable(output.value().as_string())
                                                            : core::write_json(output.value());
        out << "  " << printable(output.key()) << " = " << fit(text, output_columns_max) << '\n';
    }
    out.flush();
}

}  // namespace oa::host
