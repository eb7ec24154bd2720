#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "oa/error.hpp"
#include "statement.hpp"

namespace oa::database {

/// What an error means, whatever database it came from.
struct Meaning {
    ErrorCode code = ErrorCode::Internal;
    Retry retry = Retry::No;
};

/// An error as a database tells it.
struct Report {
    std::string message = {};
    std::string sqlstate = {};           ///< empty: none
    std::int64_t native = 0;             ///< the database's own number; 0: none
    std::string detail = {};             ///< more about it, for the details
    std::string constraint = {};         ///< that was broken
    std::optional<std::size_t> at = {};  ///< where in the text of the statement, in bytes
};

/// The connection ended in the middle. Whether the statement took effect is not known, so whoever
/// ran it decides whether another attempt is safe.
class ConnectionLost : public Error {
public:
    explicit ConnectionLost(const std::string& message) : Error(ErrorCode::Unavailable, message) {}
};

/// What an SQLSTATE means, as PostgreSQL and the standard have them.
[[nodiscard]] Meaning meaning_of_sqlstate(std::string_view sqlstate);

/// An Error that tells all of it, and where in the statement it is.
[[nodiscard]] Error fault(const Meaning& meaning,
                          const Report& report,
                          const BoundStatement* statement = nullptr);

/// The same error with another pointer, or with more about it in front of its details.
[[nodiscard]] Error moved_to(const Error& error, std::string pointer);
[[nodiscard]] Error with_message(const Error& error, const std::string& message);

}  // namespace oa::database
