#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "host/engine/engine.hpp"
#include "host/store/run_store.hpp"

namespace oa::test {

/// Does to the runs of a host what people do, from a thread of its own: it answers approvals,
/// cancels each run of `endless`, pauses each of `held` and lets it go on, and now and then one of
/// the others. Which of them, follows from a seed and from how fast things are. Thread safe.
class Operator {
public:
    struct Tools {
        host::Engine& engine;
        host::RunStore& store;
        /// So many runs that have ended are kept; nothing: all.
        std::optional<std::uint64_t> keep;
        /// Tells a line to whoever started the host, as soon as it is true.
        std::function<void(const std::string& line)> say;
        /// Wants a run done again.
        std::function<void(const std::string& run_id)> do_again;
    };

    Operator(Tools tools, std::uint64_t seed);
    ~Operator();
    Operator(const Operator&) = delete;
    Operator& operator=(const Operator&) = delete;

    /// Looks after a run until it has ended. One of `falls` that has failed is done again, unless
    /// it was that itself.
    void watch(const std::string& run_id, const std::string& workflow);
    void ended(const std::string& run_id, const core::RunReport& report, bool is_again);
    /// Does nothing more when this has come back.
    void stop();

private:
    struct Watched {
        std::string workflow;
        std::uint32_t looks = 0;
        bool was_cancelled = false;
        bool was_paused = false;
    };

    void work();
    void look_at(const std::string& run_id, Watched& run);
    void answer(const std::string& run_id, host::RunLoop& loop);
    void cancel_or_pause(const std::string& run_id, Watched& run, host::RunLoop& loop);
    [[nodiscard]] bool one_in(std::uint32_t times) { return random_() % times == 0; }

    Tools tools_;
    std::mt19937_64 random_;  // of the thread

    std::mutex mutex_;
    std::map<std::string, Watched> runs_;
    std::vector<std::string> fallen_;
    bool is_stopping_ = false;
    std::thread thread_;  // last: it uses all of the above
};

}  // namespace oa::test
