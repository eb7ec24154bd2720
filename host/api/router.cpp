#include "host/api/router.hpp"

#include <stdexcept>

namespace oa::host {

std::vector<std::string_view> segments_of(std::string_view path) {
    std::vector<std::string_view> segments;
    while (!path.empty()) {
        path.remove_prefix(1);
        const std::size_t end = std::min(path.find('/'), path.size());
        segments.push_back(path.substr(0, end));
        path.remove_prefix(end);
    }
    return segments;
}

Router::Router(const Routes& routes) : nodes_(1) {
    for (const Route& route : routes) {
        add(route);
    }
}

void Router::add(const Route& route) {
    std::size_t at = 0;
    for (const std::string_view segment : segments_of(route.path)) {
        std::size_t next = is_variable(segment) ? nodes_[at].any : 0;
        if (!is_variable(segment)) {
            const auto found = nodes_[at].literals.find(segment);
            next = found == nodes_[at].literals.end() ? 0 : found->second;
        }
        if (next == 0) {
            next = nodes_.size();
            nodes_.emplace_back();
            if (is_variable(segment)) {
                nodes_[at].any = next;
            } else {
                nodes_[at].literals.emplace(std::string(segment), next);
            }
        }
        at = next;
    }
    for (const Route* other : nodes_[at].routes) {
        if (other->method == route.method) {
            throw std::logic_error("two routes are " + std::string(route.method) + " " +
                                   std::string(route.path));
        }
    }
    nodes_[at].routes.push_back(&route);
}

// A literal comes before a variable.
const Router::Node* Router::walk(std::size_t node,
                                 const std::vector<std::string>& segments,
                                 std::size_t place) const {
    const Node& here = nodes_[node];
    if (place == segments.size()) {
        return here.routes.empty() ? nullptr : &here;
    }
    const auto literal = here.literals.find(segments[place]);
    if (literal != here.literals.end()) {
        if (const Node* found = walk(literal->second, segments, place + 1)) {
            return found;
        }
    }
    return here.any == 0 || segments[place].empty() ? nullptr : walk(here.any, segments, place + 1);
}

Router::Match Router::find(std::string_view method,
                           const std::vector<std::string>& segments) const {
    Match match;
    const Node* const node = walk(0, segments, 0);
    if (node == nullptr) {
        return match;
    }
    for (const Route* route : node->routes) {
        match.methods.push_back(route->method);
        if (route->method == method || (route->method == "GET" && method == "HEAD")) {
            match.route = route;
        }
    }
    if (match.route != nullptr) {
        const std::vector<std::string_view> pattern = segments_of(match.route->path);
        for (std::size_t i = 0; i < pattern.size(); ++i) {
            if (is_variable(pattern[i])) {
                match.values.emplace_back(pattern[i].substr(1, pattern[i].size() - 2), segments[i]);
            }
        }
    }
    return match;
}

}  // namespace oa::host
