#include "fault.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace oa::database {

namespace {

struct Known {
    std::string_view state;  ///< all five characters, or the class: the first two
    Meaning meaning;
};

// The first that fits counts.
constexpr std::array known_states{
    Known{"23505", {ErrorCode::Conflict, Retry::No}},
    Known{"40", {ErrorCode::Conflict, Retry::Yes}},  // deadlock, serialisation: nothing was done
    Known{"23", {ErrorCode::Precondition, Retry::No}},
    Known{"42501", {ErrorCode::Permission, Retry::No}},
    Known{"42P01", {ErrorCode::NotFound, Retry::No}},
    Known{"42S02", {ErrorCode::NotFound, Retry::No}},
    Known{"3D000", {ErrorCode::NotFound, Retry::No}},
    Known{"3F000", {ErrorCode::NotFound, Retry::No}},
    Known{"42P07", {ErrorCode::Conflict, Retry::No}},  // such a table, schema, ... is there
    Known{"42P06", {ErrorCode::Conflict, Retry::No}},
    Known{"42P04", {ErrorCode::Conflict, Retry::No}},
    Known{"42S01", {ErrorCode::Conflict, Retry::No}},
    Known{"42710", {ErrorCode::Conflict, Retry::No}},
    Known{"42", {ErrorCode::InvalidParams, Retry::No}},
    Known{"22", {ErrorCode::InvalidParams, Retry::No}},
    Known{"21", {ErrorCode::InvalidParams, Retry::No}},
    Known{"07", {ErrorCode::InvalidParams, Retry::No}},
    Known{"28", {ErrorCode::Unauthenticated, Retry::No}},
    Known{"08P01", {ErrorCode::Internal, Retry::No}},  // the protocol was broken
    Known{"08", {ErrorCode::Unavailable, Retry::Yes}},
    Known{"57014", {ErrorCode::Deadline, Retry::No}},  // cancelled, and not by us
    Known{"57P", {ErrorCode::Unavailable, Retry::Yes}},
    Known{"55P03", {ErrorCode::Unavailable, Retry::Yes}},  // a lock that is not to be had
    Known{"53300", {ErrorCode::Unavailable, Retry::Yes}},  // too many connections
    Known{"53", {ErrorCode::Exhausted, Retry::No}},
    Known{"54", {ErrorCode::Exhausted, Retry::No}},
    Known{"25P03", {ErrorCode::Unavailable, Retry::Yes}},
    Known{"25", {ErrorCode::Precondition, Retry::No}},
    Known{"55", {ErrorCode::Precondition, Retry::No}},
    Known{"P0", {ErrorCode::Precondition, Retry::No}},  // RAISE in a function
    Known{"0A", {ErrorCode::Unimplemented, Retry::No}},
    Known{"HYC00", {ErrorCode::Unimplemented, Retry::No}},
    Known{"IM001", {ErrorCode::Unimplemented, Retry::No}},
    Known{"IM", {ErrorCode::NotFound, Retry::No}},  // no such data source or driver
    Known{"HYT", {ErrorCode::Deadline, Retry::No}},
    Known{"HY008", {ErrorCode::Deadline, Retry::No}},
    Known{"HY001", {ErrorCode::Exhausted, Retry::No}},
};

Json position_of(const BoundStatement& statement, std::size_t at) {
    const std::size_t offset = original_offset(statement, at);
    const std::string_view before = std::string_view(statement.original).substr(0, offset);
    const std::size_t line_begin = before.rfind('\n') + 1;  // 0 where there is none
    std::int64_t column = 1;
    for (const char c : before.substr(line_begin)) {
        column += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
    }
    return {{"line", 1 + std::count(before.begin(), before.end(), '\n')}, {"column", column}};
}

Error copy_of(const Error& error, const std::string& message, std::string pointer) {
    return Error(error.code(), message)
        .with_pointer(std::move(pointer))
        .with_details(error.details())
        .with_retry(error.retry());
}

}  // namespace

Meaning meaning_of_sqlstate(std::string_view sqlstate) {
    const auto* const found =
        std::find_if(known_states.begin(), known_states.end(),
                     [&](const Known& known) { return sqlstate.starts_with(known.state); });
    return found == known_states.end() ? Meaning{} : found->meaning;
}

Error fault(const Meaning& meaning, const Report& report, const BoundStatement* statement) {
    Json details = Json::object();
    const auto add = [&details](const char* name, const std::string& text) {
        if (!text.empty()) {
            details[name] = text;
        }
    };
    add("sqlstate", report.sqlstate);
    if (report.native != 0) {
        details["native_code"] = report.native;
    }
    add("detail", report.detail);
    add("constraint", report.constraint);
    std::string message = report.message;
    if (statement != nullptr && report.at) {
        Json position = position_of(*statement, *report.at);
        message +=
            " (line " + position["line"].dump() + ", column " + position["column"].dump() + ")";
        details["position"] = std::move(position);
    }
    const bool in_statement = statement != nullptr && meaning.code == ErrorCode::InvalidParams;
    return Error(meaning.code, message)
        .with_pointer(in_statement ? statement->pointer : std::string())
        .with_details(std::move(details))
        .with_retry(meaning.retry);
}

Error moved_to(const Error& error, std::string pointer) {
    return copy_of(error, error.what(), std::move(pointer));
}

Error with_message(const Error& error, const std::string& message) {
    return copy_of(error, message, error.pointer());
}

}  // namespace oa::database
