#pragma once

#include <cstddef>
#include <functional>

#include "tests/plugins/support/plugin_harness.hpp"

namespace oa::test {

/// What this process holds.
struct Footprint {
    long rss_kib = 0;  ///< resident memory
    std::size_t descriptors = 0;
};

[[nodiscard]] Footprint footprint();
/// Whether freed memory is kept, as the address sanitizer does: then how much there is says
/// nothing, but the sanitizer finds by itself what was lost.
extern const bool keeps_freed_memory;
/// Peak of the resident memory in KiB since reset_peak().
[[nodiscard]] long peak_rss_kib();
void reset_peak();

/// Does something 1,000 times (`round` is told which time it is) after having done it 200 times,
/// and expects no descriptor and less than a MiB of memory more than before. Prints the memory.
/// Under the address sanitizer, which keeps freed memory and finds what is lost by itself, memory
/// is only printed. `file` is the plug-in; its harness is made anew every 50 rounds, since it keeps
/// what it has seen of each call.
void expect_nothing_left(const char* what,
                         const char* file,
                         const std::function<void(PluginHarness& plugin, int i)>& round);

}  // namespace oa::test
