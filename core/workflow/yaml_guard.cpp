#include "core/workflow/yaml_guard.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace oa::core {
namespace {

// Far above depth_max: the exact limit is the parser's to check, this one only keeps it from
// queueing a million brackets.
constexpr std::size_t open_brackets_max = 1'000;

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

class Guard {
public:
    Guard(std::string_view text, const YamlLimits& limits) : text_(text), limits_(limits) {}

    std::optional<TextProblem> run() {
        std::size_t start = byte_order_mark_length(text_);
        while (start < text_.size() && !problem_) {
            const std::size_t line_break = text_.find('\n', start);
            line_start_ = start;
            line_end_ = line_break == std::string_view::npos ? text_.size() : line_break;
            scan_line();
            start = line_end_ + 1;
        }
        return problem_;
    }

    /// Offsets of those that are open where it ended.
    [[nodiscard]] const std::vector<std::size_t>& open_brackets() const { return brackets_; }

private:
    enum class Scalar { None, Plain, SingleQuoted, DoubleQuoted, Block };

    [[nodiscard]] char at(std::size_t offset) const {
        return offset < line_end_ ? text_[offset] : '\n';
    }
    [[nodiscard]] bool ends_word(std::size_t offset) const {
        return is_blank(at(offset)) || at(offset) == '\n';
    }
    [[nodiscard]] std::int64_t column(std::size_t offset) const {
        return static_cast<std::int64_t>(offset - line_start_);
    }

    void refuse(std::size_t offset, std::string message, std::string hint = {}) {
        if (!problem_) {
            problem_ = TextProblem{offset, std::move(message), std::move(hint)};
        }
    }

    void count_node(std::size_t offset) {
        if (++nodes_ > limits_.nodes_max) {
            refuse(offset,
                   "the document has more than " + std::to_string(limits_.nodes_max) + " nodes");
        }
    }

    void count_scalar_bytes(std::size_t bytes) {
        scalar_bytes_ += bytes;
        if (scalar_bytes_ > limits_.scalar_bytes_max) {
            refuse(scalar_start_,
                   "a text has more than " + std::to_string(limits_.scalar_bytes_max) + " bytes");
        }
    }

    void begin_scalar(Scalar kind, std::size_t offset) {
        scalar_ = kind;
        scalar_start_ = offset;
        scalar_bytes_ = 0;
        node_starts_ = false;
    }

    // ----- lines -----

    void scan_line() {
        const std::size_t i = skip_spaces(line_start_);
        if (is_marker()) {
            scan_marker();
            return;
        }
        const bool empty =
            text_.substr(i, line_end_ - i).find_first_not_of(" \t\r") == std::string_view::npos;
        if (scalar_ == Scalar::Block && scan_block_line(i, empty)) {
            return;
        }
        if (empty || (at(i) == '%' && i == line_start_ && !content_)) {
            return;
        }
        if (scalar_ == Scalar::Plain && column(i) > parent_column_ && at(i) != '#') {
            count_scalar_bytes(line_end_ - i);
            return;
        }
        if (at(i) != '#') {
            note_content(i);
        }
        if (scalar_ == Scalar::Plain || scalar_ == Scalar::None) {
            scalar_ = Scalar::None;
            if (brackets_.empty()) {
                node_starts_ = true;
                parent_column_ = column(i) - 1;
                key_column_ = column(i);
            }
        }
        scan_tokens(i);
    }

    [[nodiscard]] bool is_marker() const {
        const std::string_view start = text_.substr(line_start_, 3);
        return (start == "---" || start == "...") && ends_word(line_start_ + 3);
    }

    void scan_marker() {
        const bool begins = text_[line_start_] == '-';
        if (begins && (begun_ || content_)) {
            refuse_second_document(line_start_);
            return;
        }
        scalar_ = Scalar::None;
        if (!begins) {
            ended_ = content_;
            return;
        }
        begun_ = true;
        node_starts_ = true;
        parent_column_ = -1;
        const std::size_t i = skip_spaces(line_start_ + 3);
        if (!ends_word(i) && at(i) != '#') {
            note_content(i);
        }
        scan_tokens(i);
    }

