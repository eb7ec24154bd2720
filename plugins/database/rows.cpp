#include "rows.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <utility>

#include "plugins/common/csv.hpp"
#include "plugins/common/encoding.hpp"
#include "plugins/common/io.hpp"

namespace oa::database {

namespace {

using Names = std::vector<std::string>;

constexpr std::size_t chunk_size = std::size_t{64} << 10U;
constexpr std::size_t line_max = std::size_t{64} << 20U;

Names names_of(const Json& object) {
    Names out;
    for (const Json::Member& member : object.as_object()) {
        out.push_back(member.key);
    }
    return out;
}

/// The values of one row, object or list, in the order of the columns.
void take_row(Call& call,
              const Json& row,
              const Names& columns,
              const std::string& pointer,
              std::vector<Value>& values) {
    if (row.is_array()) {
        if (row.size() != columns.size()) {
            throw invalid_params(pointer, "the row has " + std::to_string(row.size()) +
                                              " values for " + std::to_string(columns.size()) +
                                              " columns");
        }
        for (std::size_t i = 0; i < columns.size(); ++i) {
            values.push_back(value_of(call, row.at(i), pointer + pointer_to(i)));
        }
        return;
    }
    if (!row.is_object()) {
        throw invalid_params(pointer, "a row has to be an object or a list, not " + row.describe());
    }
    std::size_t found = 0;
    for (const std::string& column : columns) {
        const Json* value = row.find(column);
        found += value != nullptr ? 1 : 0;
        values.push_back(value != nullptr ? value_of(call, *value, pointer + pointer_to(column))
                                          : Value());
    }
    if (found < row.size()) {
        for (const std::string& name : names_of(row)) {
            if (std::find(columns.begin(), columns.end(), name) == columns.end()) {
                throw invalid_params(pointer + pointer_to(name),
                                     "the row has \"" + name +
                                         "\", which is none of the columns: list them in columns");
            }
        }
    }
}

class JsonRows final : public RowSource {
public:
    JsonRows(Call& call, const Json& rows, Names columns, std::string pointer)
        : call_(&call), rows_(&rows), columns_(std::move(columns)), pointer_(std::move(pointer)) {
        if (columns_.empty() && rows.size() > 0) {
            const Json& first = rows.at(std::size_t{0});
            if (!first.is_object() || first.empty()) {
                throw invalid_params(pointer_ + "/0",
                                     "the first row is no object with members: give columns");
            }
            columns_ = names_of(first);
        }
    }

    [[nodiscard]] const Names& columns() const override { return columns_; }
    bool next(std::vector<Value>& values) override {
        if (next_ == rows_->size()) {
            return false;
        }
        if (next_ % 256 == 0) {
            call_->check();
        }
        values.clear();
        take_row(*call_, rows_->at(next_), columns_, pointer_ + pointer_to(next_), values);
        ++next_;
        return true;
    }
    [[nodiscard]] std::string place() const override { return "row " + std::to_string(next_); }

private:
    Call* call_;
    const Json* rows_;
    Names columns_;
    std::string pointer_;
    std::size_t next_ = 0;
};

/// A file in pieces; asks between them whether the call goes on.
class Pieces {
public:
    Pieces(Call& call, std::string path)
        : call_(&call), path_(std::move(path)), file_(common::open_for_reading(path_)) {}

    /// Empty at the end.
    std::string_view next() {
        call_->check();
        return {buffer_.data(), common::read_some(file_, buffer_.data(), buffer_.size(), path_)};
    }
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    Call* call_;
    std::string path_;
    common::Fd file_;
    std::array<char, chunk_size> buffer_{};
};

std::string line_of(std::size_t line, const std::string& path) {
    return "line " + std::to_string(line) + " of '" + path + "'";
}

class JsonLines final : public RowSource {
public:
    JsonLines(Call& call, const FileOptions& options, Names columns)
        : call_(&call), pieces_(call, options.path), columns_(std::move(columns)) {
        if (!read_row()) {
            at_end_ = true;
        } else if (columns_.empty()) {
            if (!row_.is_object() || row_.empty()) {
                throw failed_precondition(place() + " is no object with members: give columns");
            }
            columns_ = names_of(row_);
        }
    }

