#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace oa::host::access {

/// What one may be allowed to do.
enum class Scope : std::uint8_t {
    Read,     ///< see workflows, runs, logs and the like
    Run,      ///< start, stop and answer runs
    Edit,     ///< change workflows
    Secrets,  ///< set and remove secrets; nobody may read them back
    Admin,    ///< everything, tokens and the audit log among it
};

/// "read", "run", "edit", "secrets" or "admin".
[[nodiscard]] std::string_view to_string(Scope scope);

/// Some of them, and what they imply: Admin all others; Run and Edit imply Read.
class ScopeSet {
public:
    constexpr ScopeSet() = default;
    constexpr ScopeSet(std::initializer_list<Scope> scopes) {
        for (const Scope scope : scopes) {
            add(scope);
        }
    }

    constexpr void add(Scope scope) { bits_ = static_cast<std::uint8_t>(bits_ | bit(scope)); }
    /// Whether it is one of them, or is implied.
    [[nodiscard]] constexpr bool allows(Scope scope) const {
        unsigned enough = bit(scope) | bit(Scope::Admin);
        if (scope == Scope::Read) {
            enough |= bit(Scope::Run) | bit(Scope::Edit);
        }
        return (bits_ & enough) != 0;
    }
    [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }

    friend constexpr bool operator==(const ScopeSet&, const ScopeSet&) = default;

private:
    friend std::string to_string(const ScopeSet& scopes);

    static constexpr unsigned bit(Scope scope) { return 1U << static_cast<unsigned>(scope); }

    std::uint8_t bits_ = 0;
};

/// "read run", without what is implied; parse_scopes() reads it.
[[nodiscard]] std::string to_string(const ScopeSet& scopes);
/// Words with blanks or commas between them. Throws std::invalid_argument, which names the word
/// that is none; for a text without any, too.
[[nodiscard]] ScopeSet parse_scopes(std::string_view text);

}  // namespace oa::host::access
