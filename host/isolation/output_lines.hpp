#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oa::host::isolation {

inline constexpr std::size_t output_lines_kept = 20;
inline constexpr std::size_t output_line_bytes_max = 4'096;
inline constexpr std::string_view worker_line_start = "oa-worker: ";
inline constexpr std::uint32_t output_lines_per_second = 200;

/// What a worker writes to its standard output and error, cut into lines. A line that is too long
/// is cut off; of a flood only so many lines a second are passed on, and how many were not.
class OutputLines {
public:
    using Time = std::chrono::steady_clock::time_point;
    using Sink = std::function<void(const std::string& line)>;

    explicit OutputLines(Sink sink) : sink_(std::move(sink)) {}

    void add(std::string_view bytes, Time now);
    /// There is nothing more to come: passes on a last line that has no end.
    void finish(Time now);
    /// The last lines of the module, and then the first ones that the worker wrote of itself, which
    /// start with worker_line_start: its report of a crash.
    [[nodiscard]] std::vector<std::string> last() const;

private:
    void take(Time now);
    void tell_dropped();

    Sink sink_;
    std::string line_;
    std::deque<std::string> kept_;
    std::vector<std::string> report_;
    std::optional<Time> second_start_;
    std::uint32_t in_second_ = 0;
    std::uint64_t dropped_ = 0;
};

}  // namespace oa::host::isolation