    void note_content(std::size_t offset) {
        if (ended_) {
            refuse_second_document(offset);
        }
        if (!content_) {
            const bool older_shape = text_[offset] == '-' && ends_word(offset + 1);
            document_column_ = column(older_shape ? skip_spaces(offset + 1) : offset);
        }
        content_ = true;
    }

    [[nodiscard]] std::size_t skip_spaces(std::size_t i) const {
        while (at(i) == ' ') {
            ++i;
        }
        return i;
    }

    void refuse_second_document(std::size_t offset) {
        refuse(offset, "a second document begins here; a file holds one",
               "put it into a file of its own");
    }

    /// True while the line belongs to the block scalar.
    bool scan_block_line(std::size_t first, bool empty) {
        if (empty) {
            return true;
        }
        if (column(first) > parent_column_) {
            if (block_indent_ < 0) {
                block_indent_ = column(first);
            }
            const auto indent = static_cast<std::size_t>(std::min(column(first), block_indent_));
            count_scalar_bytes(line_end_ - line_start_ - indent + 1);
            return true;
        }
        scalar_ = Scalar::None;
        return false;
    }

    // ----- tokens of one line -----

    void scan_tokens(std::size_t i) {
        while (i < line_end_ && !problem_) {
            if (scalar_ == Scalar::DoubleQuoted || scalar_ == Scalar::SingleQuoted) {
                i = scan_quoted(i);
            } else if (is_blank(text_[i])) {
                ++i;
            } else if (text_[i] == '#' && (i == line_start_ || is_blank(text_[i - 1]))) {
                end_plain(i);
                return;
            } else if (node_starts_) {
                i = scan_node_start(i);
            } else {
                i = scan_within(i);
            }
        }
        if (scalar_ == Scalar::Plain) {
            count_scalar_bytes(line_end_ - std::max(scalar_start_, line_start_));
            if (!brackets_.empty()) {
                scalar_ = Scalar::None;
            }
        }
    }

    /// A comment or a colon ends a plain scalar for good.
    void end_plain(std::size_t offset) {
        if (scalar_ == Scalar::Plain) {
            count_scalar_bytes(offset - std::max(scalar_start_, line_start_));
            scalar_ = Scalar::None;
        }
    }

    std::size_t scan_node_start(std::size_t i) {
        const char c = text_[i];
        switch (c) {
            case '-':
            case '?':
                if (brackets_.empty() && ends_word(i + 1)) {
                    count_item(i);
                    return i + 1;
                }
                break;
            case '&':
            case '!': return skip_word(i);
            case '*': node_starts_ = false; return skip_word(i);
            case '"': begin_scalar(Scalar::DoubleQuoted, i); return i + 1;
            case '\'': begin_scalar(Scalar::SingleQuoted, i); return i + 1;
            case '|':
            case '>':
                if (brackets_.empty()) {
                    begin_scalar(Scalar::Block, i);
                    block_indent_ = -1;
                    return line_end_;
                }
                break;
            case '[':
            case '{':
            case ']':
            case '}':
            case ',': return scan_bracket(i);
            default: break;
        }
        if (c != ':' || !ends_word(i + 1)) {
            begin_scalar(Scalar::Plain, i);
        }
        return scan_within(i);
    }

    /// Behind the first character of a node, or behind its end.
    std::size_t scan_within(std::size_t i) {
        const char c = text_[i];
        if (c == ':' && ends_key(i)) {
            end_plain(i);
            node_starts_ = true;
            if (brackets_.empty()) {
                count_node(i);
                parent_column_ = key_column_;
                note_key(i);
            }
            return i + 1;
        }
        if (!brackets_.empty() && std::string_view("[]{},").find(c) != std::string_view::npos) {
            return scan_bracket(i);
        }
        return i + 1;
    }

    [[nodiscard]] bool ends_key(std::size_t i) const {
        if (ends_word(i + 1)) {
            return true;
        }
        return !brackets_.empty() &&
               (std::string_view("[]{},").find(at(i + 1)) != std::string_view::npos ||
                text_[i - 1] == '"' || text_[i - 1] == '\'');
    }

