#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <system_error>
#include <unordered_set>
#include <utility>
#include <vector>

#include "functions.hpp"
#include "support.hpp"

namespace oa::files {

namespace {

constexpr std::size_t output_max = std::size_t{1024} * 1024;
constexpr std::size_t chunk_size = std::size_t{64} * 1024;

using Names = std::vector<std::string>;

char delimiter_param(Call& call) {
    const auto text = call.param<std::string>("delimiter", ",");
    const bool usable = text.size() == 1 && static_cast<unsigned char>(text[0]) < 0x80 &&
                        text[0] != '"' && text[0] != '\r' && text[0] != '\n' && text[0] != '\0';
    if (!usable) {
        throw invalid_params("/delimiter",
                             "delimiter is not one ASCII character other than a quote or a line "
                             "break");
    }
    return text[0];
}

// ---- Reading

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
    RowCollector(std::string path, ReadOptions options, Names columns)
        : path_(std::move(path)), options_(options), columns_(std::move(columns)) {
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
        if (options_.limit && rows_.size() >= *options_.limit) {
            more_ = true;
            return false;
        }
        check_width(record, line);
        rows_.push_back(columns_.empty() ? as_array(record) : as_object(record));
        if (size_ > output_max) {
            throw exhausted("the rows of '" + path_ + "' up to line " + std::to_string(line) +
                            " make an output over 1 MiB: read the file in parts with offset and "
                            "limit");
        }
        return true;
    }

    Json output() {
        const auto count = rows_.size();
        return {{"path", path_},
                {"rows", std::move(rows_)},
                {"columns", columns_},
                {"count", count},
                {"more", more_}};
    }

private:
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
    Json::Array rows_;
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

// ---- Writing

struct Table {
    const Json::Array* rows = nullptr;
    Json::Array single;  // backs `rows` where the input is one row
    Names columns;
};

/// The rows inside the previous task's output: a list, an object that holds one under a usual name,
/// or one row.
void rows_of_input(const Json& input, Table& table) {
    if (input.is_array()) {
        table.rows = &input.as_array();
        return;
    }
    if (!input.is_object()) {
        throw invalid_params("/rows",
                             "there are no rows: give rows, or run after a task that gives a list");
    }
    for (const char* name : {"rows", "data", "items", "records", "results", "result", "json"}) {
        const Json* found = input.find(name);
        if (found != nullptr && found->is_array()) {
            table.rows = &found->as_array();
            if (const Json* columns = input.find("columns"); columns != nullptr) {
                table.columns = columns->as<Names>();
            }
            return;
        }
    }
    table.single.push_back(input);
    table.rows = &table.single;
}

void find_table(Call& call, Table& table) {
    const Json* rows = call.find_param("rows");
    if (rows != nullptr && rows->is_array()) {
        table.rows = &rows->as_array();
    } else if (rows != nullptr && !rows->is_null()) {
        throw invalid_params("/rows", "rows is not a list");
    } else {
        // The table points into the parameters, which outlive it; a copy would not.
        rows_of_input(call.params()["input"], table);
    }
    if (const auto columns = call.find_param<Names>("columns")) {
        table.columns = *columns;
    }
}

/// The keys of all rows in the order in which they first appear.
Names columns_of(const Json::Array& rows, const Call& call) {
    Names columns;
    std::unordered_set<std::string> seen;
    for (const Json& row : rows) {
        call.check();
        if (!row.is_object()) {
            continue;
        }
        for (const auto& [key, value] : row.as_object()) {
            if (seen.insert(key).second) {
                columns.push_back(key);
            }
        }
    }
    return columns;
}

std::string cell_text(const Json& value) {
    if (value.is_null()) {
        return {};
    }
    return value.is_string() ? value.as_string() : value.dump();
}

Names fields_of(const Json& row, const Names& columns, std::size_t index) {
    Names fields;
    if (row.is_object()) {
        for (const auto& column : columns) {
            const Json* value = row.find(column);
            fields.push_back(value == nullptr ? std::string() : cell_text(*value));
        }
    } else if (row.is_array()) {
        if (!columns.empty() && row.size() > columns.size()) {
            throw invalid_params(pointer_to("rows", index),
                                 "row " + std::to_string(index) + " has more values than columns");
        }
        for (const Json& value : row.as_array()) {
            fields.push_back(cell_text(value));
        }
        fields.resize(std::max(fields.size(), columns.size()));
    } else {
        fields.push_back(cell_text(row));
        fields.resize(std::max(fields.size(), columns.size()));
    }
    return fields;
}

struct CsvFormat {
    char delimiter = ',';
    std::string_view line_ending = "\n";
};

void write_rows(AtomicFile& file, const Table& table, const CsvFormat& format, const Call& call) {
    std::string out;
    std::size_t index = 0;
    for (const Json& row : *table.rows) {
        const auto fields = fields_of(row, table.columns, index++);
        if (!fields.empty()) {
            append_csv_record(out, fields, format.delimiter, format.line_ending);
        }
        if (out.size() >= chunk_size) {
            call.check();
            file.write(out);
            out.clear();
        }
    }
    file.write(out);
}

}  // namespace

Json read_csv(Call& call) {
    const auto path = path_param(call, "path");
    RowCollector collector(path, read_options(call), call.param<Names>("columns", {}));
    CsvParser parser(delimiter_param(call), [&collector](CsvRecord& record, std::size_t line) {
        return collector.take(record, line);
    });
    const Fd file = open_for_reading(path);
    std::string chunk(chunk_size, '\0');
    try {
        while (true) {
            call.check();
            const auto size = read_some(file, chunk.data(), chunk.size(), path);
            if (size == 0) {
                parser.finish();
                break;
            }
            if (!parser.feed({chunk.data(), size})) {
                break;
            }
        }
    } catch (const CsvError& error) {
        throw failed_precondition("'" + path + "' is not CSV: " + error.what());
    }
    return collector.output();
}

Json write_csv(Call& call) {
    const auto path = path_param(call, "path");
    Table table;
    find_table(call, table);
    const bool objects = std::any_of(table.rows->begin(), table.rows->end(),
                                     [](const Json& row) { return row.is_object(); });
    if (objects && table.columns.empty()) {
        table.columns = columns_of(*table.rows, call);
    }
    const CsvFormat format{
        .delimiter = delimiter_param(call),
        .line_ending =
            call.choice<std::string_view>("line_ending", {{"lf", "\n"}, {"crlf", "\r\n"}}, "\n"),
    };
    AtomicFile file(path, write_options(call));
    if (call.param<bool>("header", true) && !table.columns.empty()) {
        std::string line;
        append_csv_record(line, table.columns, format.delimiter, format.line_ending);
        file.write(line);
    }
    write_rows(file, table, format, call);
    file.commit();
    return {{"path", path},
            {"rows", table.rows->size()},
            {"columns", table.columns},
            {"bytes", file.bytes()},
            {"created", file.created()}};
}

}  // namespace oa::files
