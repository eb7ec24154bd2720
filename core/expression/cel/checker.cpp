#include "core/expression/cel/checker.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "core/expression/cel/explain.hpp"
#include "core/expression/cel/operators.hpp"
#include "core/expression/cel/path_words.hpp"

namespace oa::core::cel {
namespace {

/// What is known of a value, and of what is in it.
struct Type {
    KindSet kinds = any_kind;
    KindSet keys = any_kind;   ///< of a map
    KindSet items = any_kind;  ///< of a list; of a map: its values
};

constexpr KindSet containers = set_of(Kind::List, Kind::Map);

bool overlap(KindSet left, KindSet right) {
    return (left & right) != 0;
}

KindSet joined(KindSet left, KindSet right) {
    return static_cast<KindSet>(left | right);
}

class Checker {
public:
    Checker(const Ast& ast, const KindsOf& kinds_of)
        : ast_(ast), kinds_of_(kinds_of), locals_(ast.slots) {}

    [[nodiscard]] Checked check() {
        Checked checked;
        checked.kinds = type_of(ast_.root).kinds;
        checked.findings = std::move(findings_);
        checked.findings.insert(checked.findings.end(), ast_.findings.begin(), ast_.findings.end());
        std::stable_sort(
            checked.findings.begin(), checked.findings.end(),
            [](const Finding& left, const Finding& right) { return left.offset < right.offset; });
        return checked;
    }

private:
    void report(std::size_t offset, std::string message, std::string hint = {}) {
        findings_.push_back({offset, std::move(message), std::move(hint)});
    }
    void report(std::size_t offset, OperatorProblem problem) {
        report(offset, std::move(problem.message), std::move(problem.hint));
    }

    Type type_of(NodeId id) {
        const auto& node = ast_.nodes[id];
        switch (node.op) {
            case Op::Constant: return of_constant(node.value);
            case Op::Path: return of_path(node);
            case Op::Index: return of_index(node);
            case Op::List: return of_list(node);
            case Op::Map: return of_map(node);
            case Op::Not: return of_not(node);
            case Op::Negate: return of_negate(node);
            case Op::Binary: return of_binary(node);
            case Op::And:
            case Op::Or: return of_chain(node);
            case Op::Conditional: return of_conditional(node);
            case Op::Call: return of_call(node);
            case Op::HostCall: return of_host_call(node);
            case Op::UnknownCall: return of_unknown_call(node);
            case Op::Macro: return of_macro(node);
        }
        return {};
    }

    Type type_of_child(const Node& node, std::uint32_t number) {
        return type_of(ast_.child_id(node, number));
    }

    static Type of_constant(const Value& value) {
        Type type;
        type.kinds = set_of(value.kind());
        if (value.is(Kind::List)) {
            type.items = no_kind;
            for (std::size_t i = 0; i < value.list_size(); ++i) {
                type.items = joined(type.items, set_of(value.item(i).kind()));
            }
        } else if (value.is(Kind::Map)) {
            type.keys = no_kind;
            type.items = no_kind;
            const auto& data = value.map_data();
            for (std::size_t i = 0; i < data.size; ++i) {
                type.keys = joined(type.keys, set_of(data.entries[i].key.kind()));
                type.items = joined(type.items, set_of(data.entries[i].value.kind()));
            }
        }
        return type;
    }

    Type of_path(const Node& node) {
        const auto& path = ast_.paths[node.detail];
        const Type boolean{set_of(Kind::Bool), any_kind, any_kind};
        if (path.base == PathNode::Base::Free) {
            if (path.tested) {
                return boolean;
            }
            return {path.type_name ? any_kind : kinds_of_(path), any_kind, any_kind};
        }
        auto type =
            path.base == PathNode::Base::Local ? locals_[path.slot] : type_of_child(node, 0);
        for (std::size_t i = 0; i < path.segments.size(); ++i) {
            type = selected(type, path.segments[i].key.kind(), path.segments[i].offset,
                            path_words(ast_, node, i));
        }
        return path.tested ? boolean : type;
    }

    /// The type of what a key selects.
    Type selected(const Type& container, Kind key, std::size_t offset, const std::string& named) {
        const bool lists = overlap(container.kinds, set_of(Kind::List)) && holds(number_kinds, key);
        const bool maps = overlap(container.kinds, set_of(Kind::Map));
        if (container.kinds != no_kind && !lists && !maps) {
            report(offset, named + " is " + listed(container.kinds) + ", so it has no " +
                               (holds(number_kinds, key) ? "items" : "fields"));
            return {};
        }
        return {container.items, any_kind, any_kind};
    }

