#include "plugins/common/csv.hpp"

#include <utility>

namespace oa::common {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool needs_quotes(std::string_view text, char delimiter) {
    if (text.empty()) {
        return false;
    }
    // A leading or trailing blank is kept by RFC 4180 but cut by many readers.
    return text.front() == ' ' || text.back() == ' ' ||
           text.find_first_of("\"\r\n") != std::string_view::npos ||
           text.find(delimiter) != std::string_view::npos || text.starts_with(byte_order_mark);
}

}  // namespace

CsvParser::CsvParser(char delimiter, Sink sink, char quote)
    : delimiter_(delimiter), quote_(quote), sink_(std::move(sink)) {}

bool CsvParser::feed(std::string_view piece) {
    std::string held;
    if (!mark_done_) {
        held = mark_.append(piece);
        if (held.size() < byte_order_mark.size() && byte_order_mark.starts_with(held)) {
            return true;
        }
        mark_done_ = true;
        piece = held;
        if (piece.starts_with(byte_order_mark)) {
            piece.remove_prefix(byte_order_mark.size());
        }
    }
    for (const char c : piece) {
        if (stopped_) {
            return false;
        }
        take(c);
    }
    return !stopped_;
}

void CsvParser::finish() {
    if (!mark_done_) {
        mark_done_ = true;
        for (const char c : std::exchange(mark_, {})) {
            take(c);
        }
    }
    if (stopped_) {
        return;
    }
    if (state_ == State::Quoted) {
        throw CsvError("the quote that opens on line " + std::to_string(quote_line_) +
                       " is never closed");
    }
    if (state_ != State::RecordStart) {
        end_record();
    }
}

void CsvParser::take(char c) {
    const bool second_half = after_cr_ && c == '\n';
    after_cr_ = c == '\r';
    if (ends_line(c) && !second_half) {
        ++line_;
    }
    if (state_ == State::Quoted) {
        if (is_quote(c)) {
            state_ = State::QuoteInQuoted;
        } else {
            field_.text += c;
        }
        return;
    }
    if (second_half) {
        return;
    }
    switch (state_) {
        case State::RecordStart:
            if (!ends_line(c)) {
                record_line_ = line_;
                start_field(c);
            }
            return;
        case State::FieldStart: start_field(c); return;
        case State::QuoteInQuoted: after_quote(c); return;
        case State::Plain:
        case State::Quoted: break;
    }
    if (c == delimiter_) {
        end_field();
    } else if (ends_line(c)) {
        end_record();
    } else {
        field_.text += c;
    }
}

void CsvParser::start_field(char c) {
    if (is_quote(c)) {
        quote_line_ = line_;
        field_.quoted = true;
        state_ = State::Quoted;
    } else if (c == delimiter_) {
        end_field();
    } else if (ends_line(c)) {
        end_record();
    } else {
        field_.text += c;
        state_ = State::Plain;
    }
}

void CsvParser::after_quote(char c) {
    if (is_quote(c)) {
        field_.text += quote_;
        state_ = State::Quoted;
    } else if (c == delimiter_) {
        end_field();
    } else if (ends_line(c)) {
        end_record();
    } else {
        throw CsvError("line " + std::to_string(line_) +
                       ": text follows a closing quote; a quote inside a quoted field is doubled");
    }
}

void CsvParser::end_field() {
    record_.push_back(std::exchange(field_, {}));
    state_ = State::FieldStart;
}

void CsvParser::end_record() {
    end_field();
    state_ = State::RecordStart;
    stopped_ = !sink_(record_, record_line_);
    record_.clear();
}

void append_csv_field(std::string& out, std::string_view text, char delimiter, Quotes quotes) {
    if (quotes == Quotes::WhereNeeded && !needs_quotes(text, delimiter)) {
        out += text;
        return;
    }
    out += '"';
    for (const char c : text) {
        if (c == '"') {
            out += '"';
        }
        out += c;
    }
    out += '"';
}

void append_csv_record(std::string& out,
                       const std::vector<std::string>& fields,
                       char delimiter,
                       std::string_view line_ending) {
    if (fields.size() == 1 && fields.front().empty()) {
        out += "\"\"";
    }
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (i > 0) {
            out += delimiter;
        }
        append_csv_field(out, fields[i], delimiter, Quotes::WhereNeeded);
    }
    out += line_ending;
}

}  // namespace oa::common
