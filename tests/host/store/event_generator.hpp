#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <random>
#include <string>

#include <boost/json.hpp>

#include "core/port/journal.hpp"

namespace oa::host {

/// Entries of every kind with odd values in all members; the same seed gives the same ones.
class EventGenerator {
public:
    explicit EventGenerator(std::uint64_t seed) : random_(seed) {}

    core::JournalEntry entry() {
        switch (below(5)) {
            case 0: return run_created();
            case 1: return core::AttemptStarted{number(), number(), number(), element()};
            case 2:
                return core::RunEnded{static_cast<core::RunStatus>(below(5)), perhaps_failure(),
                                      object(3)};
            case 3: return core::RunResumed{number(), flag()};
            default: return core::MachineEvent{run_event(), output()};
        }
    }

    core::RunEvent run_event() {
        switch (below(12)) {
            case 0: return core::RunStarted{};
            case 1: return core::AttemptSucceeded{number(), number()};
            case 2: return core::AttemptFailed{number(), number(), failure()};
            case 3:
                return core::TimerFired{
                    {static_cast<core::Timer::Kind>(below(5)), number(), number()}};
            case 4: return core::Decided{number(), flag(), perhaps_number(), perhaps_failure()};
            case 5: return core::RetryDecided{number(), number(), flag(), perhaps_failure()};
            case 6: return core::CancelRequested{text()};
            case 7: return core::WaitBegun{number(), number(), perhaps_time(), perhaps_failure()};
            case 8: return core::WaitEnded{number(), number(), perhaps_failure()};
            case 9: return core::PauseRequested{text()};
            case 10: return core::ResumeRequested{};
            default: return core::RunFailed{failure()};
        }
    }

    std::uint32_t below(std::uint32_t end) {
        return std::uniform_int_distribution<std::uint32_t>(0, end - 1)(random_);
    }
    bool flag() { return below(2) == 1; }

    std::uint32_t number() {
        switch (below(4)) {
            case 0: return 0;
            case 1: return std::numeric_limits<std::uint32_t>::max();
            default: return below(100'000);
        }
    }

    std::string text() {
        static const std::array<std::string, 10> pieces{
            "",     "a",      "\"",     "\\",        "\n", std::string(1, '\0'),
            "\x7f", "\u00e9", "\u2028", "\U0001F600"};
        std::string result;
        for (std::uint32_t i = below(8); i > 0; --i) {
            result += pieces.at(below(pieces.size()));
        }
        return result;
    }

    boost::json::value value(std::uint32_t levels) {
        switch (below(levels == 0 ? 7 : 9)) {
            case 0: return nullptr;
            case 1: return flag();
            case 2: return std::numeric_limits<std::int64_t>::min();
            case 3: return std::numeric_limits<std::uint64_t>::max();
            case 4: return std::uniform_real_distribution<double>(-1e300, 1e300)(random_);
            case 5: return boost::json::value(std::int64_t{below(1000)});
            case 6: return boost::json::value(text());
            case 7: {
                boost::json::array array;
                for (std::uint32_t i = below(4); i > 0; --i) {
                    array.push_back(value(levels - 1));
                }
                return array;
            }
            default: return object(levels - 1);
        }
    }

private:
    core::RunCreated run_created() {
        core::RunCreated entry;
        entry.run_id = text();
        entry.workflow = text();
        entry.attempt = number();
        entry.inputs = object(3);
        entry.settings.max_parallel = number();
        entry.settings.max_parallel_forced = perhaps_number();
        entry.settings.cancel_grace = core::Milliseconds(number());
        entry.settings.activations_per_task_max = number();
        entry.settings.seed = flag() ? std::numeric_limits<std::uint64_t>::max() : number();
        entry.settings.output_bytes_max = number();
        entry.settings.loop_output_bytes_max = number();
        entry.parent_run_id = text();
        entry.documents = text();
        entry.retry_of = text();
        entry.retry_from = text();
        entry.retry_all = flag();
        entry.trigger = text();
        entry.priority = flag() ? std::numeric_limits<std::int32_t>::min() : 7;
        entry.key = text();
        entry.request_key = text();
        entry.request_digest = text();
        return entry;
    }
    boost::json::object object(std::uint32_t levels) {
        boost::json::object made;
        for (std::uint32_t i = below(4); i > 0; --i) {
            made[text()] = value(levels);
        }
        return made;
    }
    core::Failure failure() { return {text(), text(), flag(), number()}; }
    std::optional<core::Failure> perhaps_failure() {
        return flag() ? std::optional(failure()) : std::nullopt;
    }
    std::optional<std::uint32_t> perhaps_number() {
        return flag() ? std::optional(number()) : std::nullopt;
    }
    std::optional<core::Milliseconds> perhaps_time() {
        return flag() ? std::optional(core::Milliseconds(number())) : std::nullopt;
    }
    std::optional<core::Element> element() {
        return flag() ? std::optional(core::Element{number(), number()}) : std::nullopt;
    }
    std::shared_ptr<const boost::json::value> output() {
        return flag() ? std::make_shared<const boost::json::value>(value(4)) : nullptr;
    }

    std::mt19937_64 random_;
};

}  // namespace oa::host
