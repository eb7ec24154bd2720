#include "host/cli/expr_command.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <boost/json.hpp>

#include "core/expression/expression.hpp"
#include "core/json/json.hpp"
#include "host/cli/expr_bindings.hpp"
#include "host/cli/terminal.hpp"
#include "host/cli/workbench.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

constexpr std::size_t shown_columns = 100;
constexpr std::size_t text_bytes_max = std::size_t{64} << 10U;

/// Why an expression has no value, and where in it.
struct Problem {
    ExitStatus status = ExitStatus::RunFailed;
    std::string message;
    std::string hint;
    std::optional<std::size_t> offset;
};

struct Line {
    std::size_t number = 1;
    std::size_t begin = 0;
    std::string_view text;
};

/// The line of the text that the offset lies in.
Line line_at(std::string_view text, std::size_t offset) {
    Line line;
    offset = std::min(offset, text.size());
    const auto before = text.substr(0, offset);
    line.number += static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
    const auto start = before.rfind('\n');
    line.begin = start == std::string_view::npos ? 0 : start + 1;
    line.text = text.substr(line.begin, text.find('\n', offset) - line.begin);
    return line;
}

bool begins_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

/// The line with a caret under the offending place. Of a long line, what is around it.
void print_place(std::ostream& out, std::string_view text, std::size_t offset) {
    const Line line = line_at(text, offset);
    const std::size_t at = std::min(offset, text.size()) - line.begin;
    std::size_t from = at > shown_columns / 2 ? at - shown_columns / 2 : 0;
    while (from > 0 && !begins_character(line.text[from])) {
        --from;
    }
    const std::string before = printable(line.text.substr(from, at - from));
    const std::string rest = fit(printable(line.text.substr(at)), shown_columns / 2);
    const std::string_view cut = from > 0 ? "..." : "";
    out << "  " << cut << before << rest << '\n'
        << "  " << std::string(cut.size() + columns_of(before), ' ') << "^\n";
}

void print_problem(std::ostream& out, std::string_view text, const Problem& problem) {
    out << "oa: " << printable(problem.message) << '\n';
    if (problem.offset) {
        print_place(out, text, *problem.offset);
    }
    if (!problem.hint.empty()) {
        out << "  hint: " << printable(problem.hint) << '\n';
    }
}

json::object to_json(std::string_view text, const Problem& problem) {
    json::object error{{"message", problem.message}, {"hint", problem.hint}};
    if (problem.offset) {
        const Line line = line_at(text, *problem.offset);
        const auto before =
            line.text.substr(0, std::min(*problem.offset, text.size()) - line.begin);
        error["offset"] = *problem.offset;
        error["line"] = line.number;
        error["column"] = 1 + std::count_if(before.begin(), before.end(), begins_character);
    }
    return error;
}

std::variant<json::value, Problem> value_of(const std::string& text, const Bindings& bindings) {
    core::Expression::Parsed parsed = core::Expression::parse(text);
    if (!parsed.expression || parsed.consumed < text.size()) {
        return Problem{ExitStatus::InvalidWorkflow, std::move(parsed.error.message),
                       std::move(parsed.error.hint), parsed.error.offset};
    }
    try {
        return parsed.expression->evaluate(bindings);
    } catch (const core::EvaluationError& error) {
        return Problem{ExitStatus::RunFailed, error.what(), error.hint(), error.offset()};
    }
}

void print_value(std::ostream& out,
                 const json::value& value,
                 const ExprOptions& options,
                 bool indented) {
    const auto style = indented ? core::JsonStyle::Indented : core::JsonStyle::Compact;
    if (options.json) {
        out << core::write_json(json::object{{"value", value}, {"error", nullptr}},
                                core::JsonStyle::Indented)
            << '\n';
    } else if (options.raw && value.is_string()) {
        out << std::string_view(value.get_string().data(), value.get_string().size()) << '\n';
    } else {
        out << core::write_json(value, style) << '\n';
    }
}

/// Standard input can be only one of the two.
std::optional<std::string> expression_text(const ExprOptions& options, std::ostream& problems) {
    if (options.expression != "-") {
        return options.expression;
    }
    if (options.bindings == "-") {
        problems << "oa: the expression and its bindings cannot both be on standard input\n";
        return std::nullopt;
    }
    auto read = read_document("-", text_bytes_max);
    if (const auto* missing = std::get_if<core::Diagnostic>(&read)) {
        problems << "oa: " << printable(to_string(*missing)) << '\n';
        return std::nullopt;
    }
    std::string text = std::move(std::get<std::string>(read));
    if (!text.empty() && text.back() == '\n') {
        text.pop_back();
    }
    return text;
}

}  // namespace

ExitStatus evaluate_expression(const ExprOptions& options,
                               bool indented,
                               std::ostream& out,
                               std::ostream& problems) {
    const auto text = expression_text(options, problems);
    if (!text) {
        return ExitStatus::Usage;
    }
    std::variant<Bindings, core::Diagnostics> bindings = Bindings({});
    if (options.bindings) {
        bindings = read_bindings(*options.bindings);
    }
    if (const auto* findings = std::get_if<core::Diagnostics>(&bindings)) {
        for (const core::Diagnostic& finding : *findings) {
            problems << printable(to_string(finding)) << '\n';
        }
        return ExitStatus::Usage;
    }
    const auto made = value_of(*text, std::get<Bindings>(bindings));
    if (const auto* value = std::get_if<json::value>(&made)) {
        print_value(out, *value, options, indented);
        return ExitStatus::Ok;
    }
    const Problem& problem = std::get<Problem>(made);
    if (options.json) {
        out << core::write_json(
                   json::object{{"value", nullptr}, {"error", to_json(*text, problem)}},
                   core::JsonStyle::Indented)
            << '\n';
    } else {
        print_problem(problems, *text, problem);
    }
    return problem.status;
}

}  // namespace oa::host
