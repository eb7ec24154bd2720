#include "host/cli/audit_commands.hpp"

#include <ostream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "host/audit/audit_reader.hpp"
#include "host/audit/audit_verify.hpp"
#include "host/log/logger.hpp"

namespace oa::host {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

void print(std::ostream& out, const json::value& document) {
    out << core::write_json(document, core::JsonStyle::Indented) << '\n';
}

std::string amount(std::uint64_t number, const std::string& what) {
    return std::to_string(number) + ' ' + what + (number == 1 ? "" : "s");
}

// ----- list -----

/// A line that is no JSON is what it is.
json::value value_of(const std::string& line) {
    try {
        return core::parse_json(line);
    } catch (const core::JsonError&) {
        return json::string(line);
    }
}

/// A member of a record, or of an object in one.
std::string text_at(const json::object& record, std::string_view key) {
    const json::value* found = record.if_contains(key);
    if (found == nullptr) {
        return {};
    }
    return found->is_string() ? std::string(found->get_string()) : core::write_json(*found);
}

std::string who_did(const json::object& record) {
    const json::value* who = record.if_contains("who");
    if (who == nullptr || !who->is_object()) {
        return text_at(record, "user");
    }
    const json::object& known = who->get_object();
    const std::string token = text_at(known, "token");
    const std::string name = text_at(known, "name") + text_at(known, "user");
    return token.empty() ? name : name + " (" + token + ')';
}

std::string sentence(const json::object& record) {
    std::string text = text_at(record, "time") + "  " + who_did(record) + "  " +
                       text_at(record, "action") + ' ' + text_at(record, "object");
    if (const json::value* names = record.if_contains("names"); names && names->is_array()) {
        std::string_view separator = ": ";
        for (const json::value& name : names->get_array()) {
            text += separator;
            text += name.is_string() ? std::string(name.get_string()) : core::write_json(name);
            separator = ", ";
        }
    }
    if (const std::string detail = text_at(record, "detail"); !detail.empty()) {
        text += " (" + detail + ')';
    }
    if (const std::string source = text_at(record, "source"); !source.empty()) {
        text += " from " + source;
    }
    if (const std::string result = text_at(record, "result"); !result.empty() && result != "ok") {
        text += ": " + result;
    }
    return text;
}

ExitStatus list(const AuditOptions& options, const fs::path& log, std::ostream& out) {
    const AuditPage page = read_audit(log, options.limit);
    if (options.json) {
        json::array records;
        for (const std::string& line : page.lines) {
            records.push_back(value_of(line));
        }
        print(out, json::object{{"log", log.string()}, {"records", std::move(records)}});
        return ExitStatus::Ok;
    }
    for (const std::string& line : page.lines) {
        const json::value record = value_of(line);
        out << printable(record.is_object() ? sentence(record.get_object()) : line) << '\n';
    }
    if (page.lines.empty()) {
        out << "nothing is on record in " << printable(log.string()) << '\n';
    } else if (page.next) {
        out << "there are more; --limit N shows them\n";
    }
    return ExitStatus::Ok;
}

// ----- verify -----

json::object to_json(const AuditVerification& found) {
    json::array problems;
    for (const AuditVerification::Problem& problem : found.problems) {
        problems.push_back(json::object{
            {"file", problem.file.string()}, {"line", problem.line}, {"problem", problem.what}});
    }
    return {{"sound", found.is_sound()},          {"records", found.records},
            {"older_lines", found.older_lines},   {"first", found.first},
            {"last", found.last.number},          {"hash", to_hex(found.last.hash)},
            {"end_is_known", found.end_is_known}, {"problem_count", found.problem_count},
            {"problems", std::move(problems)}};
}

void tell(const AuditVerification& found, std::ostream& out, std::ostream& problems) {
    for (const AuditVerification::Problem& problem : found.problems) {
        problems << "oa: " << printable(problem.file.string()) << ": line " << problem.line << ' '
                 << printable(problem.what) << '\n';
    }
    out << amount(found.records, "record");
    if (found.older_lines > 0) {
        out << " and " << amount(found.older_lines, "older line");
    }
    if (!found.is_sound()) {
        out << ": " << amount(found.problem_count, "problem") << '\n';
        return;
    }
    out << ", all as they were written";
    if (found.records > 0) {
        out << "; the last is " << found.last.number << ", " << to_hex(found.last.hash);
    }
    out << '\n';
    if (found.first > 1) {
        out << "what is before record " << found.first << " is in older files\n";
    }
    if (found.records > 0 && !found.end_is_known) {
        out << "whether there were more at the end is not known\n";
    }
}

/// Why there is nothing to verify; empty: there is.
std::string missing_file(const fs::path& file) {
    std::error_code error;
    if (fs::exists(file, error)) {
        return {};
    }
    return "there is no file " + file.string() +
           (fs::exists(head_file(file), error)
                ? "; there was one, which was moved away or removed: name the files"
                : "");
}

ExitStatus verify(const AuditOptions& options,
                  const fs::path& log,
                  std::ostream& out,
                  std::ostream& problems) {
    const std::vector<fs::path> files = options.files.empty() ? std::vector{log} : options.files;
    for (const fs::path& file : files) {
        if (const std::string missing = missing_file(file); !missing.empty()) {
            problems << "oa: " << printable(missing) << '\n';
            return ExitStatus::Usage;
        }
    }
    std::error_code error;
    const AuditVerification found = verify_audit(files, fs::equivalent(files.back(), log, error));
    if (options.json) {
        print(out, to_json(found));
    } else {
        tell(found, out, problems);
    }
    return found.is_sound() ? ExitStatus::Ok : ExitStatus::RunFailed;
}

}  // namespace

ExitStatus audit(const AuditOptions& options,
                 const std::filesystem::path& log,
                 std::ostream& out,
                 std::ostream& problems) {
    try {
        return options.action == AuditOptions::Action::List ? list(options, log, out)
                                                            : verify(options, log, out, problems);
    } catch (const AuditError& error) {
        problems << "oa: " << printable(error.what()) << '\n';
        return ExitStatus::PluginTrouble;
    }
}

}  // namespace oa::host
