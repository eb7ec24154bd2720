#include "host/service/system_view.hpp"

#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <system_error>

#include <boost/json.hpp>
#include <unistd.h>

namespace oa::host {

namespace json = boost::json;

namespace {

constexpr std::chrono::seconds check_counts_for{1};
constexpr std::chrono::seconds patience{2};

/// Tells when a thread of the pool has come to it.
class Ping final : public Job {
public:
    explicit Ping(std::shared_ptr<std::promise<void>> done) : done_(std::move(done)) {}
    void run() override { done_->set_value(); }

private:
    std::shared_ptr<std::promise<void>> done_;
};

std::uint64_t entries_of(const char* folder) {
    std::error_code error;
    std::uint64_t count = 0;
    for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        ++count;
    }
    return count;
}

std::uint64_t size_of(const std::filesystem::path& file) {
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(file, error);
    return error ? 0 : size;
}

json::object process_json(std::chrono::steady_clock::duration up) {
    std::uint64_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages >> pages;  // the second one is what is resident
    return {{"pid", ::getpid()},
            {"uptime_seconds", std::chrono::duration_cast<std::chrono::seconds>(up).count()},
            {"resident_bytes", pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE))},
            {"threads", entries_of("/proc/self/task")},
            {"open_files", entries_of("/proc/self/fd")}};
}

// Numbers of nested objects become lines: "oa_store_records 17".
void add_lines(std::string& text, const std::string& name, const json::value& value) {
    if (value.is_object()) {
        for (const auto& member : value.get_object()) {
            add_lines(text, name + "_" + std::string(member.key()), member.value());
        }
    } else if (value.is_number()) {
        const bool is_counter = name.size() > 6 && name.ends_with("_total");
        text += "# TYPE " + name + (is_counter ? " counter\n" : " gauge\n");
        text += name + " " + json::serialize(value) + "\n";
    }
}

}  // namespace

SystemView::SystemView(Sources sources)
    : sources_(std::move(sources)), begun_(std::chrono::steady_clock::now()) {}

json::object SystemView::stats() const {
    const WriterStatistics written = sources_.store.statistics();
    std::filesystem::path log = sources_.store.file();
    log += "-wal";
    json::object stats;
    stats["runs"] = json::object{{"running", sources_.engine.running()},
                                 {"waiting", sources_.engine.waiting()}};
    stats["store"] = json::object{{"records_total", written.records},
                                  {"batches_total", written.batches},
                                  {"transactions_total", written.transactions},
                                  {"batches_waiting", written.waiting},
                                  {"file_bytes", size_of(sources_.store.file())},
                                  {"log_bytes", size_of(log)}};
    stats["http"] = sources_.http ? sources_.http() : json::object();
    stats["process"] = process_json(std::chrono::steady_clock::now() - begun_);
    return stats;
}

std::string SystemView::metrics() const {
    std::string text;
    add_lines(text, "oa", stats());
    return text;
}

std::string SystemView::check_store() const {
    try {
        sources_.store.try_writing();
        return "ok";
    } catch (const std::exception& error) {
        return error.what();
    }
}

std::string SystemView::check_pool() const {
    const auto done = std::make_shared<std::promise<void>>();
    std::future<void> came = done->get_future();
    const auto ping = std::make_shared<Ping>(done);
    sources_.pool.submit(ping);
    if (came.wait_for(patience) == std::future_status::ready) {
        return "ok";
    }
    return "no thread has been free for a task for two seconds";
}

json::object SystemView::ready() {
    const std::lock_guard checking(checking_);
    const auto now = std::chrono::steady_clock::now();
    if (store_check_.empty() || now - checked_ > check_counts_for) {
        store_check_ = check_store();
        pool_check_ = check_pool();
        checked_ = now;
    }
    const std::string life = is_stopping_  ? "this host is about to stop"
                             : is_started_ ? "ok"
                                           : "what a host before left open is being taken up";
    return {{"ready", life == "ok" && store_check_ == "ok" && pool_check_ == "ok"},
            {"checks", {{"life", life}, {"store", store_check_}, {"tasks", pool_check_}}}};
}

}  // namespace oa::host
