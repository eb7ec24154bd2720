// The macros, as loops.
#include <algorithm>
#include <cstddef>

#include "core/expression/cel/evaluator.hpp"
#include "core/expression/cel/operators.hpp"

namespace oa::core::cel {

/// What a macro goes through: the items of a list, or the keys of a map.
struct Evaluator::Range {
    Value container;
    Value items;  ///< a list: of the list itself, or of the keys
    std::size_t size = 0;
};

namespace {

/// A list that grows.
class ListBuilder {
public:
    explicit ListBuilder(State& state) : state_(state) {}

    [[nodiscard]] bool add(const Value& item) {
        if (size_ == capacity_) {
            const auto capacity = std::max<std::size_t>(8, capacity_ * 2);
            auto* const items = state_.allocate<Value>(capacity);
            if (items == nullptr) {
                return false;
            }
            std::copy_n(items_, size_, items);
            items_ = items;
            capacity_ = capacity;
        }
        items_[size_++] = item;
        return true;
    }

    [[nodiscard]] Value list() const { return Value::list(items_, size_); }

private:
    State& state_;
    Value* items_ = nullptr;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

}  // namespace

bool Evaluator::macro(NodeId id, const Node& node, Value& out) {
    Range range;
    if (!range_of(id, node, range)) {
        return false;
    }
    switch (ast_.macros[node.detail].macro) {
        case MacroNode::Macro::All:
        case MacroNode::Macro::Exists: return test_all(id, node, range, out);
        case MacroNode::Macro::ExistsOne: return test_one(id, node, range, out);
        case MacroNode::Macro::Filter: return filter(id, node, range, out);
        case MacroNode::Macro::Map:
        case MacroNode::Macro::TransformList: return transform(id, node, range, out);
        case MacroNode::Macro::TransformMap: return transform_map(id, node, range, out);
    }
    return false;
}

bool Evaluator::range_of(NodeId id, const Node& node, Range& range) {
    if (!evaluate(ast_.child_id(node, 0), range.container)) {
        return false;
    }
    if (range.container.is(Kind::Map)) {
        if (!keys_of(state_, range.container, range.items)) {
            return failed_at(id);
        }
    } else if (range.container.is(Kind::List)) {
        range.items = range.container;
    } else {
        return state_.fail({Failure::Code::NoItems, "", "", range.container, {}, id, 0});
    }
    range.size = range.items.list_size();
    return true;
}

void Evaluator::bind(const MacroNode& macro, const Range& range, std::size_t position) {
    const auto item = range.items.item(position);
    if (!macro.two_variables) {
        locals_[macro.slot] = item;
    } else if (range.container.is(Kind::List)) {
        locals_[macro.slot] = Value::integer(static_cast<std::int64_t>(position));
        locals_[macro.slot + 1] = item;
    } else {
        locals_[macro.slot] = item;
        locals_[macro.slot + 1] = range.container.find(item).value_or(Value());
    }
}

bool Evaluator::test(NodeId macro, NodeId test, bool& out) {
    Value value;
    if (!evaluate(test, value)) {
        return false;
    }
    if (!value.is(Kind::Bool)) {
        return state_.fail({Failure::Code::NotBool, "", "", value, {}, macro, 0});
    }
    out = value.as_bool();
    return true;
}

/// all() and exists() are && and || over the items.
bool Evaluator::test_all(NodeId id, const Node& node, const Range& range, Value& out) {
    const auto& macro = ast_.macros[node.detail];
    const bool decisive = macro.macro == MacroNode::Macro::Exists;
    Failure first_failure;
    bool failed = false;
    for (std::size_t i = 0; i < range.size; ++i) {
        bind(macro, range, i);
        bool holds = false;
        if (!state_.step()) {
            return failed_at(id);
        }
        if (test(id, ast_.child_id(node, 1), holds)) {
            if (holds == decisive) {
                out = Value::boolean(decisive);
                return true;
            }
        } else if (state_.failure().code == Failure::Code::Limit) {
            return failed_at(id);
        } else if (!failed) {
            failed = true;
            first_failure = state_.failure();
        }
    }
    if (failed) {
        return state_.fail(first_failure);
    }
    out = Value::boolean(!decisive);
    return true;
}

bool Evaluator::test_one(NodeId id, const Node& node, const Range& range, Value& out) {
    std::size_t found = 0;
    for (std::size_t i = 0; i < range.size; ++i) {
        bind(ast_.macros[node.detail], range, i);
        bool holds = false;
        if (!state_.step() || !test(id, ast_.child_id(node, 1), holds)) {
            return failed_at(id);
        }
        found += holds ? 1 : 0;
    }
    out = Value::boolean(found == 1);
    return true;
}

bool Evaluator::filter(NodeId id, const Node& node, const Range& range, Value& out) {
    ListBuilder builder(state_);
    for (std::size_t i = 0; i < range.size; ++i) {
        bind(ast_.macros[node.detail], range, i);
        bool holds = false;
        if (!state_.step() || !test(id, ast_.child_id(node, 1), holds) ||
            (holds && !builder.add(range.items.item(i)))) {
            return failed_at(id);
        }
    }
    out = builder.list();
    return true;
}

bool Evaluator::transform(NodeId id, const Node& node, const Range& range, Value& out) {
    ListBuilder builder(state_);
    const bool tests = node.count == 3;
    for (std::size_t i = 0; i < range.size; ++i) {
        bind(ast_.macros[node.detail], range, i);
        bool holds = true;
        if (!state_.step() || (tests && !test(id, ast_.child_id(node, 1), holds))) {
            return failed_at(id);
        }
        Value made;
        if (holds && (!evaluate(ast_.child_id(node, tests ? 2 : 1), made) || !builder.add(made))) {
            return failed_at(id);
        }
    }
    out = builder.list();
    return true;
}

bool Evaluator::transform_map(NodeId id, const Node& node, const Range& range, Value& out) {
    const auto& macro = ast_.macros[node.detail];
    const bool tests = node.count == 3;
    auto* const entries = state_.allocate<MapEntry>(range.size);
    if (entries == nullptr) {
        return failed_at(id);
    }
    std::size_t size = 0;
    for (std::size_t i = 0; i < range.size; ++i) {
        bind(macro, range, i);
        // What is evaluated may bind the same slots again in a macro of its own.
        const auto key = locals_[macro.slot];
        bool holds = true;
        if (!state_.step() || (tests && !test(id, ast_.child_id(node, 1), holds))) {
            return failed_at(id);
        }
        if (!holds) {
            continue;
        }
        entries[size] = {key, {}};
        if (!evaluate(ast_.child_id(node, tests ? 2 : 1), entries[size].value)) {
            return failed_at(id);
        }
        ++size;
    }
    const auto made = make_map(state_.arena(), entries, size);
    if (made.data == nullptr) {
        state_.fail_memory();
        return failed_at(id);
    }
    out = Value::map(*made.data);
    return true;
}

}  // namespace oa::core::cel