    [[nodiscard]] const Names& columns() const override { return columns_; }
    bool next(std::vector<Value>& values) override {
        if (!waiting_ && (at_end_ || !read_row())) {
            at_end_ = true;
            return false;
        }
        waiting_ = false;
        values.clear();
        try {
            take_row(*call_, row_, columns_, "", values);
        } catch (const Error& error) {
            throw failed_precondition(place() + ": " + error.what());
        }
        return true;
    }
    [[nodiscard]] std::string place() const override { return line_of(line_, pieces_.path()); }

private:
    bool read_row() {
        while (read_line()) {
            ++line_;
            if (text_.find_first_not_of(" \t\r") == std::string::npos) {
                continue;
            }
            try {
                row_ = Json::parse(text_);
            } catch (const JsonError& error) {
                throw failed_precondition(place() + " is no JSON: " + error.what());
            }
            waiting_ = true;
            return true;
        }
        return false;
    }
    bool read_line() {
        text_.clear();
        for (;;) {
            if (rest_.empty()) {
                rest_ = pieces_.next();
                if (rest_.empty()) {
                    return !text_.empty();
                }
            }
            const std::size_t end = rest_.find('\n');
            text_ += rest_.substr(0, end);
            if (text_.size() > line_max) {
                throw exhausted(line_of(line_ + 1, pieces_.path()) + " is longer than 64 MiB");
            }
            if (end != std::string_view::npos) {
                rest_.remove_prefix(end + 1);
                return true;
            }
            rest_ = {};
        }
    }

    Call* call_;
    Pieces pieces_;
    Names columns_;
    std::string_view rest_;
    std::string text_;
    Json row_;
    std::size_t line_ = 0;
    bool waiting_ = false;  // row_ was read and not given yet
    bool at_end_ = false;
};

class CsvRows final : public RowSource {
public:
    CsvRows(Call& call, const FileOptions& options, Names columns)
        : pieces_(call, options.path),
          null_text_(options.null_text),
          columns_(std::move(columns)),
          parser_(options.delimiter, [this](common::CsvRecord& record, std::size_t line) {
              records_.push_back({std::move(record), line});
              return true;
          }) {
        if (options.header) {
            take_header();
        } else if (columns_.empty()) {
            throw invalid_params("/columns", "a file without a header needs columns");
        }
    }

    [[nodiscard]] const Names& columns() const override { return columns_; }
    bool next(std::vector<Value>& values) override {
        if (!fill()) {
            return false;
        }
        const Record record = std::move(records_.front());
        records_.pop_front();
        line_ = record.line;
        const std::size_t width = header_width_ > 0 ? header_width_ : columns_.size();
        if (record.fields.size() != width) {
            throw failed_precondition(place() + " has " + std::to_string(record.fields.size()) +
                                      " fields for " + std::to_string(width) + " columns");
        }
        values.clear();
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            values.push_back(value(record.fields[picked_.empty() ? i : picked_[i]]));
        }
        return true;
    }
    [[nodiscard]] std::string place() const override { return line_of(line_, pieces_.path()); }

private:
    struct Record {
        common::CsvRecord fields;
        std::size_t line = 0;
    };

    Value value(const common::CsvField& field) const {
        Value out;
        if (common::find_invalid_utf8(field.text) != std::string_view::npos) {
            throw failed_precondition(place() + " is not UTF-8 text");
        }
        if (field.quoted || field.text != null_text_) {
            out.json = field.text;
        }
        return out;
    }
    bool fill() {
        try {
            while (records_.empty() && !at_end_) {
                const std::string_view piece = pieces_.next();
                if (piece.empty()) {
                    at_end_ = true;
                    parser_.finish();
                } else {
                    parser_.feed(piece);
                }
            }
        } catch (const common::CsvError& error) {
            throw failed_precondition("'" + pieces_.path() + "': " + error.what());
        }
        return !records_.empty();
    }
    void take_header() {
        Names header;
        if (fill()) {
            for (const common::CsvField& field : records_.front().fields) {
                header.push_back(field.text);
            }
            records_.pop_front();
        }
        header_width_ = header.size();
        if (columns_.empty()) {
            columns_ = std::move(header);
            return;
        }
        for (const std::string& column : columns_) {
            const auto found = std::find(header.begin(), header.end(), column);
            if (found == header.end()) {
                throw invalid_params("/columns",
                                     "'" + pieces_.path() + "' has no column \"" + column + "\"");
            }
            picked_.push_back(static_cast<std::size_t>(found - header.begin()));
        }
    }

    Pieces pieces_;
    std::string null_text_;
    Names columns_;
    std::vector<std::size_t> picked_;  // where in a record each column is; empty: in order
    std::size_t header_width_ = 0;     // 0: no header
    std::deque<Record> records_;       // of the piece that was read last
    common::CsvParser parser_;
    std::size_t line_ = 0;
    bool at_end_ = false;
};

}  // namespace

std::unique_ptr<RowSource> rows_of_json(Call& call,
                                        const Json& rows,
                                        Names columns,
                                        std::string pointer) {
    return std::make_unique<JsonRows>(call, rows, std::move(columns), std::move(pointer));
}

std::unique_ptr<RowSource> rows_of_file(Call& call, const FileOptions& options, Names columns) {
    if (options.csv) {
        return std::make_unique<CsvRows>(call, options, std::move(columns));
    }
    return std::make_unique<JsonLines>(call, options, std::move(columns));
}

}  // namespace oa::database
