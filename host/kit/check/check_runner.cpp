#include "host/kit/check/check_runner.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

#include <boost/json.hpp>
#include <unistd.h>

#include "core/json/json.hpp"
#include "host/kit/check/child_process.hpp"
#include "host/log/logger.hpp"
#include "host/plugin/plugin_file.hpp"
#include "host/plugin/plugin_problem.hpp"

namespace oa::host {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t findings_max = 20;

/// A private folder for as long as a check runs.
class WorkFolder {
public:
    WorkFolder() {
        std::string pattern = (fs::temp_directory_path() / "oa-check-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) {
            throw std::system_error(errno, std::generic_category(), pattern);
        }
        path_ = pattern;
    }
    ~WorkFolder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    WorkFolder(const WorkFolder&) = delete;
    WorkFolder& operator=(const WorkFolder&) = delete;
    [[nodiscard]] const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

/// In the process of a check: one line of JSON for each thing that is told.
class ReportingBench final : public CheckBench {
public:
    ReportingBench(fs::path file, std::uint64_t seed, Fence fence, int report)
        : CheckBench(std::move(file), seed, fence), report_(report) {}

    void find(const std::string& finding) override { tell("find", finding); }
    void step(const std::string& what) noexcept override {
        try {
            tell("step", what);
        } catch (...) {
            return;  // out of memory: nobody learns of this step
        }
    }
    void tell(const char* kind, const std::string& text) const {
        const std::string line = core::write_json(json::array{kind, printable(text)}) + "\n";
        std::string_view rest = line;
        while (!rest.empty()) {
            const ssize_t done = write(report_, rest.data(), rest.size());
            if (done < 0 && errno != EINTR) {
                return;
            }
            rest.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(done, 0)));
        }
    }

private:
    int report_;
};

/// In the caller's own process.
class DirectBench final : public CheckBench {
public:
    using CheckBench::CheckBench;
    void find(const std::string& finding) override { findings.push_back(printable(finding)); }
    void step(const std::string&) noexcept override {}
    std::vector<std::string> findings;
};

/// What the process of a check has told.
struct ChildReport {
    std::vector<std::string> findings;
    std::string step;
    std::string not_run;
    bool done = false;
};

ChildReport read_report(std::string_view text) {
    ChildReport out;
    for (const std::string_view line : split_lines(text)) {
        try {
            const json::value value = core::parse_json(line);
            const std::string_view kind = value.at(0).as_string();
            const std::string said(value.at(1).as_string());
            if (kind == "find" && out.findings.size() < findings_max) {
                out.findings.push_back(said);
            } else if (kind == "step") {
                out.step = said;
            } else if (kind == "not_run") {
                out.not_run = said;
            } else if (kind == "done") {
                out.done = true;
            }
        } catch (const std::exception&) {
            continue;  // a line that was cut off by a crash, or written by the plug-in
        }
    }
    return out;
}

std::string last_line(std::string_view text) {
    const auto lines = split_lines(text);
    return lines.empty() ? "" : printable(lines.back().substr(0, 300));
}

/// Why a process ended before its check did.
std::string end_text(const ChildEnd& end, const std::string& step) {
    std::string out;
    if (end.timed_out) {
        out = "the plug-in did not come back in time";
    } else if (end.signal != 0) {
        const char* const name = sigabbrev_np(end.signal);
        out =
            "the plug-in crashed with " +
            (name == nullptr ? "signal " + std::to_string(end.signal) : "SIG" + std::string(name)) +
            " (" + strsignal(end.signal) + ")";
    } else {
        out = "the plug-in ended the process with status " + std::to_string(end.exit_status);
    }
    out += step.empty() ? "" : " while " + step;
    const std::string words = last_line(end.last_words);
    return words.empty() ? out : out + "; last words: " + words;
}

CheckResult run_in_child(const Check& check, const fs::path& file, const CheckSettings& settings) {
    const WorkFolder folder;
    const ChildEnd end =
        run_child(settings.program,
                  {"plugin", "check-child", file.string(), std::string(check.id), "--seed",
                   std::to_string(settings.seed), "--report", std::to_string(child_report)},
                  folder.path(), settings.time_max);
    ChildReport report = read_report(end.report);
    CheckResult out;
    out.findings = std::move(report.findings);
    out.why_not = std::move(report.not_run);
    if (!report.done) {
        out.findings.push_back(end_text(end, report.step));
    }
    return out;
}

