#include "core/workflow/dependency_order.hpp"

#include <algorithm>
#include <functional>
#include <queue>

namespace oa::core {
namespace {

using Lists = std::vector<std::vector<std::size_t>>;

/// The smallest that is ready goes first, which keeps the order that things were written in.
std::vector<std::size_t> order_ready(const Lists& needs, std::vector<std::size_t>& open) {
    Lists needed_by(needs.size());
    for (std::size_t i = 0; i < needs.size(); ++i) {
        for (const std::size_t need : needs[i]) {
            needed_by[need].push_back(i);
        }
        open[i] = needs[i].size();
    }
    std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
    for (std::size_t i = 0; i < needs.size(); ++i) {
        if (open[i] == 0) {
            ready.push(i);
        }
    }
    std::vector<std::size_t> order;
    while (!ready.empty()) {
        const std::size_t next = ready.top();
        ready.pop();
        order.push_back(next);
        for (const std::size_t waiting : needed_by[next]) {
            if (--open[waiting] == 0) {
                ready.push(waiting);
            }
        }
    }
    return order;
}

/// Everything that is still open needs something that is still open, so each walk ends in a circle,
/// or in the path of an earlier walk.
void find_circles(const Lists& needs, const std::vector<std::size_t>& open, Lists& circles) {
    std::vector<std::size_t> walk_of(needs.size(), 0);
    for (std::size_t start = 0; start < needs.size(); ++start) {
        if (open[start] == 0 || walk_of[start] != 0) {
            continue;
        }
        std::vector<std::size_t> path;
        std::size_t at = start;
        while (walk_of[at] == 0) {
            walk_of[at] = start + 1;
            path.push_back(at);
            at = *std::find_if(needs[at].begin(), needs[at].end(),
                               [&open](std::size_t need) { return open[need] != 0; });
        }
        if (walk_of[at] == start + 1) {
            std::vector<std::size_t> circle(std::find(path.begin(), path.end(), at), path.end());
            std::rotate(circle.begin(), std::min_element(circle.begin(), circle.end()),
                        circle.end());
            circles.push_back(std::move(circle));
        }
    }
}

}  // namespace

DependencyOrder order_by_dependency(const Lists& needs) {
    DependencyOrder result;
    std::vector<std::size_t> open(needs.size());
    result.order = order_ready(needs, open);
    if (result.order.size() < needs.size()) {
        find_circles(needs, open, result.circles);
    }
    return result;
}

}  // namespace oa::core
