#include "core/schema/compiler.hpp"

#include <algorithm>
#include <utility>

#include "core/nearest.hpp"
#include "core/schema/finishing.hpp"
#include "core/schema/keywords.hpp"
#include "core/schema/uri_format.hpp"
#include "core/workflow/json_type.hpp"
#include "core/workflow/source_text.hpp"

namespace oa::core::schema {
namespace {

namespace json = boost::json;

constexpr std::size_t mistakes_max = 20;
constexpr std::size_t suggestions_max = 500;

std::string_view view(const json::string& text) {
    return {text.data(), text.size()};
}

/// Whether values lie within values more than `depth_max` deep.
bool is_deeper(const json::value& document, std::size_t depth_max) {
    std::vector<std::pair<const json::value*, std::size_t>> todo{{&document, 1}};
    while (!todo.empty()) {
        const auto [value, depth] = todo.back();
        todo.pop_back();
        if (value->is_primitive()) {
            continue;
        }
        if (depth > depth_max) {
            return true;
        }
        if (const auto* items = value->if_array()) {
            for (const json::value& item : *items) {
                todo.emplace_back(&item, depth + 1);
            }
            continue;
        }
        for (const auto& field : value->get_object()) {
            todo.emplace_back(&field.value(), depth + 1);
        }
    }
    return false;
}

/// The next key of a JSON Pointer, which is cut off its front; nothing when it has none.
std::optional<std::string> next_token(std::string_view& pointer) {
    if (pointer.empty() || pointer.front() != '/') {
        return std::nullopt;
    }
    pointer.remove_prefix(1);
    const std::size_t end = std::min(pointer.find('/'), pointer.size());
    std::string token;
    for (std::size_t i = 0; i < end; ++i) {
        if (pointer[i] == '~' && i + 1 < end && (pointer[i + 1] == '0' || pointer[i + 1] == '1')) {
            token += pointer[++i] == '0' ? '~' : '/';
            continue;
        }
        token += pointer[i];
    }
    pointer.remove_prefix(end);
    return token;
}

const json::value* child_of(const json::value& parent, const std::string& key) {
    if (const auto* object = parent.if_object()) {
        return object->if_contains(key);
    }
    const auto* items = parent.if_array();
    const bool is_index = items != nullptr && !key.empty() && key.size() < 10 &&
                          (key == "0" || key.front() != '0') &&
                          key.find_first_not_of("0123456789") == std::string::npos;
    return is_index ? items->if_contains(std::stoul(key)) : nullptr;
}

}  // namespace

Compiler::Compiler(const json::value& document, const SchemaLimits& limits)
    : program_(std::make_shared<Program>()), limits_(limits) {
    if (is_deeper(document, limits.depth_max)) {
        mistake("", "is nested too deep; at most " + std::to_string(limits.depth_max) +
                        " levels are allowed");
        return;
    }
    program_->document = document;
}

std::shared_ptr<const Program> Compiler::run() {
    if (!mistakes_.empty()) {
        return nullptr;
    }
    program_->resources.push_back({.root = &program_->document});
    resource_roots_.emplace(&program_->document, 0);
    resource_uris_.emplace("", 0);
    node_for(program_->document, "", 0);
    read_all();
    while (!references_.empty() && mistakes_.size() < mistakes_max) {
        resolve(references_.front());
        references_.pop_front();
        read_all();  // a reference may lead to where nothing was known to be a schema
    }
    if (!mistakes_.empty()) {
        return nullptr;
    }
    finish(*program_, mistakes_);
    return mistakes_.empty() ? std::move(program_) : nullptr;
}

void Compiler::mistake(std::string location, std::string message, std::string hint) {
    if (mistakes_.size() < mistakes_max) {
        mistakes_.push_back({std::move(location), std::move(message), std::move(hint)});
    }
}

NodeIndex Compiler::node_for(const json::value& schema,
                             std::string location,
                             ResourceIndex resource) {
    const auto known = nodes_.find(&schema);
    if (known != nodes_.end()) {
        return known->second;
    }
    auto& nodes = program_->nodes;
    if (nodes.size() >= limits_.nodes_max) {
        if (nodes.size() == limits_.nodes_max) {
            mistake("", "has more than " + std::to_string(limits_.nodes_max) +
                            " schemas in it, which is too many");
            nodes.emplace_back();  // so that it is said once
        }
        return 0;
    }
    const auto index = static_cast<NodeIndex>(nodes.size());
    nodes.emplace_back();
    nodes.back().location = std::move(location);
    nodes.back().resource = resource;
    nodes_.emplace(&schema, index);
    todo_.push_back({&schema, index});
    return index;
}

const Regex* Compiler::regex(std::string_view pattern, const std::string& location) {
    const auto known = patterns_.find(pattern);
    if (known != patterns_.end()) {
        return known->second;
    }
    if (program_->patterns.size() >= limits_.patterns_max) {
        mistake(location, "the schema has more than " + std::to_string(limits_.patterns_max) +
                              " patterns, which is too many");
        return nullptr;
    }
    auto made = std::make_unique<Regex>(pattern, limits_.pattern_memory_max);
    if (!made->problem().empty()) {
        mistake(location,
                "the pattern '" + excerpt(pattern) +
                    "' is no regular expression: " + made->problem() +
                    "; its syntax is that of RE2, which has no look-ahead and no back-references");
        return nullptr;
    }
    program_->patterns.push_back(std::move(made));
    const Regex* regex = program_->patterns.back().get();
    patterns_.emplace(pattern, regex);
    return regex;
}

const json::array* Compiler::constant(const json::value& value) {
    program_->constants.push_back(std::make_unique<json::array>());
    program_->constants.back()->push_back(value);
    return program_->constants.back().get();
}

void Compiler::want_reference(NodeIndex node, std::string_view reference, bool dynamic) {
    references_.push_back({node, std::string(reference), dynamic});
    program_->has_dynamic_references = program_->has_dynamic_references || dynamic;
}

void Compiler::add_anchor(NodeIndex node,
                          ResourceIndex resource,
                          std::string_view name,
                          bool dynamic) {
    Resource& owner = program_->resources[resource];
    const bool is_new = owner.anchors.emplace(name, node).second;
    if (dynamic) {
        owner.dynamic_anchors.emplace(name, node);
    }
    if (!is_new && owner.anchors.find(name)->second != node) {
        mistake(program_->nodes[node].location,
                "another schema has the anchor '" + excerpt(name) + "' already");
    }
}

void Compiler::read_all() {
    while (!todo_.empty()) {
        const Todo todo = todo_.front();
        todo_.pop_front();
        read(todo);
    }
}

void Compiler::read(const Todo& todo) {
    // Read into a node of its own: the list of nodes grows meanwhile.
    Node node = std::move(program_->nodes[todo.node]);
    program_->nodes[todo.node].location = node.location;
    const json::value& schema = *todo.schema;
    if (schema.is_bool()) {
        node.never = !schema.get_bool();
    } else if (!schema.is_object()) {
        mistake(node.location, "a schema is a mapping, true or false, not " + describe(schema));
    } else {
        read_identity(node, schema);
        for (const auto& field : schema.get_object()) {
            const json::string_view key = field.key();
            read_keyword(*this, node, todo.node, {key.data(), key.size()}, field.value());
        }
        finish_keywords(node);
    }
    program_->nodes[todo.node] = std::move(node);
}

void Compiler::read_identity(Node& node, const json::value& schema) {
    const json::value* id = schema.get_object().if_contains("$id");
    if (id == nullptr) {
        return;
    }
    const std::string location = node.location + "/$id";
    if (!id->is_string()) {
        mistake(location, "'$id' takes a URI, not " + describe(*id));
        return;
    }
    const std::string_view text = view(id->get_string());
    const UriParts parts = split_uri(text);
    if (!is_iri_reference(text) || (parts.fragment && !parts.fragment->empty())) {
        mistake(location, "'$id' takes a URI without a fragment, not " + describe(*id));
        return;
    }
    const std::string uri = resolve_uri(program_->resources[node.resource].uri, text);
    const bool is_document = &schema == &program_->document;
    const auto index = is_document ? 0 : static_cast<ResourceIndex>(program_->resources.size());
    const bool is_new = resource_uris_.emplace(uri, index).second;
    if (!is_new && !is_document) {
        mistake(location, "another schema has the $id '" + excerpt(text) + "' already");
        return;
    }
    if (!is_document) {
        program_->resources.emplace_back();
        resource_roots_.emplace(&schema, index);
    }
    Resource& resource = program_->resources[index];
    resource.uri = uri;
    resource.root = &schema;
    resource.location = node.location;
    node.resource = index;
}

void Compiler::resolve(const WantedReference& wanted) {
    const Node& from = program_->nodes[wanted.node];
    const std::string location = from.location + (wanted.dynamic ? "/$dynamicRef" : "/$ref");
    const std::string& base = program_->resources[from.resource].uri;
    const std::string uri = resolve_uri(base, wanted.text);
    const std::string fragment = percent_decoded(split_uri(wanted.text).fragment.value_or(""));
    const auto resource = resource_uris_.find(uri);
    if (resource == resource_uris_.end()) {
        mistake(
            location,
            "'" + excerpt(wanted.text) + "' is not in this schema, and no other document is read",
            "put what it refers to below '$defs' and write '#/$defs/<name>'");
        return;
    }
    const NodeIndex target = target_of(wanted, resource->second, fragment);
    if (target == no_node) {
        return;
    }
    Node& node = program_->nodes[wanted.node];
    if (!node.in_place) {
        node.in_place = std::make_unique<InPlaceRules>();
    }
    if (!wanted.dynamic) {
        node.in_place->reference = target;
        return;
    }
    node.in_place->dynamic_reference = target;
    const auto& dynamic = program_->resources[program_->nodes[target].resource].dynamic_anchors;
    const auto anchor = dynamic.find(fragment);
    if (anchor != dynamic.end() && anchor->second == target) {
        node.in_place->dynamic_anchor = fragment;
    }
}

NodeIndex Compiler::target_of(const WantedReference& wanted,
                              ResourceIndex resource,
                              std::string fragment) {
    const std::string location =
        program_->nodes[wanted.node].location + (wanted.dynamic ? "/$dynamicRef" : "/$ref");
    if (!fragment.empty() && fragment.front() != '/') {
        const auto& anchors = program_->resources[resource].anchors;
        const auto found = anchors.find(fragment);
        if (found != anchors.end()) {
            return found->second;
        }
        std::vector<std::string> names;
        for (const auto& anchor : anchors) {
            if (names.size() < suggestions_max) {
                names.push_back(anchor.first);
            }
        }
        mistake(location, "there is no anchor '" + excerpt(fragment) + "' in this schema",
                did_you_mean(fragment, names));
        return no_node;
    }
    auto place = walk(resource, fragment);
    if (!place) {
        std::vector<std::string> known;
        for (const Node& node : program_->nodes) {
            if (node.location.starts_with("/$defs/") && known.size() < suggestions_max) {
                known.push_back("#" + node.location);
            }
        }
        mistake(location, "'" + excerpt(wanted.text) + "' leads nowhere in this schema",
                did_you_mean(wanted.text, known));
        return no_node;
    }
    if (!place->schema->is_object() && !place->schema->is_bool()) {
        mistake(location, "'" + excerpt(wanted.text) + "' leads to " + describe(*place->schema) +
                              ", which is no schema");
        return no_node;
    }
    return node_for(*place->schema, std::move(place->location), place->resource);
}

std::optional<Compiler::Place> Compiler::walk(ResourceIndex resource,
                                              std::string_view pointer) const {
    Place place{program_->resources[resource].root, program_->resources[resource].location,
                resource};
    while (!pointer.empty()) {
        const auto token = next_token(pointer);
        const json::value* child = token ? child_of(*place.schema, *token) : nullptr;
        if (child == nullptr) {
            return std::nullopt;
        }
        place.schema = child;
        place.location += "/" + escaped_token(*token);
        const auto root = resource_roots_.find(child);
        place.resource = root == resource_roots_.end() ? place.resource : root->second;
    }
    return place;
}

}  // namespace oa::core::schema
