#include "core/schema/defaults.hpp"

#include <algorithm>
#include <vector>

#include "core/schema/evaluation.hpp"

namespace oa::core::schema {
namespace {

namespace json = boost::json;

constexpr std::size_t depth_max = 128;
constexpr std::size_t steps_max = 1'000'000;

class Filler {
public:
    explicit Filler(const Program& program) : program_(program) {}

    void fill(NodeIndex index, json::value& value) {
        if (index == no_node || depth_ >= depth_max || steps_ >= steps_max) {
            return;
        }
        ++depth_;
        ++steps_;
        const Node& node = program_.nodes[index];
        if (node.object && value.is_object()) {
            fill_fields(*node.object, value.get_object());
        }
        if (node.array && value.is_array()) {
            fill_items(*node.array, value.get_array());
        }
        if (node.in_place) {
            fill_in_place(*node.in_place, value);
        }
        if (node.object && value.is_object()) {
            for (const auto& [name, child] : node.object->dependent_schemas) {
                if (value.get_object().if_contains(name) != nullptr) {
                    fill(child, value);
                }
            }
        }
        --depth_;
    }

private:
    void fill_fields(const ObjectRules& rules, json::object& object) {
        for (const auto& [name, child] : rules.fields) {
            if (json::value* value = object.if_contains(name)) {
                fill(child, *value);
                continue;
            }
            const json::value* value = default_of(child);
            // A schema that is its own default's would never come to an end.
            if (value == nullptr ||
                std::find(inserted_.begin(), inserted_.end(), child) != inserted_.end()) {
                continue;
            }
            json::value& place = object[name];
            place = *value;
            inserted_.push_back(child);
            fill(child, place);
            inserted_.pop_back();
        }
        if (rules.additional == no_node && rules.patterns.empty()) {
            return;
        }
        for (auto& field : object) {
            const std::string_view name(field.key().data(), field.key().size());
            bool claimed = rules.find(name) != no_node;
            for (const auto& [pattern, child] : rules.patterns) {
                steps_ += pattern->steps(name);
                if (steps_ < steps_max && pattern->found_in(name)) {
                    claimed = true;
                    fill(child, field.value());
                }
            }
            if (!claimed) {
                fill(rules.additional, field.value());
            }
        }
    }

    void fill_items(const ArrayRules& rules, json::array& items) {
        for (std::size_t i = 0; i < items.size(); ++i) {
            fill(i < rules.prefix.size() ? rules.prefix[i] : rules.items, items[i]);
        }
    }

    void fill_in_place(const InPlaceRules& rules, json::value& value) {
        fill(rules.reference, value);
        fill(rules.dynamic_reference, value);
        for (const NodeIndex part : rules.all_of) {
            fill(part, value);
        }
        fill(only_fitting(rules.any_of, value), value);
        fill(only_fitting(rules.one_of, value), value);
        if (rules.condition != no_node) {
            const Truth holds = check(rules.condition, value);
            fill(holds == Truth::Yes  ? rules.consequence
                 : holds == Truth::No ? rules.alternative
                                      : no_node,
                 value);
        }
    }

    /// What a field is set to: the default of its schema, or of the one that it refers to.
    const json::value* default_of(NodeIndex node) const {
        for (std::size_t i = 0; i < depth_max && node != no_node; ++i) {
            const Node& here = program_.nodes[node];
            if (here.default_value != nullptr) {
                return here.default_value;
            }
            node = here.in_place ? here.in_place->reference : no_node;
        }
        return nullptr;
    }

    /// The one branch that fits; no_node where there are more, or none.
    NodeIndex only_fitting(const std::vector<NodeIndex>& branches, const json::value& value) {
        NodeIndex found = no_node;
        for (const NodeIndex branch : branches) {
            const Truth fits = check(branch, value);
            if (fits == Truth::Unknown || (fits == Truth::Yes && found != no_node)) {
                return no_node;
            }
            found = fits == Truth::Yes ? branch : found;
        }
        return found;
    }

    /// Unknown once it has taken too long.
    Truth check(NodeIndex node, const json::value& value) {
        ValidateOptions options;
        options.steps_max = steps_max - std::min(steps_, steps_max);
        Evaluation evaluation(program_, options);
        const Place whole;
        const Truth truth = evaluation.evaluate_child(node, value, whole, nullptr);
        steps_ += options.steps_max - evaluation.steps_left();
        return evaluation.stopped() ? Truth::Unknown : truth;
    }

    const Program& program_;
    std::size_t depth_ = 0;
    std::size_t steps_ = 0;
    std::vector<NodeIndex> inserted_;  // the fields on the way here that were absent
};

}  // namespace

void fill_defaults(const Program& program, json::value& instance) {
    Filler(program).fill(0, instance);
}

}  // namespace oa::core::schema