    Type of_index(const Node& node) {
        const auto container = type_of_child(node, 0);
        const auto key = type_of_child(node, 1);
        if (container.kinds != no_kind && !overlap(container.kinds, containers)) {
            report(node.offset, source_of(ast_, ast_.child(node, 0)) + " is " +
                                    listed(container.kinds) + ", so it has no items");
            return {};
        }
        const bool list = (container.kinds & ~set_of(Kind::List)) == 0;
        if (list && key.kinds != no_kind && !overlap(key.kinds, number_kinds)) {
            report(ast_.child(node, 1).begin,
                   "a position in a list is a whole number, not " + listed(key.kinds));
            return {};
        }
        return {container.items, any_kind, any_kind};
    }

    Type of_list(const Node& node) {
        Type type{set_of(Kind::List), any_kind, no_kind};
        for (std::uint32_t i = 0; i < node.count; ++i) {
            type.items = joined(type.items, type_of_child(node, i).kinds);
        }
        return type;
    }

    Type of_map(const Node& node) {
        Type type{set_of(Kind::Map), no_kind, no_kind};
        constexpr auto keys = set_of(Kind::Bool, Kind::Int, Kind::Uint, Kind::String);
        for (std::uint32_t i = 0; i + 1 < node.count; i += 2) {
            const auto key = type_of_child(node, i).kinds;
            if (!overlap(key, keys)) {
                report(
                    ast_.child(node, i).begin,
                    "a key of a map is a string, a whole number or a boolean, not " + listed(key));
            }
            type.keys = joined(type.keys, key);
            type.items = joined(type.items, type_of_child(node, i + 1).kinds);
        }
        return type;
    }

    static Type boolean() { return {set_of(Kind::Bool), any_kind, any_kind}; }

    Type of_not(const Node& node) {
        const auto operand = type_of_child(node, 0).kinds;
        if (!overlap(operand, set_of(Kind::Bool))) {
            report(node.offset, "'!' takes true or false, not " + listed(operand),
                   "a value is tested with ==, as in name == \"\" or count == 0");
        }
        return boolean();
    }

    Type of_negate(const Node& node) {
        constexpr auto negated = set_of(Kind::Int, Kind::Double);
        const auto operand = type_of_child(node, 0).kinds;
        if (!overlap(operand, negated)) {
            report(node.offset, "'-' takes a number, not " + listed(operand));
            return {negated, any_kind, any_kind};
        }
        return {static_cast<KindSet>(operand & negated), any_kind, any_kind};
    }

    Type of_binary(const Node& node) {
        const auto left = type_of_child(node, 0);
        const auto right = type_of_child(node, 1);
        const auto result = result_of(node.binary, left.kinds, right.kinds);
        if (result == no_kind) {
            report(node.offset, operator_problem(node.binary, left.kinds, right.kinds));
            return {};
        }
        return {result, any_kind,
                result == set_of(Kind::List) ? joined(left.items, right.items) : any_kind};
    }

    Type of_chain(const Node& node) {
        for (std::uint32_t i = 0; i < node.count; ++i) {
            const auto operand = type_of_child(node, i).kinds;
            if (!overlap(operand, set_of(Kind::Bool))) {
                report(ast_.child(node, i).begin,
                       source_of(ast_, ast_.child(node, i)) + " is " + listed(operand) +
                           ", but && and || take true or false",
                       "a value is tested with ==, as in name != \"\"");
            }
        }
        return boolean();
    }

    Type of_conditional(const Node& node) {
        const auto condition = type_of_child(node, 0).kinds;
        if (!overlap(condition, set_of(Kind::Bool))) {
            report(node.offset,
                   "what stands before '?' is true or false, not " + listed(condition));
        }
        const auto one = type_of_child(node, 1);
        const auto other = type_of_child(node, 2);
        return {joined(one.kinds, other.kinds), joined(one.keys, other.keys),
                joined(one.items, other.items)};
    }

    std::vector<KindSet> kinds_of_children(const Node& node) {
        std::vector<KindSet> kinds;
        for (std::uint32_t i = 0; i < node.count; ++i) {
            kinds.push_back(type_of_child(node, i).kinds);
        }
        return kinds;
    }

    static bool may_take(const Function& function,
                         const Overload& overload,
                         const std::vector<KindSet>& kinds,
                         std::size_t position) {
        if (function.variadic && kinds.size() > 1) {
            return overlap(function.overloads.back().parameters[0], kinds[position]);
        }
        return overload.count == kinds.size() &&
               overlap(overload.parameters[position], kinds[position]);
    }