    std::size_t scan_bracket(std::size_t i) {
        scalar_ = Scalar::None;
        const char c = text_[i];
        if (c == '[' || c == '{') {
            brackets_.push_back(i);
            count_node(i);
            node_starts_ = true;
            if (brackets_.size() > open_brackets_max) {
                refuse(i,
                       "collections are nested deeper than " + std::to_string(limits_.depth_max));
            }
        } else if (c == ',') {
            count_node(i);
            node_starts_ = true;
        } else {
            if (!brackets_.empty()) {
                brackets_.pop_back();
            }
            node_starts_ = false;
        }
        return i + 1;
    }

    std::size_t skip_word(std::size_t i) const {
        while (i < line_end_ && !is_blank(text_[i]) &&
               (brackets_.empty() ||
                std::string_view("[]{},").find(text_[i]) == std::string_view::npos)) {
            ++i;
        }
        return i;
    }

    std::size_t scan_quoted(std::size_t i) {
        const char quote = scalar_ == Scalar::DoubleQuoted ? '"' : '\'';
        const std::size_t start = i;
        while (i < line_end_ && text_[i] != quote) {
            i += quote == '"' && text_[i] == '\\' ? 2 : 1;
        }
        i = std::min(i, line_end_);
        count_scalar_bytes(i - start);
        if (i < line_end_) {
            if (quote == '\'' && at(i + 1) == '\'') {
                return i + 2;
            }
            scalar_ = Scalar::None;
            return i + 1;
        }
        return i;
    }

    // ----- the list of tasks -----

    void count_item(std::size_t offset) {
        count_node(offset);
        parent_column_ = column(offset);
        key_column_ = column(skip_spaces(offset + 1));
        if (tasks_key_column_ < 0 || column(offset) < tasks_key_column_) {
            return;
        }
        if (task_column_ < 0) {
            task_column_ = column(offset);
        }
        if (column(offset) == task_column_ && ++tasks_ > limits_.tasks_max) {
            refuse(offset,
                   "the workflow has more than " + std::to_string(limits_.tasks_max) + " tasks");
        }
    }

    /// Notes where the list of tasks begins and ends.
    void note_key(std::size_t colon) {
        if (key_column_ != document_column_) {
            return;
        }
        const auto start = line_start_ + static_cast<std::size_t>(key_column_);
        const bool tasks = text_.substr(start, colon - start) == "tasks";
        tasks_key_column_ = tasks ? document_column_ : -1;
        task_column_ = -1;
        tasks_ = 0;
    }

    std::string_view text_;
    const YamlLimits& limits_;
    std::optional<TextProblem> problem_;

    std::size_t line_start_ = 0;
    std::size_t line_end_ = 0;
    bool begun_ = false;    // "---" has begun the document
    bool content_ = false;  // something of the document has been seen
    bool ended_ = false;    // "..." has ended it

    bool node_starts_ = true;
    std::vector<std::size_t> brackets_;  // offsets of the flow collections that are open
    Scalar scalar_ = Scalar::None;
    std::size_t scalar_start_ = 0;
    std::size_t scalar_bytes_ = 0;
    std::int64_t block_indent_ = -1;   // of a block scalar's content, once known
    std::int64_t parent_column_ = -1;  // a scalar's further lines are indented more than this
    std::int64_t key_column_ = 0;      // where a key on this line begins

    std::size_t nodes_ = 0;
    std::size_t tasks_ = 0;
    std::int64_t document_column_ = -1;   // of the document's keys
    std::int64_t tasks_key_column_ = -1;  // of `tasks`, while its list goes on
    std::int64_t task_column_ = -1;       // of the list's dashes
};

}  // namespace

std::optional<std::size_t> find_unclosed_bracket(std::string_view text,
                                                 const YamlLimits& limits,
                                                 std::size_t end) {
    Guard guard(text, limits);
    static_cast<void>(guard.run());
    const std::vector<std::size_t>& open = guard.open_brackets();
    const auto behind = std::lower_bound(open.begin(), open.end(), end);
    return behind == open.begin() ? std::nullopt : std::optional(*(behind - 1));
}

std::optional<TextProblem> find_excess(std::string_view text, const YamlLimits& limits) {
    return Guard(text, limits).run();
}

}  // namespace oa::core
