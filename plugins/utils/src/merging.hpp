#pragma once

#include <cstddef>
#include <string>
#include <unordered_set>

#include <oa/plugin.hpp>

namespace oa::utils {

enum class MergeMode {
    Dict,    ///< maps; of equal keys the last wins whole
    Deep,    ///< maps, and the maps in them
    List,    ///< lists, and other values as elements
    Concat,  ///< texts, one behind the other
};

/// Makes one value of several.
class Merging {
public:
    /// `separator` stands between texts; `unique` leaves out elements of lists that are there
    /// already.
    Merging(MergeMode mode, std::string separator, bool unique);

    /// False, and nothing happens, for what the mode has no use for. Throws EXHAUSTED for a text
    /// that gets too long.
    bool add(const Json& source);
    [[nodiscard]] Json take();

private:
    void add_element(const Json& element);
    void add_text(const Json& source);

    MergeMode mode_;
    std::string separator_;
    bool unique_;
    Json merged_;
    std::size_t texts_ = 0;
    std::unordered_set<std::string> seen_;
};

}  // namespace oa::utils
