#include "host/cli/remote_log.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include <boost/json.hpp>

#include "host/cli/client_report.hpp"
#include "host/cli/interrupt.hpp"
#include "host/cli/log_line_text.hpp"
#include "host/cli/remote_run.hpp"
#include "host/client/interruption.hpp"
#include "host/client/outage.hpp"
#include "host/log/logger.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

constexpr std::chrono::milliseconds look_again{500};
/// Lines may come into the store some time after the end of the run.
constexpr std::chrono::milliseconds last_lines{1'000};

class RemoteLog {
public:
    RemoteLog(const RunsOptions& options,
              const std::string& run,
              client::ApiClient& client,
              std::ostream& out)
        : options_(options),
          run_(run),
          target_("/api/v1/runs/" + client::url_encoded(run)),
          client_(client),
          out_(out) {}

    /// Prints what is new. Gives the status of the run before that.
    RunSummary print_new() {
        RunSummary run = summary_from(client_.get(target_));
        bool has_more = true;
        while (has_more && out_) {
            const json::object page =
                client_.get(target_ + "/logs?limit=1000&cursor=" + std::to_string(after_));
            for (const json::value& line : page.at("lines").as_array()) {
                after_ = line.at("number").to_number<std::uint64_t>();
                print(line_from(line.as_object()));
            }
            has_more = !page.at("next").is_null();
        }
        out_.flush();
        return run;
    }
    [[nodiscard]] std::size_t printed() const { return printed_; }

private:
    void print(const core::LogLine& line) {
        if (options_.log_task && !is_named(*options_.log_task, line.task)) {
            return;
        }
        ++printed_;
        if (options_.json) {
            print_line_as_json(line, run_, line.task, out_);
        } else {
            print_line(line, line.task, out_);
        }
    }

    const RunsOptions& options_;
    const std::string& run_;
    std::string target_;
    client::ApiClient& client_;
    std::ostream& out_;
    std::uint64_t after_ = 0;  // the last line that was read
    std::size_t printed_ = 0;
};

ExitStatus follow(RemoteLog& log, const std::string& run, std::ostream& out, std::ostream& notes) {
    client::Interruption interruption;
    std::atomic<int> interrupted{0};
    const InterruptGuard guard(1, [&](int signal) {
        interrupted = signal;
        interruption.raise();
    });
    client::Outage outage(interruption, notes_to(notes));
    bool is_first = true;
    bool has_ended = false;
    while (!interruption.is_raised() && out) {
        try {
            const RunSummary summary = log.print_new();
            outage.end();
            if (summary.ended && (has_ended || is_first)) {
                notes << "the run " << run << " has ended: " << core::to_string(summary.status)
                      << '\n';
                return ExitStatus::Ok;
            }
            has_ended = summary.ended.has_value();
            is_first = false;
            static_cast<void>(interruption.wait_for(has_ended ? last_lines : look_again));
        } catch (const client::NotReached& error) {
            static_cast<void>(outage.wait(error.what()));
        } catch (const client::ApiError& error) {
            if (!error.passes()) {
                throw;
            }
            static_cast<void>(outage.wait(error.what()));
        }
    }
    return interrupted == 0 ? ExitStatus::Ok : static_cast<ExitStatus>(128 + interrupted);
}

}  // namespace

ExitStatus print_remote_log(const RunsOptions& options,
                            const std::string& run,
                            client::ApiClient& client,
                            std::ostream& out,
                            std::ostream& notes) {
    RemoteLog log(options, run, client, out);
    if (options.follow) {
        return follow(log, run, out, notes);
    }
    static_cast<void>(log.print_new());
    if (log.printed() == 0) {
        notes << (options.log_task ? "no task '" + printable(*options.log_task) + "' of the run "
                                   : "no task of the run ")
              << run << " has said anything\n";
    }
    return ExitStatus::Ok;
}

}  // namespace oa::host
