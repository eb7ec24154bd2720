#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/api/route.hpp"

namespace oa::host {

/// Finds the route of a request, by whole segments of its path and nothing else.
class Router {
public:
    using PathValues = std::vector<std::pair<std::string_view, std::string>>;

    struct Match {
        const Route* route = nullptr;  ///< null: none has this method
        PathValues values;
        std::vector<std::string_view> methods;  ///< of the routes with this path; none: 404
    };

    /// `routes` are borrowed. Throws std::logic_error when two cannot be told apart.
    explicit Router(const Routes& routes);

    /// HEAD is GET.
    [[nodiscard]] Match find(std::string_view method,
                             const std::vector<std::string>& segments) const;

private:
    struct Node {
        std::map<std::string, std::size_t, std::less<>> literals;
        std::size_t any = 0;  // 0: no segment in braces
        std::vector<const Route*> routes;
    };

    void add(const Route& route);
    [[nodiscard]] const Node* walk(std::size_t node,
                                   const std::vector<std::string>& segments,
                                   std::size_t place) const;

    std::vector<Node> nodes_;
};

/// The segments of a path: "/a/{b}" -> {"a", "{b}"}.
[[nodiscard]] std::vector<std::string_view> segments_of(std::string_view path);
[[nodiscard]] inline bool is_variable(std::string_view segment) {
    return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

}  // namespace oa::host
