#include "core/expression/cel/compiler.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include <re2/re2.h>

#include "core/expression/cel/folding.hpp"
#include "core/expression/cel/function.hpp"

namespace oa::core::cel {
namespace {

struct MacroName {
    std::string_view name;
    MacroNode::Macro macro;
    std::size_t one_variable;   ///< arguments with one variable, 0: never
    std::size_t two_variables;  ///< arguments with two
    bool test_too;              ///< one more argument is allowed: a test before the last one
};

constexpr std::array<MacroName, 8> macro_names{
    {{"all", MacroNode::Macro::All, 2, 3, false},
     {"exists", MacroNode::Macro::Exists, 2, 3, false},
     {"exists_one", MacroNode::Macro::ExistsOne, 2, 3, false},
     {"existsOne", MacroNode::Macro::ExistsOne, 2, 3, false},
     {"map", MacroNode::Macro::Map, 2, 0, true},
     {"filter", MacroNode::Macro::Filter, 2, 0, false},
     {"transformList", MacroNode::Macro::TransformList, 0, 3, true},
     {"transformMap", MacroNode::Macro::TransformMap, 0, 3, true}}};

class Compiler {
public:
    Compiler(SyntaxTree tree,
             std::string_view text,
             std::span<const HostFunction> host_functions,
             bool dotted_names)
        : tree_(std::move(tree)), host_functions_(host_functions), dotted_names_(dotted_names) {
        ast_->text = text;
        ast_->constants = std::move(tree_.texts);
    }

    [[nodiscard]] Compiled compile() {
        ast_->root = lower(tree_.root);
        if (ast_->root == no_node) {
            return {nullptr, std::move(error_)};
        }
        for (auto& path : ast_->paths) {
            finish_path(path);
        }
        return {std::move(ast_), {}};
    }

private:
    NodeId refuse(std::size_t offset, std::string message, std::string hint = {}) {
        error_ = {offset, std::move(message), std::move(hint)};
        return no_node;
    }

    std::string_view keep(std::string_view text) { return ast_->constants.copy(text); }

    /// Gives no_node after a mistake. As deep as the tree is high, which the parser bounds.
    NodeId lower(SyntaxId id) {
        const auto& syntax = tree_[id];
        switch (syntax.kind) {
            case Syntax::Kind::Literal: return add_constant(syntax, syntax.literal);
            case Syntax::Kind::Name: return lower_name(syntax);
            case Syntax::Kind::Select: return lower_select(syntax, false);
            case Syntax::Kind::Index: return lower_index(syntax);
            case Syntax::Kind::Call: return lower_call(syntax);
            case Syntax::Kind::Binary: return lower_binary(syntax);
            case Syntax::Kind::List: return lower_all(syntax, Op::List);
            case Syntax::Kind::Map: return lower_all(syntax, Op::Map);
            case Syntax::Kind::Not: return lower_all(syntax, Op::Not);
            case Syntax::Kind::Negate: return lower_all(syntax, Op::Negate);
            case Syntax::Kind::And: return lower_all(syntax, Op::And);
            case Syntax::Kind::Or: return lower_all(syntax, Op::Or);
            case Syntax::Kind::Conditional: return lower_all(syntax, Op::Conditional);
        }
        return no_node;
    }

    bool lower_each(const std::vector<SyntaxId>& ids, std::vector<NodeId>& out) {
        for (const auto id : ids) {
            out.push_back(lower(id));
            if (out.back() == no_node) {
                return false;
            }
        }
        return true;
    }

    NodeId lower_all(const Syntax& syntax, Op op) {
        std::vector<NodeId> children;
        return lower_each(syntax.children, children) ? fold(add(syntax, op, children)) : no_node;
    }

    NodeId add(const Syntax& syntax, Op op, const std::vector<NodeId>& children) {
        Node node;
        node.op = op;
        node.binary = syntax.binary;
        node.offset = static_cast<std::uint32_t>(syntax.offset);
        node.begin = static_cast<std::uint32_t>(syntax.begin);
        node.end = static_cast<std::uint32_t>(syntax.end);
        node.first = static_cast<std::uint32_t>(ast_->links.size());
        node.count = static_cast<std::uint32_t>(children.size());
        ast_->links.insert(ast_->links.end(), children.begin(), children.end());
        ast_->nodes.push_back(node);
        return static_cast<NodeId>(ast_->nodes.size() - 1);
    }

