#include "host/kit/check/check_report.hpp"

#include <algorithm>
#include <array>
#include <sstream>
#include <utility>

#include <boost/json.hpp>

#include "host/kit/markup.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

using Verdict = CheckResult::Verdict;

enum class Paint { Red, Green, Yellow, Dim, Bold };

std::string painted(const std::string& text, Paint paint, bool colours) {
    constexpr std::array<const char*, 5> codes{"31", "32", "33", "2", "1"};
    return colours ? "\x1b[" + std::string(codes.at(static_cast<std::size_t>(paint))) + "m" + text +
                         "\x1b[0m"
                   : text;
}

/// "1 check", "3 checks".
std::string amount(std::size_t count, const std::string& noun) {
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string verdict_word(const CheckResult& result) {
    switch (result.verdict) {
        case Verdict::Passed: return "passed";
        case Verdict::NotRun: return "not_run";
        case Verdict::Failed: break;
    }
    return result.check->severity == CheckSeverity::Error ? "error" : "warning";
}

std::string seconds(std::chrono::milliseconds duration) {
    const auto tenths = (duration.count() + 50) / 100;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

std::string findings_text(const CheckResult& result) {
    std::string out;
    for (const auto& finding : result.findings) {
        out += finding + "\n";
    }
    return out;
}

/// Breaks a text at spaces, each line behind `indent` spaces.
void write_wrapped(std::ostream& out,
                   const std::string& text,
                   std::size_t indent,
                   std::size_t columns) {
    std::istringstream words(text);
    std::string line;
    for (std::string word; words >> word;) {
        if (!line.empty() && indent + line.size() + 1 + word.size() > columns) {
            out << std::string(indent, ' ') << line << '\n';
            line.clear();
        }
        line += (line.empty() ? "" : " ") + word;
    }
    out << std::string(indent, ' ') << line << '\n';
}

}  // namespace

std::string_view to_string(CheckLevel level) {
    constexpr std::array<std::string_view, 3> names{"quick", "standard", "strict"};
    return names.at(static_cast<std::size_t>(level));
}

void CheckTextReport::begin(const std::string& file, const std::string& module, CheckLevel level) {
    out_ << painted(file, Paint::Bold, style_.colours);
    if (!module.empty()) {
        out_ << ": " << module;
    }
    out_ << ", level " << to_string(level) << '\n' << std::flush;
}

void CheckTextReport::add(const CheckResult& result) {
    if (!group_.empty() && group_.front().check->group() != result.check->group()) {
        end_group();
    }
    group_.push_back(result);
}

void CheckTextReport::end_group() {
    const auto count = [this](Verdict verdict) {
        return static_cast<std::size_t>(std::count_if(
            group_.begin(), group_.end(),
            [verdict](const CheckResult& result) { return result.verdict == verdict; }));
    };
    const std::size_t passed = count(Verdict::Passed);
    std::string name(to_string(group_.front().check->group()));
    const bool all_well = count(Verdict::Failed) == 0;
    const std::string mark = all_well && passed > 0 ? painted("ok  ", Paint::Green, style_.colours)
                             : all_well             ? painted("--  ", Paint::Dim, style_.colours)
                                                    : "    ";
    name.resize(18, ' ');
    out_ << "  " << mark << "  " << name << amount(passed, "check") << " passed\n";
    for (const CheckResult& result : group_) {
        const std::string id(result.check->id);
        if (result.verdict == Verdict::NotRun) {
            out_ << painted("        " + id + " not run: " + result.why_not, Paint::Dim,
                            style_.colours)
                 << '\n';
        } else if (result.verdict == Verdict::Failed) {
            const bool error = result.check->severity == CheckSeverity::Error;
            out_ << "  "
                 << painted(error ? "FAIL" : "warn", error ? Paint::Red : Paint::Yellow,
                            style_.colours)
                 << "  " << painted(id, Paint::Bold, style_.colours) << " " << result.check->title
                 << '\n';
            for (const auto& finding : result.findings) {
                write_wrapped(out_, "- " + finding, 8, style_.columns);
            }
            write_wrapped(out_, "why: " + std::string(result.check->reason), 8, style_.columns);
            write_wrapped(out_, "fix: " + std::string(result.check->fix), 8, style_.columns);
        }
    }
    out_ << std::flush;
    group_.clear();
}

void CheckTextReport::end(const CheckReport& report) {
    if (!group_.empty()) {
        end_group();
    }
    std::size_t passed = 0;
    std::size_t not_run = 0;
    for (const CheckResult& result : report.results) {
        passed += result.verdict == Verdict::Passed ? 1U : 0U;
        not_run += result.verdict == Verdict::NotRun ? 1U : 0U;
    }
    const std::size_t errors = report.count(CheckSeverity::Error);
    const std::size_t warnings = report.count(CheckSeverity::Warning);
    const Paint paint = errors > 0 ? Paint::Red : warnings > 0 ? Paint::Yellow : Paint::Green;
    out_ << painted(errors > 0 ? "Failed" : "Passed", paint, style_.colours) << ": "
         << amount(errors, "error") << ", " << amount(warnings, "warning") << ", " << passed
         << " passed, " << not_run << " not run; seed " << report.seed << ", "
         << seconds(report.duration) << '\n';
    if (errors + warnings > 0) {
        out_ << "Each check is explained in docs/plugin-check.md; `--only ID` repeats one.\n";
    }
    out_ << std::flush;
}

json::object to_json(const CheckReport& report) {
    json::array results;
    for (const CheckResult& result : report.results) {
        json::object entry;
        entry["id"] = result.check->id;
        entry["group"] = to_string(result.check->group());
        entry["title"] = result.check->title;
        entry["verdict"] = verdict_word(result);
        if (result.verdict == Verdict::Failed) {
            entry["findings"] = json::array(result.findings.begin(), result.findings.end());
            entry["reason"] = result.check->reason;
            entry["fix"] = result.check->fix;
        } else if (result.verdict == Verdict::NotRun) {
            entry["why_not"] = result.why_not;
        }
        entry["duration_ms"] = result.duration.count();
        results.push_back(std::move(entry));
    }
    json::object out;
    out["file"] = report.file.string();
    out["module"] = report.module;
    out["level"] = to_string(report.level);
    out["seed"] = report.seed;
    out["passed"] = report.count(CheckSeverity::Error) == 0;
    out["errors"] = report.count(CheckSeverity::Error);
    out["warnings"] = report.count(CheckSeverity::Warning);
    out["duration_ms"] = report.duration.count();
    out["results"] = std::move(results);
    return out;
}

void write_junit(std::ostream& out, std::span<const CheckReport> reports) {
    out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
    for (const CheckReport& report : reports) {
        const auto not_run = std::count_if(
            report.results.begin(), report.results.end(),
            [](const CheckResult& result) { return result.verdict == Verdict::NotRun; });
        out << "  <testsuite name=\"" << escape_markup(report.file.string()) << "\" tests=\""
            << report.results.size() << "\" failures=\"" << report.count(CheckSeverity::Error)
            << "\" skipped=\"" << not_run << "\" time=\""
            << static_cast<double>(report.duration.count()) / 1000 << "\">\n";
        for (const CheckResult& result : report.results) {
            out << "    <testcase classname=\"" << to_string(result.check->group()) << "\" name=\""
                << result.check->id << " " << escape_markup(result.check->title) << "\" time=\""
                << static_cast<double>(result.duration.count()) / 1000 << "\"";
            const std::string text = escape_markup(findings_text(result));
            if (result.is(CheckSeverity::Error)) {
                out << ">\n      <failure message=\"" << escape_markup(result.findings.front())
                    << "\">" << text << "fix: " << escape_markup(result.check->fix)
                    << "</failure>\n    </testcase>\n";
            } else if (result.is(CheckSeverity::Warning)) {
                out << ">\n      <system-out>warning: " << text
                    << "</system-out>\n    </testcase>\n";
            } else if (result.verdict == Verdict::NotRun) {
                out << ">\n      <skipped message=\"" << escape_markup(result.why_not)
                    << "\"/>\n    </testcase>\n";
            } else {
                out << "/>\n";
            }
        }
        out << "  </testsuite>\n";
    }
    out << "</testsuites>\n";
}

}  // namespace oa::host
