#include "core/secret/secret_names.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace oa::core {
namespace {

constexpr std::array<std::string_view, 7> words{"PASSWORD", "PASSWD",     "PASSPHRASE", "SECRET",
                                                "TOKEN",    "CREDENTIAL", "KEY"};

char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

bool same(std::string_view left, std::string_view right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](char a, char b) { return upper(a) == b; });
}

bool is_secret_word(std::string_view word) {
    const bool plural = !word.empty() && upper(word.back()) == 'S';
    const std::string_view singular = word.substr(0, word.size() - (plural ? 1 : 0));
    return std::any_of(words.begin(), words.end(), [&](std::string_view known) {
        return same(word, known) || (plural && same(singular, known));
    });
}

}  // namespace

bool sounds_secret(std::string_view environment_variable) {
    while (!environment_variable.empty()) {
        const std::size_t end =
            std::min(environment_variable.find('_'), environment_variable.size());
        if (is_secret_word(environment_variable.substr(0, end))) {
            return true;
        }
        environment_variable.remove_prefix(std::min(end + 1, environment_variable.size()));
    }
    return false;
}

}  // namespace oa::core
