#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <system_error>
#include <unordered_set>
#include <utility>
#include <vector>

#include "csv_params.hpp"
#include "functions.hpp"
#include "support.hpp"

namespace oa::files {

namespace {

constexpr std::size_t output_max = std::size_t{1024} * 1024;

using Names = std::vector<std::string>;

enum class Types { Text, Infer };

bool is_number_text(std::string_view text) {
    // The grammar of JSON: no leading zeros, no plus, no blanks, so that "007" stays a text.
    std::size_t at = text.starts_with('-') ? 1 : 0;
    const auto digits = [&] {
        const auto begin = at;
        while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
            ++at;
        }
        return at - begin;
    };
    const bool zero = at < text.size() && text[at] == '0';
    const auto whole = digits();
    if (whole == 0 || (zero && whole > 1)) {
        return false;
    }
    if (at < text.size() && text[at] == '.') {
        ++at;
        if (digits() == 0) {
            return false;
        }
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at < text.size() && (text[at] == '+' || text[at] == '-')) {
            ++at;
        }
        if (digits() == 0) {
            return false;
        }
    }
    return at == text.size();
}

Json number_or_text(std::string text) {
    const char* const end = text.data() + text.size();
    std::int64_t integer = 0;
    if (const auto read = std::from_chars(text.data(), end, integer);
        read.ec == std::errc{} && read.ptr == end) {
        return integer;
    }
    double number = 0;
    const auto read = std::from_chars(text.data(), end, number);
    // A long run of digits, as of an account, would lose its last ones as a double.
    const bool whole = text.find_first_of(".eE") == std::string::npos;
    if (read.ec == std::errc{} && read.ptr == end && std::isfinite(number) && !whole) {
        return number;
    }
    return Json(std::move(text));
}

Json value_of(CsvField& field, Types types) {
    if (types == Types::Text || field.quoted) {
        return std::move(field.text);
    }
    if (field.text.empty()) {
        return nullptr;
    }
    if (field.text == "true" || field.text == "false") {
        return field.text == "true";
    }
    return is_number_text(field.text) ? number_or_text(std::move(field.text))
                                      : Json(std::move(field.text));
}

struct ReadOptions {
    bool header = true;
    Types types = Types::Text;
    bool pad = false;
    std::size_t offset = 0;
    std::optional<std::size_t> limit;
};

/// Turns the records of a file into rows, within the size that an output may have.
class RowCollector {
public:
    /// Rows go to `lines`, one JSON text a line, where it is not null.
    RowCollector(std::string path, ReadOptions options, Names columns, AtomicFile* lines)
        : path_(std::move(path)), options_(options), columns_(std::move(columns)), lines_(lines) {
        if (!columns_.empty()) {
            check_columns("columns");
        }
    }

    /// False once `limit` rows are there and another one follows.
    bool take(CsvRecord& record, std::size_t line) {
        for (const auto& field : record) {
            if (find_invalid_utf8(field.text) != std::string_view::npos) {
                throw failed_precondition(at_line(line) + " is not UTF-8 text");
            }
        }
        if (options_.header && !header_seen_) {
            header_seen_ = true;
            take_header(record);
            return true;
        }
        if (skipped_ < options_.offset) {
            ++skipped_;
            return true;
        }
        if (options_.limit && count_ >= *options_.limit) {
            more_ = true;
            return false;
        }
        check_width(record, line);
        ++count_;
        Json row = columns_.empty() ? as_array(record) : as_object(record);
        if (lines_ != nullptr) {
            add_line(row);
            return true;
        }
        rows_.push_back(std::move(row));
        if (size_ > output_max) {
            throw exhausted("the rows of '" + path_ + "' up to line " + std::to_string(line) +
                            " make an output over 1 MiB: read the file in parts with offset and "
                            "limit, or into a file with jsonl_path");
        }
        return true;
    }

    /// After the last record.
    Json output() {
        Json out{{"path", path_}, {"columns", columns_}, {"count", count_}, {"more", more_}};
        if (lines_ != nullptr) {
            lines_->write(pending_);
            pending_.clear();
        } else {
            out["rows"] = std::move(rows_);
        }
        return out;
    }

private:
    void add_line(const Json& row) {
        pending_ += row.dump();
        pending_ += '\n';
        if (pending_.size() >= csv_chunk_size) {
            lines_->write(pending_);
            pending_.clear();
        }
    }

