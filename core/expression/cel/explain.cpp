#include "core/expression/cel/explain.hpp"

#include <algorithm>
#include <span>
#include <string_view>
#include <vector>

#include "core/expression/cel/lexer.hpp"
#include "core/expression/cel/number_text.hpp"
#include "core/expression/cel/path_words.hpp"
#include "core/expression/cel/utf8.hpp"
#include "core/nearest.hpp"

namespace oa::core::cel {
namespace {

/// A value within a sentence: texts in quotes, lists and maps by their kind.
std::string shown(const Value& value) {
    switch (value.kind()) {
        case Kind::String: return "'" + shortened(value.as_text()) + "'";
        case Kind::Bytes:
        case Kind::List:
        case Kind::Map:
        case Kind::Type: return std::string(with_article(value.kind()));
        default: return text_of(value);
    }
}

std::string filled_in(std::string_view message, const Value& first, const Value& second) {
    std::string out;
    for (std::size_t i = 0; i < message.size(); ++i) {
        const auto part = message.substr(i, 2);
        if (part == "%1" || part == "%2") {
            out += shown(part == "%1" ? first : second);
            ++i;
        } else {
            out += message[i];
        }
    }
    return out;
}

std::string hint_for_unknown(const PathNode& path, const Activation& activation) {
    const auto& name = path.root;
    if (name == "True" || name == "False" || name == "TRUE" || name == "FALSE") {
        return std::string("write ") + (name[0] == 'T' ? "true" : "false");
    }
    if (name == "None" || name == "nil" || name == "NULL" || name == "undefined") {
        return "write null";
    }
    if (path.function_name) {
        return "the function is called as " + name + "()";
    }
    return suggestion(name, activation.names(), "known here: ");
}

Error unknown_name(const Ast& ast, const Activation& activation, const Failure& failure) {
    const auto& path = ast.paths[ast.nodes[failure.node].detail];
    Error error;
    error.code = Error::Code::UnknownName;
    error.offset = path.offset;
    error.message = "'" + shortened(path.root) + "' is not known";
    error.hint = hint_for_unknown(path, activation);
    error.path = &path;
    return error;
}

Error no_value(const Ast& ast, const Failure& failure) {
    const auto& node = ast.nodes[failure.node];
    Error error;
    error.code = Error::Code::NoValueAtPath;
    error.kind = failure.first.kind();
    const bool index = node.op == Op::Index;
    const auto& path_node = index ? ast.child(node, 0) : node;
    if (path_node.op == Op::Path && ast.paths[path_node.detail].base == PathNode::Base::Free) {
        error.path = &ast.paths[path_node.detail];
    }
    Value key = failure.second;
    std::string named = source_of(ast, path_node);
    if (index) {
        error.offset = ast.child(node, 1).begin;
        error.segment = error.path == nullptr ? 0 : error.path->segments.size();
    } else {
        const auto& segment = ast.paths[node.detail].segments[failure.segment];
        key = segment.key;
        named = path_words(ast, node, failure.segment);
        error.offset = segment.offset;
        error.segment = failure.segment;
    }
    if (key.is(Kind::String)) {
        error.key = key.as_text();
    }
    auto problem = missing_value(named, failure.first, key);
    error.message = std::move(problem.message);
    error.hint = std::move(problem.hint);
    return error;
}

/// Where the values that a message is about are computed: an operator's place is between them.
std::size_t place_of(const Ast& ast, const Failure& failure) {
    return failure.node == no_node ? 0 : ast.nodes[failure.node].offset;
}

std::string source_words(const Ast& ast, const Node& node) {
    return source_of(ast, node);
}

void explain_bool(const Ast& ast, const Failure& failure, Error& error) {
    const auto& node = ast.nodes[failure.node];
    const auto article = std::string(with_article(failure.first.kind()));
    switch (node.op) {
        case Op::Not:
            error.message = "'!' takes true or false, not " + article;
            error.hint = "a value is tested with ==, as in name == \"\" or count == 0";
            break;
        case Op::Conditional:
            error.message = "what stands before '?' is true or false, not " + article;
            break;
        case Op::Macro:
            error.message = "the test in " + ast.macros[node.detail].name +
                            "() gives true or false, not " + article;
            break;
        default:
            error.message =
                source_words(ast, node) + " is " + article + ", but && and || take true or false";
            error.offset = node.begin;
            error.hint = "a value is tested with ==, as in name != \"\"";
            break;
    }
}

}  // namespace

Error explain(const Ast& ast, const Activation& activation, State& state) {
    const auto& failure = state.failure();
    Error error;
    error.offset = place_of(ast, failure);
    const auto take = [&error](OperatorProblem problem) {
        error.message = std::move(problem.message);
        error.hint = std::move(problem.hint);
    };
    switch (failure.code) {
        case Failure::Code::UnknownName: return unknown_name(ast, activation, failure);
        case Failure::Code::NoValueAtPath: return no_value(ast, failure);
        case Failure::Code::UnknownFunction: {
            const auto& node = ast.nodes[failure.node];
            take(call_problem(ast.calls[node.detail], node.count));
            break;
        }
        case Failure::Code::NoOverload: {
            const auto& node = ast.nodes[failure.node];
            error.offset = ast.child(node, failure.segment).begin;
            take(argument_problem(ast.calls[node.detail], failure.segment, node.count,
                                  set_of(failure.first.kind())));
            break;
        }
        case Failure::Code::NoOperator: {
            const auto& node = ast.nodes[failure.node];
            if (node.op == Op::Negate) {
                error.message =
                    "'-' takes a number, not " + std::string(with_article(failure.first.kind()));
            } else {
                take(operator_problem(node.binary, set_of(failure.first.kind()),
                                      set_of(failure.second.kind())));
            }
            break;
        }
        case Failure::Code::NotBool: explain_bool(ast, failure, error); break;
        case Failure::Code::NoItems:
            error.message = ast.macros[ast.nodes[failure.node].detail].name +
                            "() goes through a list or a map, not " +
                            std::string(with_article(failure.first.kind()));
            break;
        case Failure::Code::Host:
            error.message = state.host_message;
            error.hint = state.host_hint;
            break;
        case Failure::Code::Limit: error.code = Error::Code::Limit; [[fallthrough]];
        case Failure::Code::Other:
            error.message = filled_in(failure.message, failure.first, failure.second);
            error.hint = failure.hint;
            break;
    }
    return error;
}

}  // namespace oa::core::cel
