#include <oa/plugin.hpp>

#include "change_descriptions.hpp"
#include "descriptions.hpp"
#include "functions.hpp"
#include "older.hpp"
#include "older_descriptions.hpp"

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
    oa::function<json::query>(describe::query),
    oa::function<json::transform>(describe::transform),
    oa::function<json::diff>(describe::diff),
    oa::function<json::patch>(describe::patch),
    oa::function<json::jsonfilter>(describe::jsonfilter),
    oa::function<json::dataframe_filter>(describe::dataframe_filter),
    oa::function<json::jsonextract>(describe::jsonextract),
    oa::function<json::extract_field>(describe::extract_field),
    oa::function<json::jsontransform>(describe::jsontransform),
    oa::function<json::jsonmerge>(describe::jsonmerge),
    oa::function<json::jsonaggregate>(describe::jsonaggregate),
    oa::function<json::jsonvalidate>(describe::jsonvalidate),
    oa::function<json::jsonsort>(describe::jsonsort),
};

}  // namespace

OA_PLUGIN(
    oa::Module{
        .id = "org.openautomator.json",
        .name = "json",
        .version = "1.0.0",
        .summary =
            "Asks, filters, picks from, sorts, sums up, changes, merges, compares and checks "
            "JSON values.",
        .vendor = "Open Automator"},
    functions)
