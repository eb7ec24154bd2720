#include "core/expression/cel/evaluator.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <re2/re2.h>

#include "core/expression/cel/operators.hpp"
#include "core/expression/cel/path_step.hpp"

namespace oa::core::cel {
namespace {

/// The argument that none of the overloads takes, as far as one alone is to blame.
std::uint32_t wrong_argument(const Function& function, const Value* values, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        const bool taken = std::any_of(
            function.overloads.begin(), function.overloads.end(), [&](const Overload& overload) {
                const auto at = function.variadic ? 0 : i;
                return at < overload.count && (function.variadic || overload.count == count) &&
                       holds(overload.parameters[at], values[i].kind());
            });
        if (!taken) {
            return static_cast<std::uint32_t>(i);
        }
    }
    return static_cast<std::uint32_t>(count - 1);
}

}  // namespace

Evaluator::Evaluator(const Ast& ast, const Activation& activation, State& state)
    : ast_(ast), activation_(activation), state_(state), locals_(few_locals_.data()) {
    if (ast.slots > few_locals_.size()) {
        many_locals_.resize(ast.slots);
        locals_ = many_locals_.data();
    }
}

bool Evaluator::evaluate(NodeId id, Value& out) {
    const auto& node = ast_.nodes[id];
    if (node.op == Op::Constant) {
        out = node.value;
        return true;
    }
    return state_.step() && compute(id, node, out);
}

bool Evaluator::compute(NodeId id, const Node& node, Value& out) {
    switch (node.op) {
        case Op::Constant: break;
        case Op::Path: return path(id, node, out);
        case Op::Index: return index(id, node, out);
        case Op::List: return list(node, out);
        case Op::Map: return map(id, node, out);
        case Op::Not: return logical_not(id, node, out);
        case Op::Negate:
            return evaluate(ast_.child_id(node, 0), out) &&
                   (negate(state_, Value(out), out) || failed_at(id));
        case Op::Binary: return binary(id, node, out);
        case Op::And: return logical_chain(id, node, false, out);
        case Op::Or: return logical_chain(id, node, true, out);
        case Op::Conditional: return conditional(id, node, out);
        case Op::Call: return call(id, node, out);
        case Op::HostCall: return host_call(id, node, out);
        case Op::UnknownCall:
            return state_.fail({Failure::Code::UnknownFunction, "", "", {}, {}, id, 0});
        case Op::Macro: return macro(id, node, out);
    }
    out = node.value;
    return true;
}

bool Evaluator::failed_at(NodeId id) {
    auto& failure = state_.failure();
    if (failure.node == no_node) {
        failure.node = id;
    }
    return false;
}

// ----- paths -----

bool Evaluator::path(NodeId id, const Node& node, Value& out) {
    const auto& path = ast_.paths[node.detail];
    std::uint32_t used = 0;
    if (!path_base(id, node, out, used)) {
        return false;
    }
    const auto count = static_cast<std::uint32_t>(path.segments.size());
    if (!state_.step(count)) {
        return false;
    }
    for (; used < count; ++used) {
        const auto& key = path.segments[used].key;
        if (path.tested && used + 1 == count && out.is(Kind::Map)) {
            out = Value::boolean(out.find(key.as_text()).has_value());
            return true;
        }
        auto next = path_step(out, key);
        if (!next) {
            return state_.fail({Failure::Code::NoValueAtPath, "", "", out, {}, id, used});
        }
        out = *next;
    }
    return true;
}

bool Evaluator::path_base(NodeId id, const Node& node, Value& out, std::uint32_t& used) {
    const auto& path = ast_.paths[node.detail];
    switch (path.base) {
        case PathNode::Base::Local: out = locals_[path.slot]; return true;
        case PathNode::Base::Expression: return evaluate(ast_.child_id(node, 0), out);
        case PathNode::Base::Free: break;
    }
    return free_name(id, path, out, used);
}

