#include "host/isolation/output_lines.hpp"

#include <algorithm>

#include "host/plugin/descriptor_text.hpp"

namespace oa::host::isolation {

void OutputLines::add(std::string_view bytes, Time now) {
    while (!bytes.empty()) {
        const auto end = bytes.find('\n');
        const auto piece = bytes.substr(0, end);
        const auto room = output_line_bytes_max - std::min(line_.size(), output_line_bytes_max);
        line_ += piece.substr(0, room);
        if (end == std::string_view::npos) {
            return;
        }
        take(now);
        bytes.remove_prefix(end + 1);
    }
}

void OutputLines::finish(Time now) {
    if (!line_.empty()) {
        take(now);
    }
    tell_dropped();
}

std::vector<std::string> OutputLines::last() const {
    std::vector<std::string> out(kept_.begin(), kept_.end());
    out.insert(out.end(), report_.begin(), report_.end());
    return out;
}

void OutputLines::take(Time now) {
    const std::string line = clean_utf8(line_, output_line_bytes_max);
    line_.clear();
    if (line.compare(0, worker_line_start.size(), worker_line_start) != 0) {
        kept_.push_back(line);
    } else if (report_.size() < output_lines_kept) {
        report_.push_back(line);
    }
    if (kept_.size() > output_lines_kept) {
        kept_.pop_front();
    }
    if (!second_start_ || now - *second_start_ >= std::chrono::seconds(1)) {
        tell_dropped();
        second_start_ = now;
        in_second_ = 0;
    }
    if (in_second_ == output_lines_per_second) {
        ++dropped_;
        return;
    }
    ++in_second_;
    sink_(line);
}

void OutputLines::tell_dropped() {
    if (dropped_ > 0) {
        sink_(std::to_string(dropped_) + " more lines of output were dropped");
        dropped_ = 0;
    }
}

}  // namespace oa::host::isolation
