#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "connection.hpp"
#include "oa/plugin.hpp"
#include "watch.hpp"

namespace oa::database {

/// Whether it does no harm to run again what a lost connection broke off.
enum class Repeat : std::uint8_t { Safe, Unsafe };

/// A connection for the time of one call, which ends what it does when the call is cancelled or
/// takes too long. What is not committed when it goes is rolled back.
class Session {
public:
    Session(Call& call, Settings settings);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session() = default;

    /// Runs `work(connection)` within statement_timeout. Its errors become what the caller of the
    /// function hears.
    template <typename Work>
    auto run(Repeat repeat, Work work) {
        call_->check();
        watch_->arm(limit_);
        try {
            return work(*connection_);
        } catch (const Error& error) {
            fail(error, repeat);
        }
    }

    [[nodiscard]] const Settings& settings() const { return settings_; }
    [[nodiscard]] Kind kind() const { return settings_.kind; }

private:
    struct Canceller {
        Watch* watch;
        void operator()() const { watch->cancel(); }
    };

    [[noreturn]] void fail(const Error& error, Repeat repeat) const;

    Call* call_;
    Settings settings_;
    std::optional<std::chrono::milliseconds> limit_;
    std::unique_ptr<Connection> connection_;
    std::unique_ptr<Watch> watch_;                        // ends before the connection does
    std::optional<CancelCallback<Canceller>> canceller_;  // ends before the watch does
};

}  // namespace oa::database
