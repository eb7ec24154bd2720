#include "core/schema/finishing.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

namespace oa::core::schema {
namespace {

constexpr std::size_t circles_max = 20;

void add(std::vector<NodeIndex>& to, NodeIndex node) {
    if (node != no_node) {
        to.push_back(node);
    }
}

/// Goes through the nodes from those that others are made of to those made of them.
class Order {
public:
    explicit Order(const Program& program)
        : program_(program), states_(program.nodes.size(), State::New) {}

    /// All nodes, parts before wholes. Nodes in a circle are left out and listed by `circles`.
    std::vector<NodeIndex> run() {
        for (NodeIndex node = 0; node < program_.nodes.size(); ++node) {
            visit(node);
        }
        return std::move(done_);
    }
    [[nodiscard]] const std::vector<NodeIndex>& circles() const { return circles_; }

private:
    enum class State : std::uint8_t { New, Open, Done };
    struct Step {
        NodeIndex node = 0;
        std::vector<NodeIndex> parts;
        std::size_t next = 0;
    };

    void visit(NodeIndex first) {
        std::vector<Step> path;
        open(path, first);
        while (!path.empty()) {
            Step& step = path.back();
            if (step.next == step.parts.size()) {
                states_[step.node] = State::Done;
                done_.push_back(step.node);
                path.pop_back();
                continue;
            }
            open(path, step.parts[step.next++]);
        }
    }

    void open(std::vector<Step>& path, NodeIndex node) {
        if (states_[node] == State::Open) {
            circles_.push_back(node);
        }
        if (states_[node] == State::New) {
            states_[node] = State::Open;
            path.push_back({node, in_place_of(program_.nodes[node])});
        }
    }

    const Program& program_;
    std::vector<State> states_;
    std::vector<NodeIndex> done_;
    std::vector<NodeIndex> circles_;
};

TypeSet any_of_types(const Program& program, const std::vector<NodeIndex>& branches) {
    TypeSet types = branches.empty() ? type_set::any : type_set::none;
    for (const NodeIndex branch : branches) {
        types = static_cast<TypeSet>(types | program.nodes[branch].possible);
    }
    return types;
}

TypeSet possible_types(const Program& program, const Node& node) {
    TypeSet types = node.never ? type_set::none : node.types;
    const auto narrow = [&types](TypeSet to) { types = static_cast<TypeSet>(types & to); };
    for (const AllowedValues& allowed : node.values) {
        narrow(allowed.types);
    }
    for (const NodeIndex part : conjuncts_of(node)) {
        narrow(program.nodes[part].possible);
    }
    if (node.in_place) {
        narrow(any_of_types(program, node.in_place->any_of));
        narrow(any_of_types(program, node.in_place->one_of));
    }
    return types;
}

/// A node that says nothing but "see there".
bool is_mere_reference(const Node& node) {
    if (node.never || !node.in_place || node.in_place->reference == no_node || node.number ||
        node.text || node.array || node.object || !node.values.empty() ||
        node.types != type_set::any || node.default_value != nullptr) {
        return false;
    }
    const InPlaceRules& rules = *node.in_place;
    return rules.dynamic_reference == no_node && rules.all_of.empty() && rules.any_of.empty() &&
           rules.one_of.empty() && rules.negated == no_node && rules.condition == no_node;
}

/// Lets every node refer to what is meant at once, past nodes that only refer to it.
class Shortcuts {
public:
    explicit Shortcuts(Program& program) : program_(program) {}

    /// Parts come before wholes, so that no chain of references is walked twice.
    void take(const std::vector<NodeIndex>& order) {
        for (const NodeIndex node : order) {
            if (program_.nodes[node].in_place) {
                take(*program_.nodes[node].in_place);
            }
        }
        for (Node& node : program_.nodes) {
            if (node.array) {
                take(*node.array);
            }
            if (node.object) {
                take(*node.object);
            }
        }
    }

private:
    void take(NodeIndex& node) const {
        while (node != no_node && is_mere_reference(program_.nodes[node])) {
            node = program_.nodes[node].in_place->reference;
        }
    }
    void take(std::vector<NodeIndex>& nodes) const {
        for (NodeIndex& node : nodes) {
            take(node);
        }
    }
    void take(InPlaceRules& rules) const {
        for (NodeIndex* node : {&rules.reference, &rules.negated, &rules.condition,
                                &rules.consequence, &rules.alternative}) {
            take(*node);
        }
        take(rules.all_of);
        take(rules.any_of);
        take(rules.one_of);
    }
    void take(ArrayRules& rules) const {
        take(rules.prefix);
        take(rules.items);
        take(rules.contains);
        take(rules.unevaluated);
    }
    void take(ObjectRules& rules) const {
        for (auto& [name, child] : rules.fields) {
            take(child);
        }
        for (auto& [name, child] : rules.dependent_schemas) {
            take(child);
        }
        for (auto& [pattern, child] : rules.patterns) {
            take(child);
        }
        take(rules.additional);
        take(rules.names);
        take(rules.unevaluated);
    }

    Program& program_;
};

}  // namespace

std::vector<NodeIndex> conjuncts_of(const Node& node) {
    std::vector<NodeIndex> nodes;
    if (node.in_place) {
        nodes = node.in_place->all_of;
        add(nodes, node.in_place->reference);
    }
    return nodes;
}

std::vector<NodeIndex> in_place_of(const Node& node) {
    std::vector<NodeIndex> nodes = conjuncts_of(node);
    if (node.in_place) {
        const InPlaceRules& rules = *node.in_place;
        nodes.insert(nodes.end(), rules.any_of.begin(), rules.any_of.end());
        nodes.insert(nodes.end(), rules.one_of.begin(), rules.one_of.end());
        for (const NodeIndex each :
             {rules.negated, rules.condition, rules.consequence, rules.alternative}) {
            add(nodes, each);
        }
    }
    if (node.object) {
        for (const auto& [name, child] : node.object->dependent_schemas) {
            nodes.push_back(child);
        }
    }
    return nodes;
}

void finish(Program& program, std::vector<SchemaMistake>& mistakes) {
    Order order(program);
    const std::vector<NodeIndex> sorted = order.run();
    for (const NodeIndex node : order.circles()) {
        mistakes.push_back({program.nodes[node].location,
                            "the schema leads back to itself without going into the value, which "
                            "would never end",
                            {}});
        if (mistakes.size() >= circles_max) {
            break;
        }
    }
    if (!mistakes.empty()) {
        return;
    }
    for (const NodeIndex index : sorted) {
        program.nodes[index].possible = possible_types(program, program.nodes[index]);
    }
    if (!program.has_dynamic_references) {
        Shortcuts(program).take(sorted);
    }
}

}  // namespace oa::core::schema
