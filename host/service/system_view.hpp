#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

#include <boost/json/object.hpp>

#include "host/engine/engine.hpp"
#include "host/store/run_store.hpp"

namespace oa::host {

/// How the host is, for operators and their monitoring. Thread safe.
class SystemView {
public:
    struct Sources {
        const Engine& engine;
        RunStore& store;
        JobRunner& pool;  ///< of the tasks
        /// Counters of those that serve clients, as in `stats()`.
        std::function<boost::json::object()> http = {};
    };

    explicit SystemView(Sources sources);

    /// {"runs": {"running", "waiting"}, "store": {...}, "http": {...}, "process": {...}}
    [[nodiscard]] boost::json::object stats() const;
    /// The same as Prometheus reads it (text format 0.0.4).
    [[nodiscard]] std::string metrics() const;
    /// {"ready", "checks": {name: "ok" or why not}}: whether runs can be accepted and worked on.
    /// The store writes something, and a task's thread does something, so it may take some time;
    /// what was found counts for a second.
    [[nodiscard]] boost::json::object ready();

    /// From when all is read and recovered.
    void set_started() noexcept { is_started_ = true; }
    void set_stopping() noexcept { is_stopping_ = true; }

private:
    [[nodiscard]] std::string check_store() const;
    [[nodiscard]] std::string check_pool() const;

    Sources sources_;
    std::chrono::steady_clock::time_point begun_;
    std::mutex checking_;
    std::chrono::steady_clock::time_point checked_;
    std::string store_check_;
    std::string pool_check_;
    std::atomic<bool> is_started_{false};
    std::atomic<bool> is_stopping_{false};
};

}  // namespace oa::host