bool Evaluator::free_name(NodeId id, const PathNode& path, Value& out, std::uint32_t& used) {
    // The longest name wins: a.b.c, then a.b, then a.
    for (auto fields = path.dotted_names.size(); fields > 1; --fields) {
        const bool tested_field = path.tested && fields > path.segments.size();
        auto found = tested_field ? std::nullopt : activation_.find(path.dotted_names[fields - 1]);
        if (found) {
            out = *found;
            used = static_cast<std::uint32_t>(fields - 1);
            return true;
        }
    }
    if (auto found = activation_.find(path.root)) {
        out = *found;
        return true;
    }
    if (path.type) {
        out = Value::type(*path.type);
        used = static_cast<std::uint32_t>(path.segments.size());
        return true;
    }
    return state_.fail({Failure::Code::UnknownName, "", "", {}, {}, id, 0});
}

bool Evaluator::index(NodeId id, const Node& node, Value& out) {
    Value container;
    Value key;
    if (!evaluate(ast_.child_id(node, 0), container) || !evaluate(ast_.child_id(node, 1), key)) {
        return false;
    }
    if (key.is(Kind::String) && !state_.step_over(key.as_text())) {
        return failed_at(id);
    }
    auto found = index_step(container, key);
    if (!found) {
        return state_.fail({Failure::Code::NoValueAtPath, "", "", container, key, id, 0});
    }
    out = *found;
    return true;
}

// ----- what is built -----

bool Evaluator::list(const Node& node, Value& out) {
    auto* const items = state_.allocate<Value>(node.count);
    if (items == nullptr) {
        return false;
    }
    for (std::uint32_t i = 0; i < node.count; ++i) {
        items[i] = {};
        if (!evaluate(ast_.child_id(node, i), items[i])) {
            return false;
        }
    }
    out = Value::list(items, node.count);
    return true;
}

bool Evaluator::map(NodeId id, const Node& node, Value& out) {
    const auto size = node.count / 2;
    auto* const entries = state_.allocate<MapEntry>(size);
    if (entries == nullptr) {
        return false;
    }
    for (std::uint32_t i = 0; i < size; ++i) {
        entries[i] = {};
        if (!evaluate(ast_.child_id(node, i * 2), entries[i].key) ||
            !evaluate(ast_.child_id(node, i * 2 + 1), entries[i].value)) {
            return false;
        }
        if (!can_be_key(entries[i].key.kind())) {
            state_.fail("a key of a map is a string, a whole number or a boolean, not %1", "",
                        entries[i].key);
            return failed_at(id);
        }
    }
    const auto made = make_map(state_.arena(), entries, size);
    if (made.data == nullptr) {
        made.repeated == nullptr
            ? state_.fail_memory()
            : state_.fail("the key %1 stands twice in the map", "", *made.repeated);
        return failed_at(id);
    }
    out = Value::map(*made.data);
    return true;
}

// ----- operators -----

bool Evaluator::logical_not(NodeId id, const Node& node, Value& out) {
    if (!evaluate(ast_.child_id(node, 0), out)) {
        return false;
    }
    if (!out.is(Kind::Bool)) {
        return state_.fail({Failure::Code::NotBool, "", "", out, {}, id, 0});
    }
    out = Value::boolean(!out.as_bool());
    return true;
}

/// && and ||: one operand that decides makes up for others that fail.
bool Evaluator::logical_chain(NodeId id, const Node& node, bool decisive, Value& out) {
    Failure first_failure;
    bool failed = false;
    for (std::uint32_t i = 0; i < node.count; ++i) {
        const bool done = evaluate(ast_.child_id(node, i), out);
        if (done && out.is(Kind::Bool)) {
            if (out.as_bool() == decisive) {
                return true;
            }
            continue;
        }
        if (done) {
            state_.fail({Failure::Code::NotBool, "", "", out, {}, ast_.child_id(node, i), 0});
        }
        if (state_.failure().code == Failure::Code::Limit) {
            return failed_at(id);
        }
        if (!failed) {
            first_failure = state_.failure();
        }
        failed = true;
    }
    if (failed) {
        return state_.fail(first_failure);
    }
    out = Value::boolean(!decisive);
    return true;
}

