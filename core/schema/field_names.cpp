#include "core/schema/field_names.hpp"

#include <algorithm>
#include <set>

#include "core/schema/finishing.hpp"

namespace oa::core::schema {
namespace {

constexpr std::size_t names_max = 300;

}  // namespace

std::vector<std::string> field_names(const Program& program, const Node& node) {
    std::vector<std::string> names;
    std::vector<const Node*> todo{&node};
    std::set<const Node*> seen{&node};
    while (!todo.empty() && seen.size() < names_max) {
        const Node& here = *todo.back();
        todo.pop_back();
        if (here.object) {
            for (const auto& [name, child] : here.object->fields) {
                const bool is_new = names.size() < names_max && !program.nodes[child].never &&
                                    std::find(names.begin(), names.end(), name) == names.end();
                if (is_new) {
                    names.push_back(name);
                }
            }
        }
        for (const NodeIndex part : in_place_of(here)) {
            if (seen.insert(&program.nodes[part]).second) {
                todo.push_back(&program.nodes[part]);
            }
        }
    }
    return names;
}

}  // namespace oa::core::schema
