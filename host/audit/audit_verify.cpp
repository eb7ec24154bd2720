#include "host/audit/audit_verify.hpp"

#include <algorithm>
#include <optional>
#include <system_error>
#include <utility>

#include <boost/json.hpp>

#include "core/json/json.hpp"

namespace oa::host {
namespace {

namespace json = boost::json;

constexpr std::size_t problems_told = 100;

/// What a record says of the place that it follows.
struct Marks {
    std::optional<AuditHash> continues;
    std::optional<std::uint64_t> older;
    std::string tail;
};

Marks marks_of(std::string_view line) {
    Marks marks;
    json::value document;
    try {
        document = core::parse_json(line);
    } catch (const core::JsonError&) {
        return marks;
    }
    const json::object* object = document.if_object();
    if (object == nullptr) {
        return marks;
    }
    if (const json::value* continues = object->if_contains("continues")) {
        marks.continues =
            hash_from_hex(continues->is_string() ? std::string_view(continues->get_string()) : "");
    }
    if (const json::value* older = object->if_contains("older"); older && older->is_int64()) {
        marks.older = static_cast<std::uint64_t>(older->get_int64());
    }
    if (const json::value* tail = object->if_contains("tail"); tail && tail->is_string()) {
        marks.tail = tail->get_string();
    }
    return marks;
}

std::string records(std::uint64_t first, std::uint64_t last) {
    return first == last
               ? "record " + std::to_string(first) + " is"
               : "records " + std::to_string(first) + " to " + std::to_string(last) + " are";
}

class Verifier {
public:
    AuditVerification take() { return std::move(report_); }

    void begin(const std::filesystem::path& file) {
        file_ = file;
        line_ = 0;
        offset_ = 0;
        in_chain_ = false;
    }
    /// Without its end of line.
    void add_line(std::string_view line) {
        ++line_;
        const std::optional<ChainedLine> parsed = parse_chained(line);
        if (parsed) {
            add_record(*parsed, line);
        } else if (in_chain_ || looks_chained(line)) {
            in_chain_ = true;
            problem("is no record of the chain: it was changed, or put there");
        } else {
            older_.add(line);
            older_.add("\n");
            ++older_lines_;
        }
        offset_ += line.size() + 1;
        report_.bytes += line.size() + 1;
    }
    void add_rest(std::string_view line) {
        if (!line.empty()) {
            ++line_;
            report_.bytes += line.size();
            problem("is incomplete: a write did not come to its end, or something was cut off");
        }
    }
    void end_file() {
        if (!in_chain_ && older_lines_ > 0) {
            report_.older_lines += std::exchange(older_lines_, 0);
            static_cast<void>(older_.finish());
        }
    }
    void compare_with(const std::optional<ChainPlace>& noted, bool must_be_there) {
        const std::string head = head_file(file_).filename().string();
        const bool is_empty = offset_ == 0;
        report_.end_is_known = noted.has_value();
        if (!noted && must_be_there && place_) {
            problem("is the last, but nobody knows whether it was: " + head +
                    " is not there, or is damaged");
        } else if (noted && !is_empty && noted->number > report_.last.number) {
            ++line_;
            problem("is not there: " + records(report_.last.number + 1, noted->number) +
                    " missing, as " + head + " tells");
        } else if (noted && noted->number == report_.last.number &&
                   noted->hash != report_.last.hash) {
            problem("is not the record that is noted in " + head);
        }
    }

private:
    [[nodiscard]] AuditHash hash_after(const AuditHash& before, const ChainedLine& line) {
        return next_in_chain(hasher_, before, line.content);
    }

    /// Two hashes may be that of the record before: where it was changed, it says the one that
    /// those after it were made from; where its hash was, its content gives that.
    [[nodiscard]] bool follows(const ChainedLine& line) {
        return place_ && (hash_after(place_->hash, line) == line.hash ||
                          (as_content_ && hash_after(*as_content_, line) == line.hash));
    }

    void add_record(const ChainedLine& line, std::string_view text) {
        ++report_.records;
        const bool is_first = !std::exchange(in_chain_, true);
        const bool is_fine =
            is_first && older_lines_ > 0 ? follows_older(line, text) : follows(line);
        if (is_fine) {
            as_content_.reset();
        } else {
            look_at_break(line, marks_of(text), is_first);
        }
        if (report_.first == 0) {
            report_.first = line.number;
        }
        place_ = ChainPlace{line.number, line.hash};
        report_.last = *place_;
    }