    NodeId add_constant(const Syntax& syntax, const Value& value) {
        const auto id = add(syntax, Op::Constant, {});
        ast_->nodes[id].value = value;
        return id;
    }

    // ----- paths -----

    [[nodiscard]] const std::uint32_t* local_slot(std::string_view name) const {
        const auto found = std::find_if(locals_.rbegin(), locals_.rend(),
                                        [name](const auto& local) { return local.first == name; });
        return found == locals_.rend() ? nullptr : &found->second;
    }

    NodeId lower_name(const Syntax& syntax) {
        auto& path = ast_->paths.emplace_back();
        path.offset = syntax.absolute ? syntax.offset : syntax.begin;
        path.root = syntax.text;
        const auto* const slot = syntax.absolute ? nullptr : local_slot(syntax.text);
        if (slot != nullptr) {
            path.base = PathNode::Base::Local;
            path.slot = *slot;
        }
        return add_path(syntax, {});
    }

    NodeId add_path(const Syntax& syntax, const std::vector<NodeId>& children) {
        const auto id = add(syntax, Op::Path, children);
        ast_->nodes[id].detail = static_cast<std::uint32_t>(ast_->paths.size() - 1);
        return id;
    }

    NodeId lower_select(const Syntax& syntax, bool tested) {
        const auto operand = lower(syntax.children.front());
        if (operand == no_node) {
            return no_node;
        }
        // A quoted field is marked as absolute.
        return extend(syntax, operand,
                      {Value::string(keep(syntax.text)), syntax.offset, !syntax.absolute}, tested);
    }

    /// Makes the operand's path one segment longer, or begins one over it.
    NodeId extend(const Syntax& syntax, NodeId operand, const Segment& segment, bool tested) {
        auto id = operand;
        const auto& node = ast_->nodes[operand];
        if (node.op != Op::Path || ast_->paths[node.detail].tested) {
            auto& path = ast_->paths.emplace_back();
            path.base = PathNode::Base::Expression;
            path.offset = node.begin;
            id = add_path(syntax, {operand});  // after which `node` is no longer there
        }
        auto& path = ast_->paths[ast_->nodes[id].detail];
        path.segments.push_back(segment);
        path.tested = tested;
        ast_->nodes[id].end = static_cast<std::uint32_t>(syntax.end);
        ast_->nodes[id].offset = static_cast<std::uint32_t>(segment.offset);
        return fold(id);
    }

    NodeId lower_index(const Syntax& syntax) {
        const auto operand = lower(syntax.children[0]);
        const auto index = operand == no_node ? no_node : lower(syntax.children[1]);
        if (index == no_node) {
            return no_node;
        }
        const auto& node = ast_->nodes[index];
        const bool literal =
            node.op == Op::Constant && (node.value.is(Kind::String) || node.value.is(Kind::Int));
        if (literal) {
            return extend(syntax, operand, {node.value, node.begin, false}, false);
        }
        return fold(add(syntax, Op::Index, {operand, index}));
    }

    void finish_path(PathNode& path) const {
        if (path.base != PathNode::Base::Free) {
            return;
        }
        path.function_name = path.segments.empty() && (host_function(path.root) != nullptr ||
                                                       find_function(path.root, false) != nullptr);
        std::string name = path.root;
        std::size_t fields = 0;
        if (dotted_names_) {
            path.dotted_names.push_back(name);
        }
        for (; fields < path.segments.size() && path.segments[fields].dotted; ++fields) {
            name += '.';
            name += path.segments[fields].key.as_text();
            if (dotted_names_) {
                path.dotted_names.push_back(name);
            }
        }
        if (fields == path.segments.size() && !path.tested) {
            path.type = type_named(name);
            path.type_name = path.type_name || (path.type && fields > 0);
        }
    }

    // ----- operators -----

    [[nodiscard]] bool is_type_name(SyntaxId id) const {
        const auto& syntax = tree_[id];
        return syntax.kind == Syntax::Kind::Name && !syntax.absolute && type_named(syntax.text) &&
               local_slot(syntax.text) == nullptr;
    }

    [[nodiscard]] bool is_type_call(SyntaxId id) const {
        const auto& syntax = tree_[id];
        return syntax.kind == Syntax::Kind::Call && !syntax.method && syntax.text == "type";
    }

