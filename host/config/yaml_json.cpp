#include "host/config/yaml_json.hpp"

#include <string_view>
#include <utility>

#include <boost/json.hpp>

#include "core/workflow/yaml_value.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

/// What workflows write for secrets and variables, and the configuration does not know.
bool has_placeholder(std::string_view text) {
    for (const std::string_view start : {"${WALLET:", "${ENV:", "$<WALLET:", "$<ENV:"}) {
        if (text.find(start) != std::string_view::npos) {
            return true;
        }
    }
    return false;
}

json::value scalar(const core::YamlNode& node, const ReportPart& report) {
    core::ScalarValue read = core::scalar_value(node);
    if (!read.value) {
        report(node.position, read.message, read.hint);
        return nullptr;
    }
    if (read.value->is_string() && has_placeholder(read.value->get_string())) {
        report(node.position, "placeholders are not read in the configuration of a module",
               "give secrets to the functions that need them, as parameters");
        return nullptr;
    }
    return *std::move(read.value);
}

}  // namespace

json::value to_json(const core::YamlNode& node, const ReportPart& report) {
    switch (node.kind) {
        case core::YamlNode::Kind::Scalar: return scalar(node, report);
        case core::YamlNode::Kind::Sequence: {
            json::array out;
            for (const core::YamlNode* item : node.items) {
                out.push_back(to_json(*item, report));
            }
            return out;
        }
        case core::YamlNode::Kind::Mapping: {
            json::object out;
            for (const auto& entry : node.entries) {
                out[entry.key] = to_json(*entry.value, report);
            }
            return out;
        }
    }
    return nullptr;
}

}  // namespace oa::host
