#include <algorithm>
#include <cstdint>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "csv_params.hpp"
#include "functions.hpp"
#include "support.hpp"

namespace oa::files {

namespace {

using Names = std::vector<std::string>;

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

struct CsvFormat {
    char delimiter = ',';
    std::string_view line_ending = "\n";
    Charset charset = Charset::Utf8;
    bool mark = false;  // a byte order mark at the start of UTF-8
    Quotes quotes = Quotes::WhereNeeded;
    bool escape_formulas = false;
};

/// Spreadsheets take a text that starts so for a formula.
bool is_formula(std::string_view text) {
    constexpr std::string_view starts = "=+-@\t\r";
    return !text.empty() && starts.find(text.front()) != std::string_view::npos;
}

std::string cell_text(const Json& value, const CsvFormat& format) {
    if (value.is_null()) {
        return {};
    }
    if (!value.is_string()) {
        return value.dump();
    }
    const std::string& text = value.as_string();
    return format.escape_formulas && is_formula(text) ? "'" + text : text;
}

Names fields_of(const Json& row, const Names& columns, std::size_t index, const CsvFormat& format) {
    Names fields;
    if (row.is_object()) {
        for (const auto& column : columns) {
            const Json* value = row.find(column);
            fields.push_back(value == nullptr ? std::string() : cell_text(*value, format));
        }
    } else if (row.is_array()) {
        if (!columns.empty() && row.size() > columns.size()) {
            throw invalid_params(pointer_to("rows", index),
                                 "row " + std::to_string(index) + " has more values than columns");
        }
        for (const Json& value : row.as_array()) {
            fields.push_back(cell_text(value, format));
        }
        fields.resize(std::max(fields.size(), columns.size()));
    } else {
        fields.push_back(cell_text(row, format));
        fields.resize(std::max(fields.size(), columns.size()));
    }
    return fields;
}

/// Writes records in pieces.
class CsvWriter {
public:
    CsvWriter(AtomicFile& file, const CsvFormat& format) : file_(file), format_(format) {
        if (format.mark) {
            file_.write("\xEF\xBB\xBF");
        }
    }
    void add(const Names& fields) {
        if (format_.quotes == Quotes::WhereNeeded) {
            append_csv_record(out_, fields, format_.delimiter, format_.line_ending);
        } else {
            for (std::size_t i = 0; i < fields.size(); ++i) {
                if (i > 0) {
                    out_ += format_.delimiter;
                }
                append_csv_field(out_, fields[i], format_.delimiter, format_.quotes);
            }
            out_ += format_.line_ending;
        }
        if (out_.size() >= csv_chunk_size) {
            flush();
        }
    }
    void flush() {
        file_.write(encode_text(out_, format_.charset, file_.bytes() == 0));
        out_.clear();
    }

private:
    AtomicFile& file_;
    const CsvFormat& format_;
    std::string out_;
};

CsvFormat format_param(Call& call) {
    CsvFormat format;
    format.delimiter = delimiter_param(call);
    format.line_ending =
        call.choice<std::string_view>("line_ending", {{"lf", "\n"}, {"crlf", "\r\n"}}, "\n");
    format.mark = call.param<std::string>("encoding", "utf-8") == "utf-8-bom";
    format.charset = call.choice<Charset>("encoding",
                                          {{"utf-8", Charset::Utf8},
                                           {"utf-8-bom", Charset::Utf8},
                                           {"utf-16", Charset::Utf16},
                                           {"latin-1", Charset::Latin1},
                                           {"windows-1252", Charset::Windows1252}},
                                          Charset::Utf8);
    format.quotes =
        call.choice<Quotes>("quoting", {{"minimal", Quotes::WhereNeeded}, {"all", Quotes::Always}},
                            Quotes::WhereNeeded);
    format.escape_formulas = call.param<bool>("escape_formulas", false);
    return format;
}

}  // namespace

Json write_csv(Call& call) {
    const auto path = path_param(call, "path");
    Table table;
    find_table(call, table);
    const bool objects = std::any_of(table.rows->begin(), table.rows->end(),
                                     [](const Json& row) { return row.is_object(); });
    if (objects && table.columns.empty()) {
        table.columns = columns_of(*table.rows, call);
    }
    const CsvFormat format = format_param(call);
    AtomicFile file(path, write_options(call));
    CsvWriter writer(file, format);
    if (call.param<bool>("header", true) && !table.columns.empty()) {
        writer.add(table.columns);
    }
    std::size_t index = 0;
    for (const Json& row : *table.rows) {
        if (index % 256 == 0) {
            call.check();
        }
        const auto fields = fields_of(row, table.columns, index++, format);
        if (!fields.empty()) {
            writer.add(fields);
        }
    }
    writer.flush();
    file.commit();
    return {{"path", path},
            {"rows", table.rows->size()},
            {"columns", table.columns},
            {"bytes", file.bytes()},
            {"created", file.created()}};
}

}  // namespace oa::files
