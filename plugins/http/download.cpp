// A file from a server: streamed, resumed where both sides can, whole or not at all.

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <Poco/DateTime.h>
#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeParser.h>

#include "answer.hpp"
#include "checksum.hpp"
#include "functions.hpp"
#include "partial_file.hpp"
#include "path_params.hpp"
#include "plugins/common/fault.hpp"
#include "progress.hpp"
#include "request_params.hpp"

namespace oa::http {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::uint64_t refusal_max = std::uint64_t{64} * 1024;
constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();

std::optional<Poco::DateTime> date_of(const std::string& text) {
    int zone = 0;
    Poco::DateTime date;
    if (!Poco::DateTimeParser::tryParse(Poco::DateTimeFormat::HTTP_FORMAT, text, date, zone)) {
        return std::nullopt;
    }
    return date;
}

/// What names this version of the content and no other one (RFC 9110, 8.8): a strong ETag, or a
/// Last-Modified after which the same second cannot bring another version. Else empty.
std::string version_of(const Response& response) {
    const std::string& etag = response.header("etag");
    if (etag.size() > 2 && etag.front() == '"') {
        return etag;
    }
    const std::string& modified = response.header("last-modified");
    const auto changed = date_of(modified);
    const auto now = date_of(response.header("date"));
    return changed && now && (*now - *changed).totalSeconds() >= 1 ? modified : std::string();
}

bool is_version(const Response& response, const std::string& version) {
    if (version.starts_with('"')) {
        return response.header("etag") == version;
    }
    // A server may leave it out of a part.
    const std::string& modified = response.header("last-modified");
    return modified.empty() || modified == version;
}

struct ContentRange {
    std::uint64_t first = 0;
    std::optional<std::uint64_t> total;
};

/// "bytes 100-199/200"; the total may be "*".
std::optional<ContentRange> content_range(const Response& response) {
    std::string_view text = response.header("content-range");
    constexpr std::string_view unit = "bytes ";
    if (!text.starts_with(unit)) {
        return std::nullopt;
    }
    text.remove_prefix(unit.size());
    const auto number = [&text](char after) -> std::optional<std::uint64_t> {
        std::uint64_t value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        const auto read = static_cast<std::size_t>(end - text.data());
        const bool good =
            error == std::errc() &&
            (after == '\0' ? read == text.size() : read < text.size() && text[read] == after);
        text.remove_prefix(good ? std::min(read + 1, text.size()) : 0);
        return good ? std::optional(value) : std::nullopt;
    };
    const auto first = number('-');
    const auto last = number('/');
    if (!first || !last) {
        return std::nullopt;
    }
    return ContentRange{*first, text == "*" ? std::nullopt : number('\0')};
}

std::optional<std::uint64_t> length_of(const Response& response) {
    const std::string& text = response.header("content-length");
    std::uint64_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    return !text.empty() && error == std::errc() && end == text.data() + text.size()
               ? std::optional(size)
               : std::nullopt;
}

class Download {
public:
    Download(const Module& module, Call& call)
        : call_(call), path_(path_param(call, "path")), checksum_(call), progress_(call) {
        request_.method = "GET";
        request_.url = url_param(call);
        asked_ = request_.method + " " + request_.url.text();
        add_headers(call, request_);
        add_credentials(call, request_);
        if (has_header(request_, "range") || has_header(request_, "if-range")) {
            throw invalid_params("/headers", "a download asks for ranges by itself (resume)");
        }
        if (!has_header(request_, "accept-encoding")) {
            // Lengths and ranges are then those of the file.
            request_.headers.emplace_back("Accept-Encoding", "identity");
        }
        options_ = transfer_options(module, call);
        options_.body = [this](const Response& head) { return plan(head); };
        size_max_ = size_limit(call);
        partial_options_ = {
            .existing = call.param<bool>("overwrite", true) ? common::Existing::Replace
                                                            : common::Existing::Fail,
            .parents = call.param<bool>("create_parents", false) ? common::Missing::Create
                                                                 : common::Missing::Fail,
            .mode = mode_param(call, "mode"),
            .resume = call.param<bool>("resume", true),
            .source = request_.url.text(),
        };
    }

