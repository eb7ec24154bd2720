#include "core/expression/cel/parser.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/expression/cel/number_literal.hpp"
#include "core/expression/cel/syntax_hints.hpp"

namespace oa::core::cel {
namespace {

constexpr int lowest_level = 1;
constexpr int highest_level = 3;

/// What the inner form has room for.
ParseLimits bounded(ParseLimits limits) {
    limits.text_bytes = std::min(limits.text_bytes, std::size_t{1} << 30U);
    limits.nesting = std::min<std::size_t>(limits.nesting, 1'000);
    limits.nodes = std::min(limits.nodes, std::size_t{1} << 24U);
    return limits;
}

/// Every function gives no_syntax after a mistake, which is in error_ then.
class Parser {
public:
    Parser(std::string_view text, const ParseLimits& limits, Extent extent)
        : limits_(bounded(limits)),
          text_(text.substr(0, limits_.text_bytes)),
          cut_(text.size() > limits_.text_bytes),
          extent_(extent),
          lexer_(text_) {}

    [[nodiscard]] ParsedSyntax parse() {
        advance();
        if (token_.kind == Token::Kind::End) {
            error_ = {token_.offset, "an expression is missing", ""};
        } else {
            result_.tree.root = extent_ == Extent::Path ? read_path() : read_expression();
        }
        if (result_.tree.root != no_syntax && cut_ && token_.kind == Token::Kind::End) {
            result_.tree.root = refuse_length();
        }
        if (result_.tree.root == no_syntax) {
            result_.consumed = std::max(error_.offset, token_.offset);
            if (token_.kind == Token::Kind::Broken) {
                result_.consumed = std::max(error_.offset, token_.end());
            }
        } else {
            result_.consumed = token_.offset;
            if (token_.kind != Token::Kind::End) {
                (void)refuse_token();
            }
        }
        result_.error = std::move(error_);
        return std::move(result_);
    }

private:
    void advance() {
        previous_end_ = token_.end();
        token_ = lexer_.take();
        if (token_.kind == Token::Kind::String || token_.kind == Token::Kind::Bytes) {
            literal_ = std::move(lexer_.literal());
        }
    }

    SyntaxId refuse(std::size_t offset, std::string message, std::string hint = {}) {
        error_ = {offset, std::move(message), std::move(hint)};
        return no_syntax;
    }

    SyntaxId refuse_length() {
        return refuse(text_.size(), "an expression is at most " +
                                        std::to_string(limits_.text_bytes) + " bytes long");
    }

    SyntaxId refuse_nesting(std::size_t offset) {
        return refuse(offset, "the expression is nested too deeply here",
                      std::to_string(limits_.nesting) + " levels are allowed");
    }

    /// The current token cannot stand where it does.
    SyntaxId refuse_token() {
        if (token_.kind == Token::Kind::Broken) {
            error_ = std::move(lexer_.error());
            return no_syntax;
        }
        if (token_.kind == Token::Kind::End) {
            return cut_ ? refuse_length()
                        : refuse(token_.offset, "the expression ends where a value is expected");
        }
        error_ = unexpected_token(text_, token_);
        if (extent_ == Extent::Path && error_.hint.empty()) {
            error_.hint = "only a path can stand here, such as tasks.fetch.output.items[0]";
        }
        return no_syntax;
    }

    /// `what` is missing at the current token.
    SyntaxId refuse_missing(const std::string& what, std::string hint = {}) {
        if (token_.kind == Token::Kind::Broken || (cut_ && token_.kind == Token::Kind::End)) {
            return refuse_token();
        }
        return refuse(token_.offset, what, std::move(hint));
    }

    bool expect(std::string_view symbol, const std::string& message) {
        if (!token_.is(symbol)) {
            auto unexpected = token_.kind == Token::Kind::End || token_.kind == Token::Kind::Broken
                                  ? SyntaxError{}
                                  : unexpected_token(text_, token_);
            (void)refuse_missing(message, std::move(unexpected.hint));
            return false;
        }
        advance();
        return true;
    }

    /// Puts a node into the tree, behind its children.
    SyntaxId add(Syntax node) {
        if (result_.tree.nodes.size() >= limits_.nodes) {
            return refuse(node.begin, "the expression has too many parts",
                          "at most " + std::to_string(limits_.nodes) + " are allowed");
        }
        std::size_t height = 0;
        for (const auto child : node.children) {
            height = std::max<std::size_t>(height, result_.tree[child].height);
        }
        if (height + 1 > limits_.nesting * 4) {
            return refuse_nesting(node.offset);
        }
        node.height = static_cast<std::uint16_t>(height + 1);
        result_.tree.nodes.push_back(std::move(node));
        return static_cast<SyntaxId>(result_.tree.nodes.size() - 1);
    }

    [[nodiscard]] Syntax node(Syntax::Kind kind, std::size_t offset) const {
        Syntax made;
        made.kind = kind;
        made.offset = offset;
        made.begin = offset;
        made.end = previous_end_;
        return made;
    }

    SyntaxId add_over(Syntax::Kind kind, std::size_t offset, std::vector<SyntaxId> children) {
        auto made = node(kind, offset);
        made.begin = std::min(offset, result_.tree[children.front()].begin);
        made.children = std::move(children);
        return add(std::move(made));
    }

    // ----- operators -----

    SyntaxId read_expression() {
        if (nesting_ == limits_.nesting) {
            return refuse_nesting(token_.offset);
        }
        ++nesting_;
        const auto read = read_conditional();
        --nesting_;
        return read;
    }

    /// a ? b : c ? d : e, without recursion for the chain.
    SyntaxId read_conditional() {
        struct Begun {
            std::size_t offset;
            SyntaxId condition;
            SyntaxId chosen;
        };
        std::vector<Begun> begun;
        auto last = read_or();
        while (last != no_syntax && token_.is("?")) {
            const auto offset = token_.offset;
            advance();
            const auto chosen = read_expression();
            if (chosen == no_syntax ||
                !expect(":", "':' and the other value are expected, as in test ? one : other")) {
                return no_syntax;
            }
            begun.push_back({offset, last, chosen});
            last = read_or();
        }
        for (; last != no_syntax && !begun.empty(); begun.pop_back()) {
            const auto& part = begun.back();
            last = add_over(Syntax::Kind::Conditional, part.offset,
                            {part.condition, part.chosen, last});
        }
        return last;
    }

    SyntaxId read_or() {
        return read_chain("||", Syntax::Kind::Or, [this] {
            return read_chain("&&", Syntax::Kind::And,
                              [this] { return read_binary(lowest_level); });
        });
    }

    template <typename ReadPart>
    SyntaxId read_chain(std::string_view symbol, Syntax::Kind kind, ReadPart read_part) {
        const auto first = read_part();
        if (first == no_syntax || !token_.is(symbol)) {
            return first;
        }
        const auto offset = token_.offset;
        std::vector<SyntaxId> parts{first};
        while (token_.is(symbol)) {
            advance();
            parts.push_back(read_part());
            if (parts.back() == no_syntax) {
                return no_syntax;
            }
        }
        return add_over(kind, offset, std::move(parts));
    }

    SyntaxId read_binary(int level) {
        if (level > highest_level) {
            return read_unary();
        }
        auto left = read_binary(level + 1);
        while (left != no_syntax) {
            const auto* const known = token_.kind == Token::Kind::Symbol || token_.is_word("in")
                                          ? operator_of(token_.text)
                                          : nullptr;
            if (known == nullptr || known->level != level) {
                break;
            }
            const auto offset = token_.offset;
            advance();
            const auto right = read_binary(level + 1);
            if (right == no_syntax) {
                return no_syntax;
            }
            auto made = node(Syntax::Kind::Binary, offset);
            made.binary = known->binary;
            made.begin = result_.tree[left].begin;
            made.children = {left, right};
            left = add(std::move(made));
        }
        return left;
    }

    SyntaxId read_unary() {
        std::vector<Token> signs;
        while (token_.is("!") || token_.is("-")) {
            if (signs.size() > limits_.nesting * 4) {
                return refuse_nesting(token_.offset);
            }
            signs.push_back(token_);
            advance();
        }
        const bool negative_literal =
            !signs.empty() && signs.back().is("-") &&
            (token_.kind == Token::Kind::Int || token_.kind == Token::Kind::Double);
        if (negative_literal) {
            negative_at_ = signs.back().offset;
            signs.pop_back();
        }
        auto operand = read_member();
        for (; operand != no_syntax && !signs.empty(); signs.pop_back()) {
            const auto kind = signs.back().is("!") ? Syntax::Kind::Not : Syntax::Kind::Negate;
            operand = add_over(kind, signs.back().offset, {operand});
        }
        return operand;
    }

    // ----- what operators work on -----

    SyntaxId read_member() { return read_selections(read_primary()); }

    SyntaxId read_path() {
        return token_.kind == Token::Kind::Name ? read_selections(read_name(false))
                                                : refuse_token();
    }

    SyntaxId read_selections(SyntaxId operand) {
        while (operand != no_syntax) {
            if (token_.kind == Token::Kind::Double && token_.text.front() == '.') {
                return refuse(token_.offset + 1, "a field name is expected after '.'",
                              "an item of a list is read by position, such as [0]");
            }
            if (token_.is(".")) {
                operand = read_field(operand);
            } else if (token_.is("[")) {
                operand = read_index(operand);
            } else {
                break;
            }
        }
        return operand;
    }

    [[nodiscard]] bool begins_call() const {
        return extent_ == Extent::Expression && token_.is("(");
    }

    SyntaxId read_field(SyntaxId operand) {
        advance();
        if (token_.kind != Token::Kind::Name && token_.kind != Token::Kind::Quoted) {
            return refuse_missing("a field name is expected after '.'",
                                  "a name with other characters than letters, digits and '_' is "
                                  "written [\"like this\"]");
        }
        const auto name = token_;
        if (name.kind == Token::Kind::Name && is_keyword(name.text)) {
            return refuse(name.offset,
                          "'" + std::string(name.text) + "' is a reserved word, not a field name",
                          "write [\"" + std::string(name.text) + "\"]");
        }
        advance();
        const bool quoted = name.kind == Token::Kind::Quoted;
        if (!quoted && begins_call()) {
            return read_call(name, operand);
        }
        auto made = node(Syntax::Kind::Select, name.offset);
        made.begin = result_.tree[operand].begin;
        made.text = quoted ? name.text.substr(1, name.text.size() - 2) : name.text;
        made.absolute = quoted;  // never part of a dotted name
        made.children = {operand};
        return add(std::move(made));
    }

    SyntaxId read_index(SyntaxId operand) {
        const auto offset = token_.offset;
        advance();
        if (token_.kind == Token::Kind::End && !cut_) {
            return refuse(token_.offset, "'[' is not closed");
        }
        if (token_.is("]")) {
            return refuse(token_.offset,
                          "'[' takes a key or a position, such as [\"my key\"] or [0]");
        }
        const auto index = read_expression();
        if (index == no_syntax || !expect("]", "']' is expected here")) {
            return no_syntax;
        }
        if (extent_ == Extent::Path && !is_key(result_.tree[index])) {
            return refuse(result_.tree[index].begin,
                          "a path takes a key in quotes or a whole number here");
        }
        auto made = node(Syntax::Kind::Index, offset);
        made.begin = result_.tree[operand].begin;
        made.children = {operand, index};
        return add(std::move(made));
    }

    static bool is_key(const Syntax& syntax) {
        return syntax.kind == Syntax::Kind::Literal &&
               (syntax.literal.is(Kind::String) || syntax.literal.is(Kind::Int));
    }

    SyntaxId read_call(const Token& name, SyntaxId receiver) {
        advance();
        std::vector<SyntaxId> children;
        if (receiver != no_syntax) {
            children.push_back(receiver);
        }
        if (!read_list(")", children, "',' or ')' is expected here", false)) {
            return no_syntax;
        }
        auto made = node(Syntax::Kind::Call, name.offset);
        made.text = name.text;
        made.method = receiver != no_syntax;
        if (made.method) {
            made.begin = result_.tree[receiver].begin;
        }
        made.children = std::move(children);
        return add(std::move(made));
    }

    /// Expressions with commas between them, up to the bracket and over it.
    bool read_list(std::string_view close,
                   std::vector<SyntaxId>& items,
                   const std::string& message,
                   bool trailing_comma) {
        while (!token_.is(close)) {
            items.push_back(read_expression());
            if (items.back() == no_syntax) {
                return false;
            }
            if (!token_.is(",")) {
                break;
            }
            advance();
            if (token_.is(close) && !trailing_comma) {
                (void)refuse(token_.offset, "a value is expected after ','");
                return false;
            }
        }
        return expect(close, message);
    }

    SyntaxId read_primary() {
        const auto first = token_;
        switch (first.kind) {
            case Token::Kind::Int:
            case Token::Kind::Uint:
            case Token::Kind::Double: return read_number();
            case Token::Kind::String:
            case Token::Kind::Bytes: return read_text();
            case Token::Kind::Name: return read_name(false);
            case Token::Kind::Symbol: break;
            default: return refuse_token();
        }
        if (first.is("(")) {
            advance();
            const auto inner = read_expression();
            return inner != no_syntax && expect(")", "')' is expected here") ? inner : no_syntax;
        }
        if (first.is("[")) {
            advance();
            std::vector<SyntaxId> items;
            if (!read_list("]", items, "',' or ']' is expected here", true)) {
                return no_syntax;
            }
            auto made = node(Syntax::Kind::List, first.offset);
            made.children = std::move(items);
            return add(std::move(made));
        }
        if (first.is("{")) {
            return read_map();
        }
        if (first.is(".")) {
            advance();
            return token_.kind == Token::Kind::Name && !is_reserved(token_.text) &&
                           previous_end_ == token_.offset
                       ? read_name(true)
                       : refuse(first.offset, "an expression does not begin with '.'");
        }
        return refuse_token();
    }

    SyntaxId read_map() {
        const auto offset = token_.offset;
        advance();
        std::vector<SyntaxId> entries;
        while (!token_.is("}")) {
            entries.push_back(read_expression());
            if (entries.back() == no_syntax ||
                !expect(":", "':' and a value are expected, as in {\"key\": value}")) {
                return no_syntax;
            }
            entries.push_back(read_expression());
            if (entries.back() == no_syntax) {
                return no_syntax;
            }
            if (!token_.is(",")) {
                break;
            }
            advance();
        }
        if (!expect("}", "',' or '}' is expected here")) {
            return no_syntax;
        }
        auto made = node(Syntax::Kind::Map, offset);
        made.children = std::move(entries);
        return add(std::move(made));
    }

    SyntaxId read_name(bool absolute) {
        const auto name = token_;
        const bool literal = extent_ == Extent::Expression;
        if (literal && (name.text == "true" || name.text == "false" || name.text == "null")) {
            advance();
            auto made = node(Syntax::Kind::Literal, name.offset);
            if (name.text != "null") {
                made.literal = Value::boolean(name.text == "true");
            }
            return add(std::move(made));
        }
        if (is_reserved(name.text)) {
            return refuse(name.offset,
                          "'" + std::string(name.text) + "' is a reserved word, not a name",
                          name.text == "if" ? "a choice is written test ? one : other"
                                            : "a variable of that name is read as vars[\"" +
                                                  std::string(name.text) + "\"]");
        }
        advance();
        if (!absolute && begins_call()) {
            return read_call(name, no_syntax);
        }
        auto made = node(Syntax::Kind::Name, name.offset);
        made.text = name.text;
        made.absolute = absolute;
        return add(std::move(made));
    }

    // ----- literals -----

    SyntaxId read_text() {
        const auto token = token_;
        const auto text = result_.tree.texts.copy(literal_);
        advance();
        auto made = node(Syntax::Kind::Literal, token.offset);
        made.literal = token.kind == Token::Kind::String ? Value::string(text) : Value::bytes(text);
        return add(std::move(made));
    }

    SyntaxId read_number() {
        const auto token = token_;
        const bool negative = negative_at_.has_value();
        const auto begin = negative_at_.value_or(token.offset);
        negative_at_.reset();
        const auto value = read_number_literal(token, negative);
        if (!value) {
            return refuse(begin,
                          token.kind == Token::Kind::Double
                              ? "the number is too large"
                              : "a whole number must fit into 64 bits",
                          token.kind == Token::Kind::Int && !negative
                              ? "up to 18446744073709551615 it can be written with a u behind it"
                              : "");
        }
        advance();
        auto made = node(Syntax::Kind::Literal, begin);
        made.literal = *value;
        return add(std::move(made));
    }

    ParseLimits limits_;
    std::string_view text_;
    bool cut_;
    Extent extent_;
    Lexer lexer_;
    Token token_;
    std::size_t previous_end_ = 0;
    std::string literal_;
    std::optional<std::size_t> negative_at_;  // of the sign before the number that comes next
    std::size_t nesting_ = 0;
    ParsedSyntax result_;
    SyntaxError error_;
};

}  // namespace

ParsedSyntax parse_syntax(std::string_view text, const ParseLimits& limits, Extent extent) {
    return Parser(text, limits, extent).parse();
}

}  // namespace oa::core::cel
