#include "host/store/store_export.hpp"

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "host/store/log_lines.hpp"
#include "host/store/run_rows.hpp"

namespace oa::host {
namespace {

namespace json = boost::json;

constexpr std::uint32_t lines_at_once = 1000;

/// As core::format_time() writes it, but to the nanosecond, which is what is kept.
std::string precise_time(core::WallTime time) {
    constexpr std::int64_t second = 1'000'000'000;
    const std::string text = core::format_time(time);
    const std::string fraction =
        std::to_string(second + (to_column(time) % second + second) % second);
    return text.substr(0, text.size() - std::string_view(".123Z").size()) + '.' +
           fraction.substr(1) + 'Z';
}

class Exporter {
public:
    Exporter(SqliteDatabase& database,
             const ExportOptions& options,
             const std::function<void(std::string_view)>& use)
        : database_(database), options_(options), use_(use) {}

    ExportReport run() {
        if (options_.run_id) {
            const std::optional<RunRow> row = find_run_row(database_, *options_.run_id);
            if (!row) {
                throw StoreError(database_.file().string() + " has no run " + *options_.run_id);
            }
            add(*row);
        } else {
            for (const RunRow& row : read_run_rows(database_)) {
                add(row);
            }
        }
        return std::move(report_);
    }

private:
    void add(const RunRow& row) {
        try {
            add_records(row);
            if (options_.lines) {
                add_lines(row);
            }
            ++report_.runs;
        } catch (const StoreError& error) {
            report_.problems.emplace_back(error.what());
        }
    }

    void add_records(const RunRow& row) {
        const std::string run = core::write_json(json::value(row.summary.id));
        each_record(database_, row, [&](const StoredRecord& stored) {
            std::string line = "{\"run\":" + run +
                               ",\"number\":" + std::to_string(stored.record.number) +
                               ",\"at\":\"" + precise_time(stored.record.at) + "\",";
            line += stored.row.bytes.substr(1);  // after its brace
            use_(line);
            ++report_.records;
        });
    }

    void add_lines(const RunRow& row) {
        std::uint64_t after = 0;
        std::uint32_t count = 0;
        do {
            count = 0;
            each_line(database_, row.key, after, lines_at_once, [&](const StoredLine& stored) {
                use_(core::write_json(as_json(row.summary.id, stored)));
                ++report_.lines;
                ++count;
                after = stored.sequence;
            });
        } while (count == lines_at_once);
    }

    static json::object as_json(const std::string& run_id, const StoredLine& stored) {
        json::object line;
        line["run"] = run_id;
        line["line"] = stored.sequence;
        line["at"] = precise_time(stored.line.at);
        line["task"] = stored.line.task;
        line["level"] = word_of(stored.line.level);
        line["message"] = stored.line.message;
        if (!stored.line.fields.empty()) {
            json::error_code error;
            json::value fields = json::parse(stored.line.fields, error);
            line["fields"] = error ? json::value(stored.line.fields) : std::move(fields);
        }
        return line;
    }

    SqliteDatabase& database_;
    const ExportOptions& options_;
    const std::function<void(std::string_view)>& use_;
    ExportReport report_;
};

}  // namespace

ExportReport export_store(SqliteDatabase& database,
                          const ExportOptions& options,
                          const std::function<void(std::string_view line)>& use) {
    const SqliteSnapshot snapshot(database);
    return Exporter(database, options, use).run();
}

}  // namespace oa::host
