#include "host/cli/runs_logs.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <ostream>
#include <queue>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "host/cli/interrupt.hpp"
#include "host/cli/log_line_text.hpp"
#include "host/cli/runs_reader.hpp"
#include "host/engine/execution_id.hpp"
#include "host/log/logger.hpp"
#include "host/store/store_lock.hpp"

namespace oa::host {

namespace {

/// What a host has written is seen after that long.
constexpr std::chrono::milliseconds look_again{250};
/// Lines in memory, about, and of one run at least.
constexpr std::size_t lines_at_once = 100'000;
constexpr std::size_t lines_of_run_min = 10;
constexpr std::size_t lines_of_run_max = 1'000;
constexpr std::uint32_t runs_at_once = 1'000;

/// The run, or a run within it, as far as its lines have been read.
struct Source {
    std::string id;
    std::vector<std::string> path;  ///< the tasks that lead to it
    std::uint64_t after = 0;        ///< the last line that was read
    std::deque<StoredLine> lines;   ///< read and not yet printed
    bool has_ended = false;         ///< no more is said
    bool is_read = false;           ///< nothing of it that is in the store is left to be read
};

class LogReader {
public:
    LogReader(const RunsOptions& options,
              const StoreReader& store,
              const std::string& id,
              std::ostream& out)
        : options_(options), store_(store), out_(out) {
        known_.insert(id);
        sources_.push_back({.id = id, .path = {}, .lines = {}});
    }

    /// Prints what is new. True: the run has ended, and nothing more can come.
    bool print_new() {
        find_ends();
        find_inner_runs();
        merge();
        out_.flush();
        const bool has_ended = sources_.front().has_ended;
        sources_.erase(std::remove_if(sources_.begin(), sources_.end(),
                                      [](const Source& source) { return source.has_ended; }),
                       sources_.end());
        return has_ended;
    }
    [[nodiscard]] std::size_t printed() const { return printed_; }

private:
    // Before lines are read: those that come before the end are there when the end is.
    void find_ends() {
        for (Source& source : sources_) {
            const std::optional<RunSummary> run = store_.find(source.id);
            source.has_ended = !run || run->ended.has_value();
            source.is_read = false;
        }
    }

    void find_inner_runs() {
        for (std::size_t index = 0; index < sources_.size(); ++index) {
            const std::string parent = sources_[index].id;
            const std::vector<std::string> path = sources_[index].path;
            for (const RunSummary& run : new_runs_within(parent)) {
                Source& inner = sources_.emplace_back();
                inner.id = run.id;
                inner.path = path;
                inner.path.push_back(label_of_inner_run(parent, run.id));
                inner.has_ended = run.ended.has_value();
            }
        }
    }

    // The newest come first, so that those before one that is known are known, too.
    [[nodiscard]] std::vector<RunSummary> new_runs_within(const std::string& parent) {
        std::vector<RunSummary> runs;
        RunQuery query;
        query.parent_run_id = parent;
        query.limit = runs_at_once;
        do {
            RunPage page = store_.list(query);
            query.after = page.next;
            for (RunSummary& run : page.runs) {
                if (!known_.insert(run.id).second) {
                    query.after.reset();
                    break;
                }
                runs.push_back(std::move(run));
            }
        } while (query.after);
        std::reverse(runs.begin(), runs.end());
        return runs;
    }

    void merge() {
        const std::size_t share = lines_at_once / sources_.size();
        const auto limit =
            static_cast<std::uint32_t>(std::clamp(share, lines_of_run_min, lines_of_run_max));
        using Next = std::pair<core::WallTime, std::size_t>;
        std::priority_queue<Next, std::vector<Next>, std::greater<>> next;
        const auto put_back = [&](std::size_t index) {
            Source& source = sources_[index];
            if (source.lines.empty() && !source.is_read) {
                read_more(source, limit);
            }
            if (!source.lines.empty()) {
                next.emplace(source.lines.front().line.at, index);
            }
        };
        for (std::size_t index = 0; index < sources_.size(); ++index) {
            put_back(index);
        }
        while (!next.empty()) {
            const std::size_t index = next.top().second;
            next.pop();
            print(sources_[index], sources_[index].lines.front().line);
            sources_[index].lines.pop_front();
            put_back(index);
        }
    }