    [[nodiscard]] std::string at_line(std::size_t line) const {
        return "'" + path_ + "', line " + std::to_string(line);
    }

    void take_header(CsvRecord& record) {
        if (!columns_.empty()) {
            return;  // the caller's names replace those of the file
        }
        for (auto& field : record) {
            columns_.push_back(field.text.empty() ? "column_" + std::to_string(columns_.size() + 1)
                                                  : std::move(field.text));
        }
        check_columns("the header line");
    }

    void check_columns(std::string_view where) const {
        std::unordered_set<std::string_view> seen;
        for (const auto& name : columns_) {
            if (!seen.insert(name).second) {
                throw failed_precondition("'" + path_ + "': " + std::string(where) + " has '" +
                                          name + "' twice; give other names in columns");
            }
        }
    }

    void check_width(const CsvRecord& record, std::size_t line) const {
        if (columns_.empty() || record.size() == columns_.size()) {
            return;
        }
        if (record.size() > columns_.size() || !options_.pad) {
            throw failed_precondition(at_line(line) + " has " + std::to_string(record.size()) +
                                      " fields instead of " + std::to_string(columns_.size()));
        }
    }

    Json as_array(CsvRecord& record) {
        Json::Array row;
        row.reserve(record.size());
        for (auto& field : record) {
            size_ += field.text.size() + 3;
            row.push_back(value_of(field, options_.types));
        }
        return row;
    }

    Json as_object(CsvRecord& record) {
        Json row = Json::object();
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            size_ += columns_[i].size() + 4;
            if (i < record.size()) {
                size_ += record[i].text.size() + 3;
                row[columns_[i]] = value_of(record[i], options_.types);
            } else {
                row[columns_[i]] = nullptr;
            }
        }
        return row;
    }

    std::string path_;
    ReadOptions options_;
    Names columns_;
    AtomicFile* lines_;
    std::string pending_;  // lines that are not written yet
    Json::Array rows_;
    std::size_t count_ = 0;
    std::size_t skipped_ = 0;
    std::size_t size_ = 0;  // of the rows as JSON text, about
    bool header_seen_ = false;
    bool more_ = false;
};

ReadOptions read_options(Call& call) {
    ReadOptions options;
    options.header = call.param<bool>("header", true);
    options.types =
        call.choice<Types>("types", {{"text", Types::Text}, {"infer", Types::Infer}}, Types::Text);
    options.pad = call.choice<bool>("short_rows", {{"fail", false}, {"pad", true}}, false);
    options.offset = static_cast<std::size_t>(call.param<std::uint64_t>("offset", 0));
    if (const auto limit = call.find_param<std::uint64_t>("limit")) {
        options.limit = static_cast<std::size_t>(*limit);
    }
    return options;
}

void parse_file(const std::string& path, Charset charset, CsvParser& parser, const Call& call) {
    const Fd file = open_for_reading(path);
    TextDecoder decoder(charset, path);
    std::string chunk(csv_chunk_size, '\0');
    std::string text;
    while (true) {
        call.check();
        const auto size = read_some(file, chunk.data(), chunk.size(), path);
        text.clear();
        if (size == 0) {
            decoder.finish(text);
        } else {
            decoder.feed({chunk.data(), size}, text);
        }
        if (!parser.feed(text)) {
            return;
        }
        if (size == 0) {
            parser.finish();
            return;
        }
    }
}

}  // namespace

Json read_csv(Call& call) {
    return read_csv_file(call, path_param(call, "path"));
}

Json read_csv_file(Call& call, const std::string& path) {
    std::optional<AtomicFile> lines;
    if (call.find_param("jsonl_path") != nullptr) {
        lines.emplace(path_param(call, "jsonl_path"), write_options(call));
    }
    RowCollector collector(path, read_options(call), call.param<Names>("columns", {}),
                           lines ? &*lines : nullptr);
    CsvParser parser(
        delimiter_param(call),
        [&collector](CsvRecord& record, std::size_t line) { return collector.take(record, line); },
        quote_param(call));
    try {
        parse_file(path, charset_param(call), parser, call);
    } catch (const CsvError& error) {
        throw failed_precondition("'" + path + "' is not CSV: " + error.what());
    }
    Json output = collector.output();
    if (lines) {
        lines->commit();
        output["jsonl_path"] = call.param<std::string>("jsonl_path");
    }
    return output;
}

}  // namespace oa::files
