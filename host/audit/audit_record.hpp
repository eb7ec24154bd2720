#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oa::host {

/// How it went.
enum class AuditResult { Ok, Refused, Failed };
/// "ok", "refused" or "failed".
[[nodiscard]] std::string_view to_string(AuditResult result);

/// Who did it: the token that was shown, by its public id and its name. Both empty: whoever runs
/// this process.
struct AuditWho {
    std::string token_id = {};
    std::string name = {};
};

/// Something that somebody will want to know of later: who opened what, who used which secret, who
/// changed a workflow. It has names, never values. What is empty or left out is not known, and not
/// written.
struct AuditRecord {
    std::string action;  ///< "wallet.used"
    std::string object;  ///< what it was done to: a file, a workflow
    std::vector<std::string> names = {};
    std::string detail = {};  ///< for people: "run 01J... of 'deploy', task 'push'"
    AuditWho who = {};
    std::string source = {};   ///< the address that it came from
    std::string request = {};  ///< the id of the request
    std::optional<AuditResult> result = {};
};

}  // namespace oa::host
