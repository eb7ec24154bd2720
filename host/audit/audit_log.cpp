#include "host/audit/audit_log.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <system_error>

#include <boost/json.hpp>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/expression/cel/utf8.hpp"
#include "core/json/json.hpp"
#include "core/wall_time.hpp"
#include "host/audit/audit_chain.hpp"
#include "host/audit/audit_file.hpp"

namespace oa::host {

namespace {

namespace json = boost::json;

constexpr mode_t private_folder = 0700;

// ----- records -----

std::string look_up_user_name() {
    passwd entry{};
    passwd* found = nullptr;
    std::array<char, 4096> room{};
    const int error = ::getpwuid_r(::geteuid(), &entry, room.data(), room.size(), &found);
    return error == 0 && found != nullptr ? found->pw_name : std::to_string(::geteuid());
}

/// Asked for once: the answer may come from a directory server.
const std::string& user_name() {
    static const std::string name = look_up_user_name();
    return name;
}

json::string text(const std::string& bytes) {
    return json::string(core::cel::repaired_utf8(bytes));
}

void add_unless_empty(json::object& out, std::string_view key, const std::string& value) {
    if (!value.empty()) {
        out[key] = text(value);
    }
}

json::object who_of(const AuditRecord& record, const std::string& user) {
    json::object who;
    add_unless_empty(who, "token", record.who.token_id);
    add_unless_empty(who, "name", record.who.name);
    if (who.empty()) {
        who["user"] = user;
    }
    return who;
}

json::object members_of(const AuditRecord& record, std::uint64_t number) {
    const std::string& user = user_name();
    json::object out{{"seq", number},
                     {"time", core::format_time(std::chrono::system_clock::now())},
                     {"user", user},
                     {"uid", static_cast<std::int64_t>(::geteuid())},
                     {"pid", static_cast<std::int64_t>(::getpid())},
                     {"who", who_of(record, user)},
                     {"action", text(record.action)},
                     {"object", text(record.object)}};
    if (!record.names.empty()) {
        json::array& names = out["names"].emplace_array();
        for (const std::string& name : record.names) {
            names.emplace_back(text(name));
        }
    }
    add_unless_empty(out, "detail", record.detail);
    add_unless_empty(out, "source", record.source);
    add_unless_empty(out, "request", record.request);
    if (record.result) {
        out["result"] = to_string(*record.result);
    }
    return out;
}

// ----- the end of the file -----

/// What the next record follows.
struct End {
    ChainPlace last;
    json::object marks = {};     // what the record says of it
    bool is_incomplete = false;  // its last line has no end
};

/// The last line that has an end, and how many bytes come behind it.
std::string last_line(const AuditFile& log, std::uint64_t size, std::size_t& behind) {
    for (std::uint64_t wanted = 4096;; wanted *= 8) {
        const std::uint64_t count = std::min(wanted, size);
        const std::string bytes = log.read(size - count, count);
        const std::size_t end = bytes.rfind('\n');
        const std::size_t begin =
            end == std::string::npos || end == 0 ? std::string::npos : bytes.rfind('\n', end - 1);
        const bool is_all = count == size;
        if (end != std::string::npos && (begin != std::string::npos || is_all)) {
            behind = bytes.size() - end - 1;
            const std::size_t from = begin == std::string::npos ? 0 : begin + 1;
            return bytes.substr(from, end - from);
        }
        if (is_all) {
            behind = bytes.size();
            return {};
        }
    }
}

/// All of a file that has no hashes, as it will be when its last line has an end.
ChainPlace place_of_older(const AuditFile& log, std::uint64_t size, bool is_incomplete) {
    constexpr std::size_t block = 1U << 20U;
    AuditHasher hasher;
    for (std::uint64_t offset = 0; offset < size; offset += block) {
        hasher.add(log.read(offset, std::min<std::uint64_t>(block, size - offset)));
    }
    hasher.add(is_incomplete ? "\n" : "");
    return {0, hasher.finish()};
}

End find_end(const AuditFile& log, const std::optional<ChainPlace>& noted) {
    End end;
    const std::uint64_t size = log.size();
    if (size == 0) {
        if (noted) {
            end.last = *noted;
            end.marks["continues"] = to_hex(noted->hash);
        }
        return end;
    }
    std::size_t behind = 0;
    const std::string line = last_line(log, size, behind);
    const std::optional<ChainedLine> last = parse_chained(line);
    end.is_incomplete = behind > 0;
    // A process that died, or lost power, had no time to note its last ones.
    if (last && (!noted || last->number > noted->number)) {
        end.last = {last->number, last->hash};
    } else if (noted) {
        end.last = *noted;
    } else {
        end.last = place_of_older(log, size, end.is_incomplete);
        end.marks["older"] = size + (end.is_incomplete ? 1 : 0);
        return end;
    }
    const bool is_missing = !last || ChainPlace{last->number, last->hash} != end.last;
    if (is_missing || end.is_incomplete) {
        end.marks["continues"] = to_hex(end.last.hash);
        end.marks["tail"] = is_missing ? "missing" : "incomplete";
    }
    return end;
}

// ----- appending -----

void append_record(const std::filesystem::path& file, const AuditRecord& record, AuditSync sync) {
    AuditFile head(head_file(file), AuditFile::Use::Note);
    head.lock_alone();
    AuditFile log(file, AuditFile::Use::Append);
    const bool is_new = log.size() == 0;
    const End end = find_end(log, parse_head(head.read(0, head_size + 1)));

    json::object members = members_of(record, end.last.number + 1);
    members.insert(end.marks.begin(), end.marks.end());
    std::string content = core::write_json(members);
    content.pop_back();  // its brace comes behind the hash
    AuditHasher hasher;
    const AuditHash hash = next_in_chain(hasher, end.last.hash, content);
    log.append((end.is_incomplete ? "\n" : "") + chained_line(content, hash) + '\n');
    if (sync == AuditSync::Now) {
        log.sync();
    }
    head.note(head_text({end.last.number + 1, hash}));
    if (sync == AuditSync::Now) {
        head.sync();
        if (is_new) {
            sync_folder(file.parent_path());
        }
    }
}

/// The last folder is made for this user alone; those above it are nobody's secret.
void make_folder(const std::filesystem::path& folder) {
    std::error_code ignored;
    if (folder.empty() || std::filesystem::exists(folder, ignored)) {
        return;
    }
    std::filesystem::create_directories(folder.parent_path(), ignored);
    static_cast<void>(::mkdir(folder.c_str(), private_folder));
}

}  // namespace

std::string_view to_string(AuditResult result) {
    switch (result) {
        case AuditResult::Ok: return "ok";
        case AuditResult::Refused: return "refused";
        case AuditResult::Failed: return "failed";
    }
    return "unknown";
}

std::string AuditLog::append(const AuditRecord& record, AuditSync sync) const noexcept {
    try {
        make_folder(file_.parent_path());
        append_record(file_, record, sync);
        return {};
    } catch (const std::exception& error) {
        return std::string("the audit log cannot be written: ") + error.what();
    }
}

}  // namespace oa::host
