#include "core/schema/report.hpp"

#include <algorithm>

namespace oa::core::schema {

std::string Place::pointer() const {
    std::vector<const Place*> way;
    for (const Place* place = this; place->parent != nullptr; place = place->parent) {
        way.push_back(place);
    }
    std::string pointer;
    std::reverse(way.begin(), way.end());
    for (const Place* place : way) {
        pointer += '/';
        pointer += place->is_field ? escaped_token(place->key) : std::to_string(place->index);
    }
    return pointer;
}

void Report::add(SchemaProblem problem) {
    // Two schemas may say the same about a value; people want to read it once.
    const bool known =
        std::any_of(problems_.begin(), problems_.end(), [&problem](const SchemaProblem& other) {
            return other.pointer == problem.pointer && other.message == problem.message;
        });
    if (!known && !full()) {
        problems_.push_back(std::move(problem));
    }
}

void Report::add(const Place& place,
                 const Node& node,
                 std::string_view keyword,
                 std::string message,
                 std::string hint) {
    SchemaProblem problem;
    problem.pointer = place.pointer();
    problem.schema_pointer = node.location;
    if (!keyword.empty()) {
        problem.schema_pointer.append("/").append(keyword);
    }
    problem.message = std::move(message);
    problem.hint = std::move(hint);
    add(std::move(problem));
}

}  // namespace oa::core::schema
