#include "core/expression/cel/folding.hpp"

#include <utility>

#include "core/expression/cel/activation.hpp"
#include "core/expression/cel/evaluator.hpp"
#include "core/expression/cel/explain.hpp"

namespace oa::core::cel {
namespace {

constexpr std::size_t folded_bytes_max = 4096;

/// What computing ahead may cost.
constexpr EvaluationLimits folding_limits{2'000, folded_bytes_max * 4, folded_bytes_max, 16, 1024};

bool is_foldable(const Ast& ast, const Node& node) {
    switch (node.op) {
        case Op::Constant:
        case Op::Macro:
        case Op::HostCall:
        case Op::UnknownCall: return false;
        case Op::Path: return ast.paths[node.detail].base == PathNode::Base::Expression;
        case Op::Call: return ast.calls[node.detail].function->foldable;
        default: return true;
    }
}

bool has_constant_children(const Ast& ast, const Node& node) {
    for (std::uint32_t i = 0; i < node.count; ++i) {
        if (ast.child(node, i).op != Op::Constant) {
            return false;
        }
    }
    return true;
}

/// Moves what the arena of the folding holds to the program's. False: it is too much.
class Keeper {
public:
    explicit Keeper(Arena& arena) : arena_(arena) {}

    bool keep(const Value& value, Value& out) {
        switch (value.kind()) {
            case Kind::String:
            case Kind::Bytes: return keep_text(value, out);
            case Kind::List: return keep_list(value, out);
            case Kind::Map: return keep_map(value.map_data(), out);
            default: out = value; return true;
        }
    }

private:
    bool spend(std::size_t bytes) {
        bytes_ += bytes;
        return bytes_ <= folded_bytes_max;
    }

    bool keep_text(const Value& value, Value& out) {
        if (!spend(value.as_text().size())) {
            return false;
        }
        const auto kept = arena_.copy(value.as_text());
        out = value.is(Kind::String) ? Value::string(kept) : Value::bytes(kept);
        return true;
    }

    bool keep_list(const Value& list, Value& out) {
        const auto size = list.list_size();
        auto* const items = spend(size * sizeof(Value)) ? arena_.allocate<Value>(size) : nullptr;
        bool kept = items != nullptr;
        for (std::size_t i = 0; kept && i < size; ++i) {
            kept = keep(list.item(i), items[i]);
        }
        out = Value::list(items, size);
        return kept;
    }

    bool keep_map(const MapData& map, Value& out) {
        auto* const entries =
            spend(map.size * sizeof(MapEntry)) ? arena_.allocate<MapEntry>(map.size) : nullptr;
        bool kept = entries != nullptr;
        for (std::size_t i = 0; kept && i < map.size; ++i) {
            kept = keep(map.entries[i].key, entries[i].key) &&
                   keep(map.entries[i].value, entries[i].value);
        }
        const auto made = kept ? make_map(arena_, entries, map.size) : MapMade{};
        if (made.data == nullptr) {
            return false;
        }
        out = Value::map(*made.data);
        return true;
    }

    Arena& arena_;
    std::size_t bytes_ = 0;
};

/// A call or calculation with literals that fails will always fail. Of patterns the compiler tells.
void note_failure(Ast& ast, NodeId id, State& state) {
    const auto& node = ast.nodes[id];
    const bool call = node.op == Op::Call && ast.calls[node.detail].name != "matches";
    const bool calculation = node.op == Op::Binary && node.binary <= Binary::Modulo;
    if ((call || calculation) && state.failure().code == Failure::Code::Other) {
        auto error = explain(ast, EmptyActivation(), state);
        ast.findings.push_back({error.offset, std::move(error.message), std::move(error.hint)});
    }
}

}  // namespace

void fold(Ast& ast, NodeId id) {
    if (!is_foldable(ast, ast.nodes[id]) || !has_constant_children(ast, ast.nodes[id])) {
        return;
    }
    LocalArena arena(folding_limits.memory_bytes);
    State state(folding_limits, arena);
    const EmptyActivation nothing;
    Value value;
    if (!Evaluator(ast, nothing, state).evaluate(id, value)) {
        note_failure(ast, id, state);
        return;
    }
    Value kept;
    if (Keeper(ast.constants).keep(value, kept)) {
        ast.nodes[id].op = Op::Constant;
        ast.nodes[id].value = kept;
        ast.nodes[id].count = 0;
    }
}

}  // namespace oa::core::cel
