#include "core/expression/cel/syntax_hints.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include "core/expression/cel/utf8.hpp"

namespace oa::core::cel {
namespace {

struct Habit {
    std::string_view written;
    std::string_view hint;
};

/// Words that other languages have between two values.
constexpr std::array<Habit, 15> words{{{"and", "'and' is written &&"},
                                       {"AND", "'and' is written &&"},
                                       {"or", "'or' is written ||"},
                                       {"OR", "'or' is written ||"},
                                       {"not", "'not' is written !, as in !(a in b)"},
                                       {"NOT", "'not' is written !, as in !(a in b)"},
                                       {"is", "equality is written =="},
                                       {"eq", "equality is written =="},
                                       {"ne", "inequality is written !="},
                                       {"lt", "'less than' is written <"},
                                       {"gt", "'greater than' is written >"},
                                       {"if", "a choice is written test ? one : other"},
                                       {"mod", "the remainder is written %"},
                                       {"IN", "write in, in small letters"},
                                       {"matches", "write text.matches(\"pattern\")"}}};

/// What stands in the text, longest first.
constexpr std::array<Habit, 16> symbols{{{"===", "equality is written =="},
                                         {"!==", "inequality is written !="},
                                         {"=>", "'greater or equal' is written >="},
                                         {"=~", "write text.matches(\"pattern\")"},
                                         {"<>", "inequality is written !="},
                                         {"**", "there is no operator for powers; multiply"},
                                         {"${", "within an expression, names stand without ${}"},
                                         {"$<", "within an expression, names stand without $<>"},
                                         {"??", "a default is written has(a.b) ? a.b : other"},
                                         {"?.", "a default is written has(a.b) ? a.b : other"},
                                         {"=", "equality is written =="},
                                         {"&", "'and' is written &&"},
                                         {"|", "'or' is written ||"},
                                         {"~", "write text.matches(\"pattern\")"},
                                         {"^", "use math.bitXor(), or multiply for powers"},
                                         {";", "an expression is one value; nothing follows it"}}};

/// The token, or a little more of the text where other languages have longer ones.
std::string_view shown_token(std::string_view text, const Token& token) {
    const bool foreign = token.kind == Token::Kind::Foreign;
    if (!foreign && (token.kind != Token::Kind::Symbol || token.offset == 0)) {
        return token.text;
    }
    const auto rest = text.substr(token.offset - (foreign ? 0 : 1));
    for (const auto& habit : symbols) {
        const bool longer = foreign || habit.written.size() == token.text.size() + 1;
        if (longer && rest.substr(0, habit.written.size()) == habit.written) {
            return habit.written;
        }
    }
    return token.text;
}

/// A name without white space before it, of the kind that sources have: env:HOME.
bool follows_source_name(std::string_view text, const Token& token) {
    const auto before = text.substr(0, token.offset);
    return token.text == ":" && before.size() >= 3 && before.find_first_of(" .[(") == before.npos;
}

/// Whether the word stands right before the offset.
bool follows_word(std::string_view text, std::size_t offset, std::string_view word) {
    auto before = text.substr(0, offset);
    const auto end = before.find_last_not_of(" \t\r\n");
    before = before.substr(0, end == std::string_view::npos ? 0 : end + 1);
    const auto start = before.size() - std::min(before.size(), word.size());
    return before.substr(start) == word &&
           (start == 0 || !is_name(std::string("_") + before[start - 1]));
}

std::string hint_for(std::string_view text, const Token& token, std::string_view shown) {
    if (follows_source_name(text, token)) {
        return "the sources that can stand before ':' are ENV, WALLET and VAULT, in capital "
               "letters";
    }
    const auto pick = [shown](const auto& habits) {
        const auto found = std::find_if(habits.begin(), habits.end(), [shown](const Habit& habit) {
            return habit.written == shown;
        });
        return found == habits.end() ? std::string() : std::string(found->hint);
    };
    if (follows_word(text, token.offset, "not")) {
        return "'not' is written !, as in !a or !(a in b)";
    }
    if (token.kind == Token::Kind::Name) {
        return pick(words);
    }
    return pick(symbols);
}

}  // namespace

SyntaxError unexpected_token(std::string_view text, const Token& token) {
    const auto shown = shown_token(text, token);
    return {token.offset, "'" + shortened(shown) + "' cannot stand here",
            hint_for(text, token, shown)};
}

}  // namespace oa::core::cel
