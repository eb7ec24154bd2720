#include "host/access/scope.hpp"

#include <array>
#include <cstddef>
#include <stdexcept>
#include <vector>

#include "core/display_text.hpp"
#include "core/nearest.hpp"

namespace oa::host::access {
namespace {

constexpr std::array scopes{Scope::Read, Scope::Run, Scope::Edit, Scope::Secrets, Scope::Admin};
constexpr std::string_view separators = " ,\t";

Scope scope_named(std::string_view word) {
    std::vector<std::string> known;
    for (const Scope scope : scopes) {
        if (to_string(scope) == word) {
            return scope;
        }
        known.emplace_back(to_string(scope));
    }
    const std::string hint = core::did_you_mean(word, known);
    throw std::invalid_argument("there is no scope '" + core::shorten(word, 40) + '\'' +
                                (hint.empty() ? "" : ", " + hint) +
                                "; the scopes are read, run, edit, secrets and admin");
}

}  // namespace

std::string_view to_string(Scope scope) {
    switch (scope) {
        case Scope::Read: return "read";
        case Scope::Run: return "run";
        case Scope::Edit: return "edit";
        case Scope::Secrets: return "secrets";
        case Scope::Admin: return "admin";
    }
    return "unknown";
}

std::string to_string(const ScopeSet& set) {
    std::string text;
    for (const Scope scope : scopes) {
        if ((set.bits_ & ScopeSet::bit(scope)) != 0) {
            text += text.empty() ? "" : " ";
            text += to_string(scope);
        }
    }
    return text;
}

ScopeSet parse_scopes(std::string_view text) {
    ScopeSet set;
    while (true) {
        const std::size_t begin = text.find_first_not_of(separators);
        if (begin == std::string_view::npos) {
            break;
        }
        text.remove_prefix(begin);
        const std::string_view word = text.substr(0, text.find_first_of(separators));
        set.add(scope_named(word));
        text.remove_prefix(word.size());
    }
    if (set.empty()) {
        throw std::invalid_argument(
            "there is no scope in the list; the scopes are read, run, edit, secrets and admin");
    }
    return set;
}

}  // namespace oa::host::access
