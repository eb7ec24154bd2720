#include <algorithm>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "data.hpp"
#include "functions.hpp"

namespace oa::json {
namespace {

enum class Mode { Shallow, Deep, Concat };

struct Sources {
    std::vector<Json> values;
    const char* parameter = "sources";
};

/// `sources`, or what the tasks before gave: a list, or a map of outputs by task.
Sources read_sources(Call& call) {
    Sources sources;
    if (call.find_param<Json>("sources")) {
        sources.values = call.param<std::vector<Json>>("sources");
        return sources;
    }
    sources.parameter = "input";
    const Json* input = call.find_param("input");
    if (input != nullptr && input->is_array()) {
        sources.values = input->as_array();
    } else if (input != nullptr && input->is_object()) {
        for (const Json::Member& member : input->as_object()) {
            sources.values.push_back(member.value);
        }
    } else {
        throw invalid_params("/sources", "give sources, a list of what to merge");
    }
    return sources;
}

Json merge_maps(const Sources& sources, bool deep) {
    Json merged = Json::object();
    for (std::size_t i = 0; i < sources.values.size(); ++i) {
        const Json& source = sources.values[i];
        if (source.is_object()) {
            merge_into(merged, source, deep);
        } else if (!source.is_null()) {
            throw invalid_params(pointer_to(sources.parameter, i),
                                 "every source has to be a map, found " + source.describe() +
                                     ": lists are joined by mode concat");
        }
    }
    return merged;
}

Json concatenate(Call& call, const Sources& sources, bool unique) {
    Json merged = Json::array();
    std::unordered_set<std::string> seen;
    const auto add = [&](const Json& value) {
        call.check();
        if (!unique || seen.insert(canonical_text(value)).second) {
            merged.push_back(value);
        }
    };
    for (const Json& source : sources.values) {
        if (source.is_array()) {
            for (const Json& element : source.as_array()) {
                add(element);
            }
        } else if (!source.is_null()) {
            add(source);
        }
    }
    return merged;
}

}  // namespace

Json merge(Call& call) {
    const Mode mode = call.choice<Mode>(
        "mode", {{"shallow", Mode::Shallow}, {"deep", Mode::Deep}, {"concat", Mode::Concat}},
        Mode::Deep);
    const bool unique = call.param<bool>("unique", false);
    if (unique && mode != Mode::Concat) {
        throw invalid_params("/unique", "unique is for mode concat");
    }
    const Sources sources = read_sources(call);
    Json value = mode == Mode::Concat ? concatenate(call, sources, unique)
                                      : merge_maps(sources, mode == Mode::Deep);
    return {{"value", std::move(value)}, {"sources", sources.values.size()}};
}

}  // namespace oa::json
