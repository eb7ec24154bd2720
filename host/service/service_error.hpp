#pragma once

#include <stdexcept>
#include <string>
#include <utility>

#include <boost/json/array.hpp>

namespace oa::host {

/// Why something that was asked for is not done, whoever asked. `code` is a word of lower case and
/// underscores that never changes its meaning; what() and `hint` are for people.
class ServiceError : public std::runtime_error {
public:
    enum class Kind {
        Invalid,      ///< what was given is wrong; `errors` has all of it
        NotFound,     ///< there is no such thing
        Conflict,     ///< it is not in a state in which that can be done
        Stale,        ///< it has changed since whoever asks has looked
        Forbidden,    ///< not by this one
        Busy,         ///< too much waits; later it may go
        Unavailable,  ///< something that it needs does not work now
    };

    ServiceError(Kind kind,
                 std::string code,
                 const std::string& message,
                 std::string hint = {},
                 boost::json::array errors = {})
        : std::runtime_error(message),
          kind_(kind),
          code_(std::move(code)),
          hint_(std::move(hint)),
          errors_(std::move(errors)) {}

    [[nodiscard]] Kind kind() const noexcept { return kind_; }
    [[nodiscard]] const std::string& code() const noexcept { return code_; }
    [[nodiscard]] const std::string& hint() const noexcept { return hint_; }
    /// {"message", "pointer", "hint"} or {"message", "file", "line", "column", "hint"}.
    [[nodiscard]] const boost::json::array& errors() const noexcept { return errors_; }

private:
    Kind kind_;
    std::string code_;
    std::string hint_;
    boost::json::array errors_;
};

}  // namespace oa::host
