#include <cstdint>
#include <string>
#include <vector>

#include "file_format.hpp"
#include "functions.hpp"
#include "plugins/common/csv.hpp"
#include "plugins/common/io.hpp"
#include "result.hpp"
#include "session.hpp"
#include "statement.hpp"
#include "value.hpp"

namespace oa::database {

namespace {

constexpr std::size_t write_chunk = std::size_t{64} << 10U;
constexpr std::uint64_t progress_step = 50'000;

/// Writes rows to a file as they come. Memory: one row and a piece of the file.
class FileSink final : public RowSink {
public:
    FileSink(Call& call, const FileOptions& options, common::AtomicFile& file, BlobStore& blobs)
        : call_(&call), options_(options), file_(&file), blobs_(&blobs) {}

    void begin(const std::vector<Column>& columns) override {
        columns_ = columns;
        has_result_ = true;
        const std::vector<std::string> names = distinct_names(columns);
        if (!options_.csv) {
            for (const std::string& name : names) {
                keys_.push_back(Json(name).dump() + ":");
            }
        } else if (options_.header) {
            common::append_csv_record(buffer_, names, options_.delimiter, "\n");
        }
    }
    Flow row(std::vector<Json>& values) override {
        if (options_.csv) {
            append_record(values);
        } else {
            append_object(values);
        }
        if (++rows_ % progress_step == 0) {
            call_->progress(std::to_string(rows_) + " rows");
        }
        if (buffer_.size() >= write_chunk) {
            call_->check();
            flush();
        }
        return Flow::Continue;
    }
    Json blob(std::string_view bytes) override { return blobs_->put(bytes); }

    void flush() {
        file_->write(buffer_);
        buffer_.clear();
    }
    [[nodiscard]] bool has_result() const { return has_result_; }
    [[nodiscard]] std::uint64_t rows() const { return rows_; }
    [[nodiscard]] std::vector<Column>& columns() { return columns_; }

private:
    void append_record(const std::vector<Json>& values) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (i > 0) {
                buffer_ += options_.delimiter;
            }
            if (values[i].is_null()) {
                buffer_ += options_.null_text;
                continue;
            }
            const std::string text = bind_text(values[i]);
            common::append_csv_field(
                buffer_, text, options_.delimiter,
                text == options_.null_text ? common::Quotes::Always : common::Quotes::WhereNeeded);
        }
        // A blank line would be no record: one column that is null.
        if (values.size() == 1 && values.front().is_null() && options_.null_text.empty()) {
            buffer_ += "\"\"";
        }
        buffer_ += '\n';
    }
    void append_object(const std::vector<Json>& values) {
        buffer_ += '{';
        for (std::size_t i = 0; i < values.size(); ++i) {
            buffer_ += i > 0 ? "," : "";
            buffer_ += keys_[i];
            buffer_ += values[i].dump();
        }
        buffer_ += "}\n";
    }

    Call* call_;
    const FileOptions& options_;
    common::AtomicFile* file_;
    BlobStore* blobs_;
    std::vector<Column> columns_;
    std::vector<std::string> keys_;  // as they stand in a JSON line
    std::string buffer_;
    std::uint64_t rows_ = 0;
    bool has_result_ = false;
};

common::WriteOptions write_options(Call& call) {
    common::WriteOptions out;
    out.existing =
        call.param<bool>("overwrite", true) ? common::Existing::Replace : common::Existing::Fail;
    out.parents =
        call.param<bool>("create_parents", false) ? common::Missing::Create : common::Missing::Fail;
    return out;
}

}  // namespace

Json export_rows(Call& call) {
    Settings settings = settings_of(call);
    settings.create = false;
    const BoundStatement statement = bind_values(
        call, settings.kind, call.param<std::string>("sql"), call.find_param("params"), "");
    const FileOptions options = file_options(call);
    const Decimals decimals = decimals_param(call);
    BlobStore blobs(call);
    Session session(call, settings);
    common::AtomicFile file(options.path, write_options(call));
    FileSink sink(call, options, file, blobs);
    session.run(Repeat::Safe, [&](Connection& connection) {
        connection.begin({.isolation = {}, .read_only = true});
        connection.execute(statement, decimals, sink);
        if (!sink.has_result()) {
            throw invalid_params("/sql", "the statement has no result");
        }
        connection.name_types(sink.columns());
        connection.rollback();
    });
    sink.flush();
    file.commit();
    blobs.keep();
    return {{"path", options.path},
            {"format", options.csv ? "csv" : "jsonl"},
            {"rows", sink.rows()},
            {"bytes", file.bytes()},
            {"columns", described(sink.columns())}};
}

}  // namespace oa::database
