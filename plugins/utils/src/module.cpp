#include <oa/plugin.hpp>

#include "descriptions.hpp"
#include "functions.hpp"
#include "older.hpp"
#include "older_descriptions.hpp"
#include "value_descriptions.hpp"

namespace {

namespace utils = oa::utils;
namespace describe = oa::utils::describe;

// Straight at the C interface: the cheapest call that there can be.
std::int32_t noop(oa_instance*, const oa_host*, oa_call*) noexcept {
    return OA_OK;
}

constexpr oa_function functions[] = {
    oa::function<utils::print>(describe::print),
    oa::function<utils::log>(describe::log),
    oa::function<utils::set>(describe::set),
    oa::function<utils::sleep>(describe::sleep),
    oa::function<noop>(describe::noop),
    oa::function<utils::fail>(describe::fail),
    oa::function<utils::assert_that>(describe::assert_that),
    oa::function<utils::uuid>(describe::uuid),
    oa::function<utils::now>(describe::now),
    oa::function<utils::random>(describe::random),
    oa::function<utils::hash>(describe::hash),
    oa::function<utils::base64>(describe::base64),
    oa::function<utils::fill_template>(describe::fill_template),
    oa::function<utils::condition>(describe::condition),
    oa::function<utils::merge>(describe::merge),
    oa::function<utils::transform>(describe::transform),
    oa::function<utils::older_sleep>(describe::older_sleep),
    oa::function<utils::older_print_text>(describe::older_print_text),
    oa::function<utils::older_printvar>(describe::older_printvar),
    oa::function<utils::older_setvar>(describe::older_setvar),
    oa::function<utils::older_dumpvar>(describe::older_dumpvar),
    oa::function<utils::older_transform>(describe::older_transform),
    oa::function<utils::older_condition>(describe::older_condition),
    oa::function<utils::older_merge>(describe::older_merge),
};

}  // namespace

OA_PLUGIN(
    oa::Module{.id = "org.openautomator.utils",
               .name = "utils",
               .version = "1.0.0",
               .summary = "Small helpers for every workflow: values, texts, conditions, logs, "
                          "time, chance, checksums.",
               .vendor = "Open Automator"},
    functions)