bool Evaluator::conditional(NodeId id, const Node& node, Value& out) {
    Value condition;
    if (!evaluate(ast_.child_id(node, 0), condition)) {
        return false;
    }
    if (!condition.is(Kind::Bool)) {
        return state_.fail({Failure::Code::NotBool, "", "", condition, {}, id, 0});
    }
    return evaluate(ast_.child_id(node, condition.as_bool() ? 1 : 2), out);
}

bool Evaluator::binary(NodeId id, const Node& node, Value& out) {
    Value left;
    Value right;
    if (!evaluate(ast_.child_id(node, 0), left) || !evaluate(ast_.child_id(node, 1), right)) {
        return false;
    }
    switch (node.binary) {
        case Binary::Equal:
        case Binary::NotEqual: {
            bool same = false;
            if (!equal(state_, left, right, same)) {
                return failed_at(id);
            }
            out = Value::boolean(same == (node.binary == Binary::Equal));
            return true;
        }
        case Binary::In: return contains(state_, left, right, out) || failed_at(id);
        case Binary::Less:
        case Binary::LessEqual:
        case Binary::Greater:
        case Binary::GreaterEqual: break;
        default: return calculate(state_, node.binary, left, right, out) || failed_at(id);
    }
    const bool texts =
        holds(set_of(Kind::String, Kind::Bytes), left.kind()) && left.kind() == right.kind();
    if (texts && !state_.step(std::min(left.as_text().size(), right.as_text().size()) / 64)) {
        return failed_at(id);
    }
    const auto order = compare(left, right);
    if (!order) {
        return state_.fail({Failure::Code::NoOperator, "", "", left, right, id, 0});
    }
    const bool less = node.binary == Binary::Less || node.binary == Binary::LessEqual;
    const bool or_equal = node.binary == Binary::LessEqual || node.binary == Binary::GreaterEqual;
    out = Value::boolean((or_equal && *order == Order::Equal) ||
                         *order == (less ? Order::Less : Order::Greater));
    return true;
}

// ----- calls -----

const Value* Evaluator::arguments(const Node& node, std::array<Value, 4>& few) {
    auto* values = few.data();
    if (node.count > few.size()) {
        values = state_.allocate<Value>(node.count);
        if (values == nullptr) {
            return nullptr;
        }
        std::fill_n(values, node.count, Value());
    }
    for (std::uint32_t i = 0; i < node.count; ++i) {
        if (!evaluate(ast_.child_id(node, i), values[i])) {
            return nullptr;
        }
    }
    return values;
}

bool Evaluator::call(NodeId id, const Node& node, Value& out) {
    std::array<Value, 4> few;
    const auto* const values = arguments(node, few);
    if (values == nullptr) {
        return failed_at(id);
    }
    const auto& call = ast_.calls[node.detail];
    const auto* const overload = call.function->overload_for(values, node.count);
    if (overload == nullptr) {
        const auto wrong = wrong_argument(*call.function, values, node.count);
        return state_.fail({Failure::Code::NoOverload, "", "", values[wrong], {}, id, wrong});
    }
    if (call.pattern != nullptr) {
        const auto text = values[0].as_text();
        out = Value::boolean(re2::RE2::PartialMatch({text.data(), text.size()}, *call.pattern));
        return state_.step(1 + text.size() / 8) || failed_at(id);
    }
    return overload->run(state_, values, node.count, out) || failed_at(id);
}

bool Evaluator::host_call(NodeId id, const Node& node, Value& out) {
    std::array<Value, 4> few;
    const auto* const values = arguments(node, few);
    if (values == nullptr) {
        return failed_at(id);
    }
    auto called = activation_.call(ast_.calls[node.detail].name, {values, node.count});
    if (!called.value) {
        state_.host_message = std::move(called.message);
        state_.host_hint = std::move(called.hint);
        return state_.fail({Failure::Code::Host, "", "", {}, {}, id, 0});
    }
    out = *called.value;
    return true;
}

}  // namespace oa::core::cel
