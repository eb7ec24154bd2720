#include "host/api/event_stream.hpp"

#include <atomic>
#include <mutex>
#include <utility>

#include "core/wall_time.hpp"
#include "host/log/logger.hpp"
#include "host/service/run_feed.hpp"

namespace oa::host {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds sign_of_life{15};  // so that a client that has gone is noticed
constexpr std::chrono::seconds look_who{2};       // whether it may still listen
constexpr std::uint32_t lines_at_once = 1'000;
constexpr std::size_t backlog_high = 256U << 10U;

/// What both kinds of streams have.
class OpenStream : public OpenAnswer {
public:
    OpenStream(const std::shared_ptr<ApiCall>& call,
               const LiveRoutes& services,
               std::string_view type)
        : caller_(call->caller()), is_valid_(services.is_valid) {
        HttpResponse head;
        head.fields.add("Content-Type", std::string(type));
        head.fields.add("Cache-Control", "no-store");
        head.fields.add("X-Accel-Buffering", "no");  // or nginx waits for more
        stream_ = call->exchange().stream(std::move(head));
    }

    void close() override {
        if (!has_ended_.exchange(true)) {
            stream_->end();
        }
    }

protected:
    void write(std::string_view text) {
        if (!has_ended_ && !stream_->write(text)) {
            has_ended_ = true;
        }
    }
    [[nodiscard]] bool has_ended() const { return has_ended_; }
    [[nodiscard]] std::size_t backlog() const { return stream_->backlog(); }
    /// False: it is over.
    [[nodiscard]] bool look(Clock::time_point now, std::string_view life) {
        if (now - looked_ >= look_who) {
            looked_ = now;
            if (!is_valid_(caller_)) {
                close();
            }
        }
        if (now - lived_ >= sign_of_life) {
            lived_ = now;
            write(life);
        }
        return !has_ended_;
    }

private:
    Caller caller_;
    std::function<bool(const Caller&)> is_valid_;
    std::shared_ptr<HttpStream> stream_;
    std::atomic<bool> has_ended_{false};
    Clock::time_point looked_ = Clock::now();
    Clock::time_point lived_ = Clock::now();
};

class EventStream final : public OpenStream {
public:
    EventStream(const std::shared_ptr<ApiCall>& call, const LiveRoutes& services)
        : OpenStream(call, services, "text/event-stream") {
        write("retry: 1000\n\n");
    }

    void listen(const LiveRoutes& services, const std::string& run, std::uint64_t after) {
        feed_ = std::make_unique<RunFeed>(services.live, services.runs, run, after,
                                          [this](const LiveEvent* event) { hear(event); });
    }
    bool tick(Clock::time_point now) override { return look(now, ":\n\n"); }

private:
    void hear(const LiveEvent* event) {
        if (event == nullptr) {
            close();  // the client comes back, and says what it has
            return;
        }
        std::string text;
        if (event->is_last_of_record) {  // so that who comes back gets all events of a record
            text = "id: " + std::to_string(event->number) + '\n';
        }
        text += "data: " + *event->text + "\n\n";
        write(text);
        if (event->ends_run) {
            close();
        }
    }

    std::unique_ptr<RunFeed> feed_;
};

class LogStream final : public OpenStream {
public:
    LogStream(const std::shared_ptr<ApiCall>& call,
              const LiveRoutes& services,
              std::string run,
              std::uint64_t after)
        : OpenStream(call, services, "text/plain; charset=utf-8"),
          runs_(services.runs),
          run_(std::move(run)),
          task_(call->text("task")),
          after_(after) {}

    bool tick(Clock::time_point now) override {
        try {
            if (!has_ended()) {
                read();
            }
        } catch (const std::exception& error) {
            write(std::string("the log cannot be read any further: ") + error.what() + '\n');
            close();
        }
        return look(now, {});
    }

private:
    void read() {
        // Lines may come into the store some time after the end of the run.
        const bool is_last_look = has_run_ended_ && Clock::now() - ended_ > std::chrono::seconds{1};
        if (!has_run_ended_ && runs_.get(run_).ended) {
            has_run_ended_ = true;
            ended_ = Clock::now();
        }
        bool has_more = true;
        while (has_more && backlog() < backlog_high && !has_ended()) {
            const std::vector<StoredLine> lines = runs_.store().lines(run_, after_, lines_at_once);
            std::string text;
            for (const StoredLine& line : lines) {
                after_ = line.sequence;
                if (!task_ || line.line.task == *task_) {
                    text += line_text(line);
                }
            }
            if (!text.empty()) {
                write(text);
            }
            has_more = lines.size() == lines_at_once;
        }
        if (is_last_look && !has_more) {
            close();
        }
    }

    const RunService& runs_;
    std::string run_;
    std::optional<std::string> task_;
    std::uint64_t after_;
    bool has_run_ended_ = false;
    Clock::time_point ended_;
};

}  // namespace

std::string line_text(const StoredLine& stored) {
    const core::LogLine& line = stored.line;
    std::string text = core::format_time(line.at);
    text += ' ';
    text += word_of(line.level);
    text += ' ';
    text += line.task.empty() ? "" : printable(line.task) + ": ";
    text += printable(line.message);
    if (!line.fields.empty()) {
        text += ' ' + printable(line.fields);
    }
    return text + '\n';
}

void stream_events(const std::shared_ptr<ApiCall>& call,
                   const LiveRoutes& services,
                   const std::string& run,
                   std::uint64_t after) {
    static_cast<void>(services.runs.get(run));  // before there is half an answer
    const auto stream = std::make_shared<EventStream>(call, services);
    stream->listen(services, run, after);
    services.open.add(stream);
}

void follow_log(const std::shared_ptr<ApiCall>& call,
                const LiveRoutes& services,
                const std::string& run,
                std::uint64_t after) {
    static_cast<void>(services.runs.get(run));
    services.open.add(std::make_shared<LogStream>(call, services, run, after));
}

}  // namespace oa::host