    void read_more(Source& source, std::uint32_t limit) {
        std::vector<StoredLine> lines = store_.lines(source.id, source.after, limit);
        source.is_read = lines.size() < limit;
        if (!lines.empty()) {
            source.after = lines.back().sequence;
        }
        source.lines.assign(std::make_move_iterator(lines.begin()),
                            std::make_move_iterator(lines.end()));
    }

    void print(const Source& source, const core::LogLine& line) {
        if (options_.log_task && !is_of_task(source, line.task)) {
            return;
        }
        ++printed_;
        if (options_.json) {
            print_line_as_json(line, source.id, joined(source, line.task, "/"), out_);
        } else {
            print_line(line, joined(source, line.task, " › "), out_);
        }
    }

    [[nodiscard]] static std::string joined(const Source& source,
                                            const std::string& task,
                                            std::string_view between) {
        std::string text;
        for (const std::string& step : source.path) {
            text += step;
            text += between;
        }
        return text + task;
    }

    [[nodiscard]] bool is_of_task(const Source& source, const std::string& task) const {
        return is_named(*options_.log_task, task) ||
               is_named(*options_.log_task, joined(source, task, "/"));
    }

    const RunsOptions& options_;
    const StoreReader& store_;
    std::ostream& out_;
    std::unordered_set<std::string> known_;  // ids of runs
    std::vector<Source> sources_;            // the run first; without those that are done
    std::size_t printed_ = 0;
};

/// Until the run has ended, or a signal comes.
class Follower {
public:
    Follower(const StoreReader& store, LogReader& reader) : store_(store), reader_(reader) {}

    /// The signal; 0: the run has ended.
    int follow() {
        const InterruptGuard guard(1, [this](int signal) {
            const std::lock_guard lock(mutex_);
            signal_ = signal;
            told_.notify_all();
        });
        for (;;) {
            // Before reading: what is written meanwhile makes for another number.
            const std::int64_t version = store_.version();
            if (reader_.print_new()) {
                return 0;
            }
            while (store_.version() == version) {
                if (const int signal = pause()) {
                    return signal;
                }
            }
        }
    }

private:
    int pause() {
        std::unique_lock lock(mutex_);
        told_.wait_for(lock, look_again, [this] { return signal_ != 0; });
        return signal_;
    }

    const StoreReader& store_;
    LogReader& reader_;
    std::mutex mutex_;
    std::condition_variable told_;
    int signal_ = 0;
};

}  // namespace

ExitStatus print_logs(const RunsOptions& options,
                      const StoreReader& store,
                      std::ostream& out,
                      std::ostream& notes) {
    const std::string id = run_id_of(store, options.ids.front());
    LogReader reader(options, store, id, out);
    if (!options.follow) {
        static_cast<void>(reader.print_new());
        if (reader.printed() == 0) {
            notes << (options.log_task
                          ? "no task '" + printable(*options.log_task) + "' of the run "
                          : "no task of the run ")
                  << id << " has said anything\n";
        }
        return ExitStatus::Ok;
    }
    if (!store.find(id).value().ended && is_store_in_use(store.folder()) == false) {
        notes << "no host works on the run " << id
              << "; oa runs recover goes on with it, and what it says comes here\n";
    }
    if (const int signal = Follower(store, reader).follow()) {
        return static_cast<ExitStatus>(128 + signal);
    }
    if (const std::optional<RunSummary> run = store.find(id)) {
        notes << "the run " << id << " has ended: " << core::to_string(run->status) << '\n';
    }
    return ExitStatus::Ok;
}

}  // namespace oa::host
