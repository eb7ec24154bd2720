#pragma once

#include <iosfwd>
#include <string_view>
#include <vector>

namespace oa::test {

/// What the fixture `hostile` does, and what must come of it when a worker process does it.
struct Fault {
    std::string_view name;   ///< a statement: what must be true
    std::string_view title;  ///< for the table in docs/isolation.md; empty: not in it
    std::string_view function;
    std::string_view params = "{}";         ///< with places, see Scene::fill()
    std::vector<std::string_view> codes{};  ///< of the failure, one of them; empty: it succeeds
    std::string_view says = "";             ///< a piece of the failure's message, or of the output
    enum class Speed { Quick, Slow } speed = Speed::Quick;  ///< slow ones are left out of the storm
    int cancel_after_ms = 0;       ///< when the engine would ask it to stop; 0: at the common limit
    std::string_view inside = "";  ///< parameters in the process of the host, where they differ;
                                   ///< "-": not there
    std::string_view module = "hostile";
    int cpu_seconds = 30;
};

/// For tests and their names.
void PrintTo(const Fault& fault, std::ostream* out);

[[nodiscard]] const std::vector<Fault>& all_faults();

}  // namespace oa::test