    /// Beside == and !=, and in a list on the right of `in`, the name of a type means the type.
    NodeId lower_operand(SyntaxId id, bool beside_type) {
        if (!is_type_name(id)) {
            return lower(id);
        }
        const auto& syntax = tree_[id];
        if (beside_type) {
            return add_constant(syntax, Value::type(*type_named(syntax.text)));
        }
        const auto lowered = lower_name(syntax);
        ast_->paths.back().type_name = true;
        return lowered;
    }

    NodeId lower_binary(const Syntax& syntax) {
        const auto left = syntax.children[0];
        const auto right = syntax.children[1];
        std::vector<NodeId> children;
        const bool same = syntax.binary == Binary::Equal || syntax.binary == Binary::NotEqual;
        const bool listed = syntax.binary == Binary::In && tree_[right].kind == Syntax::Kind::List;
        if (same) {
            children.push_back(lower_operand(left, is_type_call(right)));
        } else {
            children.push_back(lower(left));
        }
        if (children.back() == no_node) {
            return no_node;
        }
        if (same) {
            children.push_back(lower_operand(right, is_type_call(left)));
        } else if (listed) {
            std::vector<NodeId> items;
            for (const auto item : tree_[right].children) {
                items.push_back(lower_operand(item, is_type_call(left)));
                if (items.back() == no_node) {
                    return no_node;
                }
            }
            children.push_back(fold(add(tree_[right], Op::List, items)));
        } else {
            children.push_back(lower(right));
        }
        return children.back() == no_node ? no_node : fold(add(syntax, Op::Binary, children));
    }

    // ----- calls and macros -----

    NodeId lower_call(const Syntax& syntax) {
        if (!syntax.method && syntax.text == "has") {
            return lower_has(syntax);
        }
        if (syntax.method) {
            const auto* const macro = std::find_if(
                macro_names.begin(), macro_names.end(),
                [&syntax](const MacroName& known) { return known.name == syntax.text; });
            if (macro != macro_names.end() && takes_count(*macro, syntax.children.size() - 1)) {
                return lower_macro(syntax, *macro);
            }
        }
        return lower_function(syntax);
    }

    static bool takes_count(const MacroName& macro, std::size_t given) {
        const std::size_t more = macro.test_too ? 1 : 0;
        const auto fits = [given, more](std::size_t count) {
            return count > 0 && (given == count || given == count + more);
        };
        return fits(macro.one_variable) || fits(macro.two_variables);
    }

    NodeId lower_has(const Syntax& syntax) {
        if (syntax.children.size() != 1 ||
            tree_[syntax.children.front()].kind != Syntax::Kind::Select) {
            return refuse(
                syntax.children.empty() ? syntax.offset : tree_[syntax.children.front()].begin,
                "has() takes a field, such as has(inputs.name)",
                "a key in brackets is tested with: \"key\" in map");
        }
        const auto tested = lower_select(tree_[syntax.children.front()], true);
        if (tested != no_node) {
            ast_->nodes[tested].begin = static_cast<std::uint32_t>(syntax.begin);
            ast_->nodes[tested].end = static_cast<std::uint32_t>(syntax.end);
        }
        return tested;
    }

    NodeId lower_macro(const Syntax& syntax, const MacroName& known) {
        const auto range = lower(syntax.children.front());
        if (range == no_node) {
            return no_node;
        }
        const auto given = syntax.children.size() - 1;
        MacroNode macro;
        macro.macro = known.macro;
        macro.name = known.name;
        macro.two_variables =
            known.one_variable == 0 || given > known.one_variable + (known.test_too ? 1 : 0);
        macro.slot = static_cast<std::uint32_t>(locals_.size());
        const std::size_t variables = macro.two_variables ? 2 : 1;
        const auto locals_before = locals_.size();
        for (std::size_t i = 0; i < variables; ++i) {
            const auto& name = tree_[syntax.children[1 + i]];
            if (!bind(name, syntax, locals_before)) {
                return no_node;
            }
        }
        ast_->slots = std::max(ast_->slots, static_cast<std::uint32_t>(locals_.size()));
        std::vector<NodeId> children{range};
        const bool complete =
            lower_each({syntax.children.begin() + static_cast<std::ptrdiff_t>(1 + variables),
                        syntax.children.end()},
                       children);
        locals_.resize(locals_before);
        if (!complete) {
            return no_node;
        }
        const auto id = add(syntax, Op::Macro, children);
        ast_->nodes[id].detail = static_cast<std::uint32_t>(ast_->macros.size());
        ast_->macros.push_back(std::move(macro));
        return id;
    }