    /// The first one after lines that have no hash.
    [[nodiscard]] bool follows_older(const ChainedLine& line, std::string_view text) {
        const Marks marks = marks_of(text);
        const AuditHash before = older_.finish();
        const std::uint64_t count = std::exchange(older_lines_, 0);
        // One that is whole, and knows nothing of lines before it.
        if (!marks.older && (follows(line) || hash_after(marks.continues.value_or(AuditHash{}),
                                                         line) == line.hash)) {
            problem_at(1, "is no record of the chain: it was changed, or put there");
            return follows(line);
        }
        report_.older_lines += count;
        if (marks.older != offset_ || hash_after(before, line) != line.hash) {
            problem("is not what was written, or the lines before it are not");
        }
        return true;
    }

    void look_at_break(const ChainedLine& line, const Marks& marks, bool is_first) {
        const std::uint64_t expected = place_ ? place_->number + 1 : 1;
        const AuditHash before = marks.continues ? *marks.continues
                                 : place_        ? place_->hash
                                                 : AuditHash{};
        as_content_ = hash_after(before, line);
        const bool is_begin = !place_ && is_first;
        if (*as_content_ == line.hash) {
            if (is_begin && (marks.continues ? marks.tail.empty() : line.number == 1)) {
                return;  // the first of all, or an older file has what is before
            }
            problem("goes on after record " + std::to_string(line.number - 1) +
                    ", which is not the one before it");
        } else if (line.number == expected || (is_begin && marks.continues)) {
            problem("is not what was written");
        } else if (line.number > expected) {
            problem("does not follow: " + records(expected, line.number - 1) + " missing");
        } else {
            problem("is out of its place: it is record " + std::to_string(line.number));
        }
    }

    void problem(std::string what) { problem_at(line_, std::move(what)); }
    void problem_at(std::uint64_t line, std::string what) {
        if (++report_.problem_count <= problems_told) {
            report_.problems.push_back({file_, line, std::move(what)});
        }
    }

    AuditVerification report_;
    AuditHasher hasher_;
    AuditHasher older_;  // the lines before the first record of a file
    std::uint64_t older_lines_ = 0;
    std::filesystem::path file_;
    std::uint64_t line_ = 0;
    std::uint64_t offset_ = 0;
    bool in_chain_ = false;            // a record of this file has come
    std::optional<ChainPlace> place_;  // of the record before, as it says
    std::optional<AuditHash>
        as_content_;  // its hash as its content gives it, where that is another
};

void read_lines(const AuditFile& file, std::uint64_t size, Verifier& verifier) {
    constexpr std::uint64_t block = 1U << 20U;
    std::string text;
    for (std::uint64_t offset = 0; offset < size; offset += block) {
        text += file.read(offset, std::min(block, size - offset));
        std::size_t begin = 0;
        for (std::size_t end = text.find('\n'); end != std::string::npos;
             end = text.find('\n', begin)) {
            verifier.add_line(std::string_view(text).substr(begin, end - begin));
            begin = end + 1;
        }
        text.erase(0, begin);
    }
    verifier.add_rest(text);
}

}  // namespace

AuditVerification verify_audit(const std::vector<std::filesystem::path>& files, bool is_log) {
    Verifier verifier;
    for (const std::filesystem::path& path : files) {
        std::optional<AuditFile> head;
        std::error_code error;
        if (std::filesystem::exists(head_file(path), error)) {
            head.emplace(head_file(path), AuditFile::Use::Read);
            head->lock_shared();
        }
        const AuditFile file(path, AuditFile::Use::Read);
        const std::uint64_t size = file.size();
        const auto noted = head ? parse_head(head->read(0, head_size + 1)) : std::nullopt;
        head.reset();  // others may go on
        verifier.begin(path);
        read_lines(file, size, verifier);
        verifier.end_file();
        if (&path == &files.back()) {
            verifier.compare_with(noted, is_log);
        }
    }
    return verifier.take();
}

}  // namespace oa::host
