#include <array>
#include <charconv>

#include "tests/crash/checker/evidence.hpp"

namespace oa::test {
namespace {

constexpr std::size_t parts = 7;

std::array<std::string_view, parts> split(std::string_view line) {
    std::array<std::string_view, parts> out;
    for (std::string_view& part : out) {
        const std::size_t end = &part == &out.back() ? line.size() : line.find(',');
        part = line.substr(0, end);
        line = end >= line.size() ? std::string_view{} : line.substr(end + 1);
    }
    return out;
}

template <typename Number>
bool read_number(std::string_view text, Number& number) {
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    return read.ec == std::errc() && read.ptr == text.data() + text.size();
}

std::optional<WitnessLine> read_line(std::string_view text) {
    const auto [run, task, key, attempt, fence, what, at] = split(text);
    WitnessLine line;
    std::int64_t nanoseconds = 0;
    if (run.empty() || task.empty() || key.empty() || (what != "begin" && what != "end") ||
        !read_number(attempt, line.attempt) || !read_number(fence, line.fence) ||
        !read_number(at, nanoseconds)) {
        return std::nullopt;
    }
    line.run = run;
    line.task = task;
    line.key = key;
    line.is_end = what == "end";
    line.at = core::WallTime(std::chrono::nanoseconds(nanoseconds));
    return line;
}

}  // namespace

std::vector<WitnessLine> read_witness(std::istream& file, std::vector<std::string>& problems) {
    std::vector<WitnessLine> lines;
    std::string text;
    while (std::getline(file, text)) {
        constexpr std::string_view end = ",.";
        const std::string_view line_text = text;
        if (line_text.size() < end.size() ||
            line_text.substr(line_text.size() - end.size()) != end) {
            continue;  // torn, or the empty one in front of the first
        }
        if (std::optional<WitnessLine> line =
                read_line(line_text.substr(0, line_text.size() - end.size()))) {
            lines.push_back(std::move(*line));
        } else {
            problems.push_back("the witness file has a line that is none: " + text);
        }
    }
    return lines;
}

}  // namespace oa::test