    Json run() {
        const auto started = steady_clock::now();
        const Limit limit = limit_param(call_, std::nullopt);
        PartialFile file(path_, partial_options_);
        file_ = &file;
        const Exchange exchange = fetch(limit);
        const Response& response = exchange.response;
        if (response.status >= 400) {
            throw status_error(exchange, asked_);
        }
        if (response.status >= 300) {
            throw common::fault(ErrorCode::Precondition, Retry::No,
                                asked_ + " was answered with " + std::to_string(response.status) +
                                    ", which brings no file");
        }
        if (total_ && *total_ != file.size()) {
            file.discard();
            throw common::fault(ErrorCode::Unavailable, Retry::Yes,
                                asked_ + " brought " + std::to_string(file.size()) + " bytes of " +
                                    std::to_string(*total_));
        }
        Json out{{"path", path_},
                 {"size", file.size()},
                 {"status", response.status},
                 {"url", exchange.url.text()},
                 {"headers", headers_of(response)},
                 {"redirects", exchange.redirects},
                 {"resumed", resumed_ > 0},
                 {"resumed_bytes", resumed_}};
        if (checksum_.wanted()) {
            out["checksum"] = verified(file);
        }
        call_.check();
        file.commit();
        out["elapsed_ms"] =
            std::chrono::duration_cast<milliseconds>(steady_clock::now() - started).count();
        return out;
    }

private:
    /// Asks for the rest of a part, and for the whole where that is not to be had.
    Exchange fetch(const Limit& limit) {
        const auto end = steady_clock::now() + limit.time;
        const auto left = [&end] {
            return std::max(milliseconds(1),
                            std::chrono::duration_cast<milliseconds>(end - steady_clock::now()));
        };
        if (!file_->version().empty()) {
            Request rest = request_;
            asked_from_ = file_->size();
            rest.headers.emplace_back("Range", "bytes=" + std::to_string(asked_from_) + "-");
            rest.headers.emplace_back("If-Range", file_->version());
            Exchange exchange =
                run_exchange(call_, std::move(rest), options_, {left(), limit.name});
            if (!useless_) {
                return exchange;
            }
            asked_from_ = 0;
        }
        return run_exchange(call_, request_, options_, {left(), limit.name});
    }

    std::optional<BodyPlan> plan(const Response& head) {
        useless_ = false;
        if (head.status == 206 || (head.status == 416 && asked_from_ > 0)) {
            return plan_part(head);
        }
        if (head.status >= 300) {
            return BodyPlan{.size_max = refusal_max, .cut = true};
        }
        file_->restart(version_of(head));
        checksum_.reset();
        resumed_ = 0;
        total_ = length_of(head);
        return plan_content();
    }

    std::optional<BodyPlan> plan_part(const Response& head) {
        const auto range = content_range(head);
        if (asked_from_ == 0) {
            throw common::fault(ErrorCode::Unavailable, Retry::Unknown,
                                "the server sent a part where the whole was asked for");
        }
        if (head.status == 416 || !range || range->first != asked_from_ ||
            !is_version(head, file_->version())) {
            useless_ = true;
            return std::nullopt;
        }
        resumed_ = asked_from_;
        total_ = range->total;
        if (checksum_.wanted()) {
            checksum_.reset();
            file_->read_back([this](std::string_view piece) {
                call_.check();
                checksum_.add(piece);
            });
        }
        return plan_content();
    }

    BodyPlan plan_content() {
        if (total_ && *total_ > size_max_) {
            throw too_long();
        }
        progress_.start(resumed_, total_);
        return {.size_max = no_limit, .unpack = false, .sink = [this](std::string_view piece) {
                    take(piece);
                }};
    }

    void take(std::string_view piece) {
        if (piece.size() > size_max_ - file_->size()) {
            throw too_long();
        }
        file_->write(piece);
        checksum_.add(piece);
        progress_.add(piece.size());
    }

    Error too_long() {
        file_->discard();
        return common::fault(ErrorCode::Exhausted, Retry::No,
                             "the file is longer than the limit of " + std::to_string(size_max_) +
                                 " bytes (max_bytes)");
    }

    std::string verified(PartialFile& file) {
        try {
            return checksum_.finish("'" + path_ + "'");
        } catch (const Error& error) {
            file.discard();
            if (resumed_ == 0) {
                throw;
            }
            // The part may have been the wrong one: the whole can be tried.
            throw common::fault(error.code(), Retry::Yes, error.what())
                .with_details(error.details());
        }
    }

    static std::uint64_t size_limit(Call& call) {
        const auto size = call.find_param<std::int64_t>("max_bytes");
        if (size && *size < 0) {
            throw invalid_params("/max_bytes", "max_bytes is negative");
        }
        return size ? static_cast<std::uint64_t>(*size) : no_limit;
    }

    Call& call_;
    std::string path_;
    std::string asked_;  // for messages
    Request request_;
    ExchangeOptions options_;
    PartialOptions partial_options_;
    std::uint64_t size_max_ = no_limit;
    Checksum checksum_;
    Progress progress_;
    PartialFile* file_ = nullptr;
    std::uint64_t asked_from_ = 0;
    std::uint64_t resumed_ = 0;
    std::optional<std::uint64_t> total_;
    bool useless_ = false;  // the answer is no part of what is there
};

}  // namespace

Json download(const Module& module, Call& call) {
    call.check();
    return Download(module, call).run();
}

}  // namespace oa::http
