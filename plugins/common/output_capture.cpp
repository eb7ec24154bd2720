#include "plugins/common/output_capture.hpp"

#include <algorithm>
#include <utility>

#include "plugins/common/text.hpp"

namespace oa::common {

namespace {

constexpr std::size_t line_max = 4096;         // bytes of a line in the log
constexpr std::size_t logged_max = 10'000;     // lines of one stream
constexpr std::size_t message_line_max = 300;  // bytes of last_line()

bool is_blank(std::string_view line) {
    return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

OutputCapture::OutputCapture(const Call& call, std::string stream, const Options& options)
    : call_(call), stream_(std::move(stream)), options_(options) {}

void OutputCapture::add(std::string_view bytes) {
    size_ += bytes.size();
    if (kept_.size() < options_.limit) {
        kept_ += bytes.substr(0, options_.limit - kept_.size());
    }
    while (!bytes.empty()) {
        const std::size_t end = bytes.find('\n');
        if (end == std::string_view::npos) {
            add_to_line(bytes);
            return;
        }
        add_to_line(bytes.substr(0, end));
        end_line();
        bytes.remove_prefix(end + 1);
    }
}

void OutputCapture::finish() {
    if (!line_.empty()) {
        end_line();
    }
}

void OutputCapture::add_to_line(std::string_view bytes) {
    const std::size_t room = line_max - line_.size();
    line_cut_ = line_cut_ || bytes.size() > room;
    line_ += bytes.substr(0, room);
}

void OutputCapture::end_line() {
    if (line_.ends_with('\r')) {
        line_.pop_back();
    }
    if (!is_blank(line_)) {
        last_line_ = as_utf8(cut_text(line_, message_line_max));
    }
    if (options_.log && lines_logged_ <= logged_max) {
        if (lines_logged_ == logged_max) {
            call_.log().warn(
                "more than " + std::to_string(logged_max) + " lines: the rest is not in the log",
                {{"stream", stream_}});
        } else if (call_.log().enabled(options_.level)) {
            Json fields{{"stream", stream_}};
            if (line_cut_) {
                fields["cut"] = true;
            }
            call_.log().write(options_.level, as_utf8(cut_text(line_, line_max)), fields);
        }
        ++lines_logged_;
    }
    line_.clear();
    line_cut_ = false;
}

std::string OutputCapture::text() const {
    std::string_view whole = kept_;
    if (truncated() && !whole.empty()) {
        // The limit may have cut a character in two: its bytes are 11xxxxxx and then 10xxxxxx.
        std::size_t start = whole.size();
        while (start > 0 && whole.size() - start < 3 &&
               (static_cast<unsigned char>(whole[start - 1]) & 0xC0U) == 0x80U) {
            --start;
        }
        if (start > 0 && (static_cast<unsigned char>(whole[start - 1]) & 0xC0U) == 0xC0U &&
            !is_utf8(whole.substr(start - 1))) {
            whole.remove_suffix(whole.size() - (start - 1));
        }
    }
    return as_utf8(whole);
}

}  // namespace oa::common