    bool bind(const Syntax& name, const Syntax& macro, std::size_t locals_before) {
        if (name.kind != Syntax::Kind::Name || name.absolute) {
            (void)refuse(name.begin,
                         std::string(macro.text) + "() takes the name of a variable here",
                         "such as list." + std::string(macro.text) + "(item, ...)");
            return false;
        }
        const bool twice =
            std::any_of(locals_.begin() + static_cast<std::ptrdiff_t>(locals_before), locals_.end(),
                        [&name](const auto& local) { return local.first == name.text; });
        if (twice) {
            (void)refuse(name.begin, "the two variables need different names");
            return false;
        }
        locals_.emplace_back(name.text, static_cast<std::uint32_t>(locals_.size()));
        return true;
    }

    /// math.greatest(...), not a method of a variable: the name of the function with its prefix.
    [[nodiscard]] std::string prefixed_name(const Syntax& syntax) const {
        if (!syntax.method) {
            return {};
        }
        const auto& receiver = tree_[syntax.children.front()];
        if (receiver.kind != Syntax::Kind::Name || receiver.absolute ||
            !is_function_prefix(receiver.text) || local_slot(receiver.text) != nullptr ||
            find_function(syntax.text, true) != nullptr) {
            return {};
        }
        return std::string(receiver.text) + "." + std::string(syntax.text);
    }

    NodeId lower_function(const Syntax& syntax) {
        CallNode call;
        call.name = prefixed_name(syntax);
        call.method = syntax.method && call.name.empty();
        const std::size_t skipped = syntax.method && !call.method ? 1 : 0;
        if (call.name.empty()) {
            call.name = syntax.text;
        }
        std::vector<NodeId> children;
        if (!lower_each({syntax.children.begin() + static_cast<std::ptrdiff_t>(skipped),
                         syntax.children.end()},
                        children)) {
            return no_node;
        }
        const auto op = resolve(call, children.size());
        const auto id = add(syntax, op, children);
        ast_->nodes[id].detail = static_cast<std::uint32_t>(ast_->calls.size());
        prepare_pattern(call, children);
        ast_->calls.push_back(std::move(call));
        return fold(id);
    }

    [[nodiscard]] const HostFunction* host_function(std::string_view name) const {
        const auto found =
            std::find_if(host_functions_.begin(), host_functions_.end(),
                         [name](const HostFunction& known) { return known.name == name; });
        return found == host_functions_.end() ? nullptr : &*found;
    }

    Op resolve(CallNode& call, std::size_t given) const {
        const auto* const host = host_function(call.name);
        if (!call.method && host != nullptr) {
            call.host_arguments = host->arguments;
            call.host_result = host->result;
            call.wrong_count = host->arguments != given;
            return call.wrong_count ? Op::UnknownCall : Op::HostCall;
        }
        call.function = find_function(call.name, call.method);
        if (call.function == nullptr) {
            return Op::UnknownCall;
        }
        call.wrong_count = !call.function->takes_count(given);
        return call.wrong_count ? Op::UnknownCall : Op::Call;
    }

    void prepare_pattern(CallNode& call, const std::vector<NodeId>& children) {
        if (call.function == nullptr || call.wrong_count || call.name != "matches") {
            return;
        }
        const auto& node = ast_->nodes[children.back()];
        if (node.op != Op::Constant || !node.value.is(Kind::String)) {
            return;
        }
        auto pattern = compile_pattern(node.value.as_text());
        if (pattern->ok()) {
            call.pattern = std::move(pattern);
        } else {
            ast_->findings.push_back({node.begin,
                                      "the regular expression cannot be used: " + pattern->error(),
                                      "its syntax is that of RE2"});
        }
    }

    NodeId fold(NodeId id) {
        cel::fold(*ast_, id);
        return id;
    }

    SyntaxTree tree_;
    std::span<const HostFunction> host_functions_;
    bool dotted_names_;
    std::shared_ptr<Ast> ast_ = std::make_shared<Ast>();
    std::vector<std::pair<std::string_view, std::uint32_t>> locals_;
    SyntaxError error_;
};

}  // namespace

Compiled compile(SyntaxTree tree,
                 std::string_view text,
                 std::span<const HostFunction> host_functions,
                 bool dotted_names) {
    return Compiler(std::move(tree), text, host_functions, dotted_names).compile();
}

}  // namespace oa::core::cel
