#include "result.hpp"

#include <algorithm>
#include <cerrno>
#include <set>
#include <utility>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "plugins/common/encoding.hpp"
#include "plugins/common/io.hpp"

namespace oa::database {

namespace {

/// What the rows of an answer may take: an output is 1 MiB at most.
constexpr std::size_t answer_max = std::size_t{900} << 10U;

std::size_t size_of(const Json& value) {
    if (value.is_string()) {
        return value.as_string().size() + 4;
    }
    return value.is_array() || value.is_object() ? value.dump().size() : 8;
}

}  // namespace

BlobStore::BlobStore(Call& call) : folder_(call.param<std::string>("blob_folder", "")) {
    if (folder_.find('\0') != std::string::npos) {
        throw invalid_params("/blob_folder", "blob_folder holds a NUL byte");
    }
}

BlobStore::~BlobStore() {
    for (const std::string& file : files_) {
        ::unlink(file.c_str());
    }
}

Json BlobStore::put(std::string_view bytes) {
    if (folder_.empty()) {
        return common::base64_encode(bytes);
    }
    std::string path = common::join(folder_, "blob-XXXXXX.bin");
    const common::Fd file(::mkostemps(path.data(), 4, O_CLOEXEC));
    if (!file) {
        common::throw_errno(errno, "make a file for a blob in", folder_);
    }
    files_.push_back(path);
    common::write_all(file, bytes, path);
    return path;
}

std::vector<std::string> distinct_names(const std::vector<Column>& columns) {
    std::vector<std::string> names;
    std::set<std::string> taken;
    for (const Column& column : columns) {
        std::string name = column.name;
        for (int i = 2; !taken.insert(name).second; ++i) {
            name = column.name + "_" + std::to_string(i);
        }
        names.push_back(std::move(name));
    }
    return names;
}

Json described(const std::vector<Column>& columns) {
    const std::vector<std::string> names = distinct_names(columns);
    Json out = Json::array();
    for (std::size_t i = 0; i < columns.size(); ++i) {
        out.push_back({{"name", names[i]}, {"type", columns[i].type}});
    }
    return out;
}

Decimals decimals_param(Call& call) {
    return call.choice<Decimals>(
        "decimals", {{"text", Decimals::Text}, {"number", Decimals::Number}}, Decimals::Text);
}

RowLimits row_limits(Call& call) {
    RowLimits out;
    out.rows = call.param<std::uint64_t>("max_rows", 1000);
    out.truncate = call.choice<bool>("on_max_rows", {{"error", false}, {"truncate", true}}, false);
    out.as_objects = call.choice<bool>("row_format", {{"objects", true}, {"arrays", false}}, true);
    return out;
}

void RowCollector::begin(const std::vector<Column>& columns) {
    columns_ = columns;
    names_ = distinct_names(columns);
    has_result_ = true;
    for (const std::string& name : names_) {
        names_size_ += limits_.as_objects ? name.size() + 4 : 0;
    }
}

Flow RowCollector::refuse(const std::string& what) {
    if (!limits_.truncate) {
        throw Error(
            ErrorCode::Exhausted,
            "the result has more than " + what +
                ": ask for fewer, raise max_rows, set on_max_rows to \"truncate\", or write "
                "it to a file with export")
            .with_retry(Retry::No);
    }
    truncated_ = true;
    return limits_.stop ? Flow::Stop : Flow::Continue;
}

Flow RowCollector::row(std::vector<Json>& values) {
    if (truncated_ || rows_.size() >= limits_.rows) {
        return refuse(std::to_string(limits_.rows) + " rows");
    }
    bytes_ += names_size_;
    for (const Json& value : values) {
        bytes_ += size_of(value);
    }
    if (bytes_ > answer_max) {
        return refuse("900 KiB");
    }
    if (rows_.size() % 1024 == 0) {
        call_->check();
    }
    if (!limits_.as_objects) {
        rows_.emplace_back(Json::Array(std::make_move_iterator(values.begin()),
                                       std::make_move_iterator(values.end())));
        return Flow::Continue;
    }
    Json::Object object;
    for (std::size_t i = 0; i < values.size(); ++i) {
        object.insert(names_[i], std::move(values[i]));
    }
    rows_.emplace_back(std::move(object));
    return Flow::Continue;
}

void RowCollector::move_into(Json& output) {
    output["columns"] = described(columns_);
    output["row_count"] = static_cast<std::int64_t>(rows_.size());
    output["truncated"] = truncated_;
    output["rows"] = std::move(rows_);
}

Json told(Connection& connection, const Outcome& outcome, RowCollector& rows) {
    Json out{{"rows_affected", outcome.affected}, {"last_insert_id", outcome.last_insert_id}};
    if (rows.has_result()) {
        connection.name_types(rows.columns());
    }
    rows.move_into(out);
    return out;
}

}  // namespace oa::database