CheckResult run_here(const Check& check, const fs::path& file, const CheckSettings& settings) {
    // One folder for the whole process, as its fence stays.
    static const WorkFolder folder;
    static const Fence fence = [] {
        fs::current_path(folder.path());
        return fence_in(folder.path());
    }();
    DirectBench bench(file, settings.seed, fence);
    CheckResult out;
    out.why_not = run_check(check, bench);
    out.findings = std::move(bench.findings);
    return out;
}

CheckResult run_isolation(const fs::path& file, const CheckSettings& settings) {
    CheckResult out;
    if (!settings.isolation) {
        out.why_not = "there are no worker processes here";
    } else if (settings.in_process) {
        out.why_not = "this process may start no others";
    } else {
        out.findings = settings.isolation(file);
    }
    return out;
}

CheckResult examine(const Check& check, const fs::path& file, const CheckSettings& settings) {
    const auto started = Clock::now();
    CheckResult out;
    if (check.run == nullptr) {
        out = run_isolation(file, settings);
    } else if (settings.in_process) {
        out = run_here(check, file, settings);
    } else {
        out = run_in_child(check, file, settings);
    }
    out.check = &check;
    out.verdict = !out.findings.empty()  ? CheckResult::Verdict::Failed
                  : !out.why_not.empty() ? CheckResult::Verdict::NotRun
                                         : CheckResult::Verdict::Passed;
    out.duration = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - started);
    return out;
}

bool is_wanted(const Check& check, const CheckSettings& settings) {
    if (settings.only.empty()) {
        return check.level <= settings.level;
    }
    return std::find(settings.only.begin(), settings.only.end(), check.id) != settings.only.end();
}

}  // namespace

std::vector<std::string> unknown_checks(const std::vector<std::string>& ids) {
    std::vector<std::string> out;
    std::copy_if(ids.begin(), ids.end(), std::back_inserter(out),
                 [](const auto& id) { return find_check(id) == nullptr; });
    return out;
}

std::string module_of_file(const fs::path& file) {
    try {
        const auto manifest = examine_plugin_file(file, TrustPolicy::Ignore).facts.manifest;
        if (!manifest) {
            return {};
        }
        const json::value read = core::parse_json(*manifest);
        const auto text = [&read](const char* key) {
            return printable(std::string_view(read.at(key).as_string()));
        };
        return text("name") + " " + text("version") + " (" + text("id") + ")";
    } catch (const std::exception&) {
        return {};  // the checks tell
    }
}

CheckReport check_plugin(const fs::path& file, const CheckSettings& settings) {
    const auto started = Clock::now();
    CheckReport report;
    report.file = file;
    report.level = settings.level;
    report.seed = settings.seed;
    std::error_code missing;
    const fs::path canonical = fs::canonical(file, missing);
    const fs::path subject = missing ? fs::absolute(file) : canonical;
    report.module = module_of_file(subject);

    std::string_view failed_gate;
    for (const Check& check : all_checks()) {
        if (!is_wanted(check, settings)) {
            continue;
        }
        CheckResult result;
        if (failed_gate.empty()) {
            result = examine(check, subject, settings);
        } else {
            result.check = &check;
            result.verdict = CheckResult::Verdict::NotRun;
            result.why_not = std::string(failed_gate) + " failed";
        }
        if (check.gate && result.verdict == CheckResult::Verdict::Failed) {
            failed_gate = check.id;
        }
        if (settings.on_result) {
            settings.on_result(result);
        }
        report.results.push_back(std::move(result));
    }
    report.duration = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - started);
    return report;
}

void run_check_child(const fs::path& file, const std::string& id, std::uint64_t seed, int report) {
    const Check* const check = find_check(id);
    if (check == nullptr || check->run == nullptr) {
        _exit(2);
    }
    const Fence fence = check->group() == CheckGroup::File ? Fence{} : fence_in(fs::current_path());
    ReportingBench bench(file, seed, fence, report);
    try {
        const std::string why_not = run_check(*check, bench);
        if (!why_not.empty()) {
            bench.tell("not_run", why_not);
        }
    } catch (const std::exception& error) {
        bench.find(std::string("the check itself failed: ") + error.what());
    }
    bench.tell("done", "");
    // Nothing of the plug-in gets another chance.
    _exit(0);
}

}  // namespace oa::host
