#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/port/clock.hpp"
#include "core/port/task_invoker.hpp"
#include "host/plugin/plugin_registry.hpp"
#include "tests/host/plugin/fixtures.hpp"
#include "tests/support/background_call.hpp"

namespace oa::host::isolation {

/// What a process must have as many of after a test as before.
struct Belongings {
    std::size_t descriptors = 0;
    std::size_t threads = 0;
    std::size_t children = 0;

    static Belongings now() {
        namespace fs = std::filesystem;
        const auto count = [](const char* folder) {
            return static_cast<std::size_t>(
                std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
        };
        Belongings out{.descriptors = count("/proc/self/fd"), .threads = count("/proc/self/task")};
        for (const auto& thread : fs::directory_iterator("/proc/self/task")) {
            std::ifstream list(thread.path() / "children");
            out.children += static_cast<std::size_t>(
                std::distance(std::istream_iterator<int>(list), std::istream_iterator<int>()));
        }
        return out;
    }
    friend bool operator==(const Belongings&, const Belongings&) = default;
};

/// Fails the test when something is left over at its end.
class NothingIsLeft {
public:
    ~NothingIsLeft() {
        // A thread that was joined may be listed for a moment.
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(5);
        while (Belongings::now() != before_ && std::chrono::steady_clock::now() < until) {
            std::this_thread::yield();
        }
        const auto after = Belongings::now();
        EXPECT_EQ(after.descriptors, before_.descriptors);
        EXPECT_EQ(after.threads, before_.threads);
        EXPECT_EQ(after.children, before_.children);
    }

private:
    const Belongings before_ = Belongings::now();
};

/// Keeps what functions say, and lets a test wait for it.
class WaitingObserver final : public core::CallObserver {
public:
    void log(const core::Invocation& /*invocation*/,
             core::TaskLogLevel level,
             std::string_view message,
             std::string_view fields) override {
        const std::lock_guard lock(mutex_);
        lines_.push_back({level, std::string(message), std::string(fields)});
        changed_.notify_all();
    }
    void progress(const core::Invocation& /*invocation*/,
                  double fraction,
                  std::string_view message) override {
        const std::lock_guard lock(mutex_);
        progress_.emplace_back(fraction, message);
        changed_.notify_all();
    }
    [[nodiscard]] bool wants(core::TaskLogLevel level) const override {
        return level >= core::TaskLogLevel::Info;
    }

    struct Line {
        core::TaskLogLevel level = core::TaskLogLevel::Info;
        std::string message;
        std::string fields;
    };
    [[nodiscard]] std::vector<Line> lines() const {
        const std::lock_guard lock(mutex_);
        return lines_;
    }
    [[nodiscard]] std::vector<std::pair<double, std::string>> progress() const {
        const std::lock_guard lock(mutex_);
        return progress_;
    }
    /// Until so many lines of that text have come.
    void wait_for(const std::string& message, std::size_t count = 1) const {
        std::unique_lock lock(mutex_);
        const bool came = changed_.wait_for(lock, std::chrono::seconds(30), [&] {
            return static_cast<std::size_t>(std::count_if(
                       lines_.begin(), lines_.end(),
                       [&](const Line& line) { return line.message == message; })) >= count;
        });
        EXPECT_TRUE(came) << "no line " << message;
    }

private:
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::vector<Line> lines_;
    std::vector<std::pair<double, std::string>> progress_;
};

/// Keeps what modules say outside of calls, and what they print.
class RecordingLog final : public PluginLog {
public:
    void log(std::string_view module,
             core::TaskLogLevel /*level*/,
             std::string_view message,
             std::string_view fields) override {
        const std::lock_guard lock(mutex_);
        lines_.push_back(std::string(module) + ": " + std::string(message) + " " +
                         std::string(fields));
    }
    [[nodiscard]] bool wants(core::TaskLogLevel level) const override {
        return level >= core::TaskLogLevel::Info;
    }
    [[nodiscard]] std::vector<std::string> lines() const {
        const std::lock_guard lock(mutex_);
        return lines_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::string> lines_;
};

/// A clock that a test sets.
class SetClock final : public core::Clock {
public:
    [[nodiscard]] std::chrono::steady_clock::time_point now() const override {
        const std::lock_guard lock(mutex_);
        return std::chrono::steady_clock::time_point() + since_;
    }
    [[nodiscard]] std::chrono::system_clock::time_point wall() const override {
        const std::lock_guard lock(mutex_);
        return std::chrono::system_clock::time_point() + since_;
    }
    void advance(std::chrono::milliseconds by) {
        const std::lock_guard lock(mutex_);
        since_ += by;
    }

private:
    mutable std::mutex mutex_;
    std::chrono::milliseconds since_{1'800'000'000'000};
};

/// The module of the fixture `workshop`, loaded once.
inline PluginRegistry& workshop() {
    static PluginRegistry registry(search_for("workshop"));
    return registry;
}
inline LoadedModule& workshop_module() {
    return *workshop().modules().at(0);
}

inline core::Invocation invocation(const std::string& function, std::string params = "{}") {
    core::Invocation out;
    out.function = workshop().find("workshop", function);
    out.task = "the_task";
    out.params = std::make_shared<const std::string>(std::move(params));
    if (out.function == nullptr) {
        throw std::runtime_error("no function " + function);
    }
    return out;
}

using test::BackgroundCall;

inline core::Outcome run_call(core::TaskInvoker& invoker,
                              core::CallObserver& observer,
                              core::Invocation call) {
    return invoker.invoke(
        *invoker.prepare(std::make_shared<const core::Invocation>(std::move(call)), observer));
}

inline std::string code_of(const core::Outcome& outcome) {
    return outcome.failure ? outcome.failure->code : "";
}
inline std::string message_of(const core::Outcome& outcome) {
    return outcome.failure ? outcome.failure->message : "";
}
inline bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace oa::host::isolation
