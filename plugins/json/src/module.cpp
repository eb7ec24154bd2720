#include <oa/plugin.hpp>

#include "descriptions.hpp"
#include "functions.hpp"

namespace {

namespace json = oa::json;
namespace describe = oa::json::describe;

constexpr oa_function functions[] = {
    oa::function<json::filter>(describe::filter),
    oa::function<json::extract>(describe::extract),
    oa::function<json::sort>(describe::sort),
    oa::function<json::aggregate>(describe::aggregate),
    oa::function<json::merge>(describe::merge),
    oa::function<json::validate>(describe::validate),
};

}  // namespace

OA_PLUGIN(
    oa::Module{.id = "org.openautomator.json",
               .name = "json",
               .version = "1.0.0",
               .summary = "Filters, picks from, sorts, sums up, merges and checks JSON values.",
               .vendor = "Open Automator"},
    functions)