    Type of_call(const Node& node) {
        const auto& call = ast_.calls[node.detail];
        const auto& function = *call.function;
        const auto kinds = kinds_of_children(node);
        KindSet result = no_kind;
        for (const auto& overload : function.overloads) {
            bool fits = true;
            for (std::size_t i = 0; i < kinds.size(); ++i) {
                fits = fits && may_take(function, overload, kinds, i);
            }
            result = fits ? joined(result, overload.result) : result;
        }
        // A value that cannot be, since its own parts are wrong, has been reported there.
        const bool known = std::find(kinds.begin(), kinds.end(), no_kind) == kinds.end();
        if (result == no_kind && known) {
            report_argument(node, kinds);
        }
        return {result == no_kind ? any_kind : result, any_kind,
                call.name == "split" ? set_of(Kind::String) : any_kind};
    }

    void report_argument(const Node& node, const std::vector<KindSet>& kinds) {
        const auto& call = ast_.calls[node.detail];
        const auto& overloads = call.function->overloads;
        std::size_t wrong = 0;
        for (; wrong + 1 < kinds.size(); ++wrong) {
            const bool taken =
                std::any_of(overloads.begin(), overloads.end(), [&](const Overload& overload) {
                    return may_take(*call.function, overload, kinds, wrong);
                });
            if (!taken) {
                break;
            }
        }
        report(ast_.child(node, static_cast<std::uint32_t>(wrong)).begin,
               argument_problem(call, wrong, kinds.size(), kinds[wrong]));
    }

    Type of_host_call(const Node& node) {
        (void)kinds_of_children(node);
        return {ast_.calls[node.detail].host_result, any_kind, any_kind};
    }

    Type of_unknown_call(const Node& node) {
        (void)kinds_of_children(node);
        report(node.offset, call_problem(ast_.calls[node.detail], node.count));
        return {};
    }

    // ----- macros -----

    Type of_macro(const Node& node) {
        const auto& macro = ast_.macros[node.detail];
        const auto range = type_of_child(node, 0);
        if (range.kinds != no_kind && !overlap(range.kinds, containers)) {
            report(node.offset,
                   macro.name + "() goes through a list or a map, not " + listed(range.kinds));
        }
        bind(macro, range);
        const bool maps_items = macro.macro == MacroNode::Macro::Map ||
                                macro.macro == MacroNode::Macro::TransformList ||
                                macro.macro == MacroNode::Macro::TransformMap;
        if (!maps_items || node.count == 3) {
            check_test(node, 1);
        }
        if (!maps_items) {
            return macro.macro == MacroNode::Macro::Filter
                       ? Type{set_of(Kind::List), any_kind, first_variable(macro, range)}
                       : boolean();
        }
        const auto made = type_of_child(node, node.count - 1);
        const auto kind = macro.macro == MacroNode::Macro::TransformMap ? Kind::Map : Kind::List;
        return {set_of(kind), any_kind, made.kinds};
    }

    /// What the first variable stands for: with one, an item of a list or a key of a map.
    static KindSet first_variable(const MacroNode& macro, const Type& range) {
        KindSet kinds = no_kind;
        if (overlap(range.kinds, set_of(Kind::List))) {
            kinds = joined(kinds, macro.two_variables ? set_of(Kind::Int) : range.items);
        }
        if (overlap(range.kinds, set_of(Kind::Map))) {
            kinds = joined(kinds, range.keys);
        }
        return kinds == no_kind ? any_kind : kinds;
    }

    void bind(const MacroNode& macro, const Type& range) {
        locals_[macro.slot] = {first_variable(macro, range), any_kind, any_kind};
        if (macro.two_variables) {
            const auto items = range.items == no_kind ? any_kind : range.items;
            locals_[macro.slot + 1] = {items, any_kind, any_kind};
        }
    }

    void check_test(const Node& node, std::uint32_t number) {
        const auto kinds = type_of_child(node, number).kinds;
        if (!overlap(kinds, set_of(Kind::Bool))) {
            report(ast_.child(node, number).begin, "the test in " + ast_.macros[node.detail].name +
                                                       "() gives true or false, not " +
                                                       listed(kinds));
        }
    }

    const Ast& ast_;
    const KindsOf& kinds_of_;
    std::vector<Type> locals_;
    std::vector<Finding> findings_;
};

}  // namespace

Checked check(const Ast& ast, const KindsOf& kinds_of) {
    return Checker(ast, kinds_of).check();
}

}  // namespace oa::core::cel
