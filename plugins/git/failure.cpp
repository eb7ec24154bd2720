#include "failure.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "plugins/common/text.hpp"

namespace oa::git {

namespace {

constexpr std::size_t message_max = 600;  // bytes

struct Meaning {
    std::string_view words;
    ErrorCode code;
    Retry retry;
    std::string_view advice;
};

// The first one whose words stand in what git said.
constexpr std::array meanings{
    Meaning{"Host key verification failed", ErrorCode::Unauthenticated, Retry::No,
            "the server's key is not known: name it in known_hosts"},
    Meaning{"Permission denied (", ErrorCode::Unauthenticated, Retry::No, ""},
    Meaning{"Permission denied, please try again", ErrorCode::Unauthenticated, Retry::No, ""},
    Meaning{"Authentication failed", ErrorCode::Unauthenticated, Retry::No, ""},
    Meaning{"could not read Username", ErrorCode::Unauthenticated, Retry::No,
            "the server wants a username and a password"},
    Meaning{"could not read Password", ErrorCode::Unauthenticated, Retry::No,
            "the server wants a password"},
    Meaning{"server certificate verification failed", ErrorCode::Unauthenticated, Retry::No, ""},
    Meaning{"SSL certificate problem", ErrorCode::Unauthenticated, Retry::No, ""},
    Meaning{"certificate subject name", ErrorCode::Unauthenticated, Retry::No, ""},
    Meaning{"dubious ownership", ErrorCode::Permission, Retry::No, ""},
    Meaning{"The requested URL returned error: 403", ErrorCode::Permission, Retry::No, ""},
    Meaning{"The requested URL returned error: 429", ErrorCode::Exhausted, Retry::Yes, ""},
    Meaning{"The requested URL returned error: 5", ErrorCode::Unavailable, Retry::Yes, ""},
    Meaning{"transport '", ErrorCode::Permission, Retry::No,
            "only https, http, ssh and file addresses are allowed"},
    Meaning{"does not appear to be a git repository", ErrorCode::NotFound, Retry::No, ""},
    Meaning{"not a git repository", ErrorCode::NotFound, Retry::No, ""},
    Meaning{"repository '", ErrorCode::NotFound, Retry::No, ""},
    Meaning{"does not exist", ErrorCode::NotFound, Retry::No, ""},
    Meaning{"not found in upstream", ErrorCode::NotFound, Retry::No, ""},
    Meaning{"couldn't find remote ref", ErrorCode::NotFound, Retry::No, ""},
    Meaning{"did not match any", ErrorCode::NotFound, Retry::No, ""},
    Meaning{"src refspec", ErrorCode::NotFound, Retry::No, ""},
    Meaning{"unknown revision", ErrorCode::NotFound, Retry::No, ""},
    Meaning{"bad revision", ErrorCode::NotFound, Retry::No, ""},
    Meaning{"Not a valid object name", ErrorCode::NotFound, Retry::No, ""},
    Meaning{"not a valid object name", ErrorCode::NotFound, Retry::No, ""},
    Meaning{"invalid reference", ErrorCode::NotFound, Retry::No, ""},
    Meaning{"Failed to resolve", ErrorCode::NotFound, Retry::No, ""},
    Meaning{"not found", ErrorCode::NotFound, Retry::No, ""},
    Meaning{"already exists", ErrorCode::Conflict, Retry::No, ""},
    Meaning{"would be overwritten", ErrorCode::Precondition, Retry::No,
            "commit the changes of the working tree first"},
    Meaning{"You have unstaged changes", ErrorCode::Precondition, Retry::No,
            "commit the changes of the working tree first"},
    Meaning{"Your index contains uncommitted changes", ErrorCode::Precondition, Retry::No,
            "commit the changes of the working tree first"},
    Meaning{"Not possible to fast-forward", ErrorCode::Conflict, Retry::No,
            "both sides have commits of their own: say strategy: merge or rebase"},
    Meaning{"Please tell me who you are", ErrorCode::Precondition, Retry::No,
            "give author_name and author_email"},
    Meaning{"empty ident name", ErrorCode::Precondition, Retry::No,
            "give author_name and author_email"},
    Meaning{"unable to auto-detect email", ErrorCode::Precondition, Retry::No,
            "give author_name and author_email"},
    Meaning{".lock': File exists", ErrorCode::Unavailable, Retry::Yes,
            "another program works on this repository"},
    Meaning{"No space left on device", ErrorCode::Exhausted, Retry::Yes, ""},
    Meaning{"Permission denied", ErrorCode::Permission, Retry::No, ""},
    Meaning{"Could not resolve host", ErrorCode::Unavailable, Retry::Yes, ""},
    Meaning{"Failed to connect", ErrorCode::Unavailable, Retry::Yes, ""},
    Meaning{"Connection refused", ErrorCode::Unavailable, Retry::Yes, ""},
    Meaning{"Connection reset", ErrorCode::Unavailable, Retry::Yes, ""},
    Meaning{"Connection timed out", ErrorCode::Unavailable, Retry::Yes, ""},
    Meaning{"Connection closed", ErrorCode::Unavailable, Retry::Yes, ""},
    Meaning{"Empty reply from server", ErrorCode::Unavailable, Retry::Yes, ""},
    Meaning{"hung up unexpectedly", ErrorCode::Unavailable, Retry::Yes, ""},
    Meaning{"unexpected disconnect", ErrorCode::Unavailable, Retry::Yes, ""},
    Meaning{"early EOF", ErrorCode::Unavailable, Retry::Yes, ""},
    Meaning{"RPC failed", ErrorCode::Unavailable, Retry::Yes, ""},
    Meaning{"Operation too slow", ErrorCode::Unavailable, Retry::Yes, ""},
    Meaning{"unable to access", ErrorCode::Unavailable, Retry::Yes, ""},
    Meaning{"Could not read from remote repository", ErrorCode::Unavailable, Retry::Yes, ""},
};

bool is_noise(std::string_view line) {
    return line.empty() || line.starts_with("Cloning into") || line.starts_with("hint:") ||
           line.starts_with("Please make sure you have") ||
           line.starts_with("and the repository") || line.starts_with("warning:");
}

/// What git said in one line, without its prefixes and advice for people at a terminal.
std::string said(const Outcome& outcome) {
    std::string out;
    const std::string& text = outcome.errors.empty() ? outcome.output : outcome.errors;
    for (const std::string& line : split_lines(text)) {
        std::string_view rest = line;
        for (const std::string_view prefix : {"fatal: ", "error: "}) {
            if (rest.starts_with(prefix)) {
                rest.remove_prefix(prefix.size());
            }
        }
        if (!is_noise(rest)) {
            out.append(out.empty() ? "" : "; ").append(rest);
        }
    }
    return std::string(common::cut_text(out, message_max));
}

}  // namespace

Error failure_of(const std::string& what, const Outcome& outcome) {
    const std::string reason = said(outcome);
    std::string message = what + " failed";
    message +=
        reason.empty() ? " with exit code " + std::to_string(outcome.exit_code) : ": " + reason;
    const auto* const found =
        std::find_if(meanings.begin(), meanings.end(), [&](const Meaning& meaning) {
            return outcome.errors.find(meaning.words) != std::string::npos;
        });
    if (found == meanings.end()) {
        return Error(ErrorCode::Precondition, message);
    }
    if (!found->advice.empty()) {
        message.append(" (").append(found->advice).append(")");
    }
    return Error(found->code, message).with_retry(found->retry);
}

}  // namespace oa::git
