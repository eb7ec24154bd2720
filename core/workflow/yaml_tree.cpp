#include "core/workflow/yaml_tree.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/workflow/yaml_value.hpp"

namespace oa::core {
namespace {

constexpr std::size_t diagnostics_max = 200;
/// Aliases of long texts may cost this many bytes even in a short document.
constexpr std::size_t alias_bytes_floor = 8U << 20U;
/// So many keys are compared one by one; more are hashed.
constexpr std::size_t few_entries = 16;
constexpr std::string_view core_tag_prefix = "tag:yaml.org,2002:";

std::size_t add_saturating(std::size_t left, std::size_t right) {
    return left > std::numeric_limits<std::size_t>::max() - right
               ? std::numeric_limits<std::size_t>::max()
               : left + right;
}

}  // namespace

void YamlWeight::add(const YamlWeight& other) {
    nodes = add_saturating(nodes, other.nodes);
    bytes = add_saturating(bytes, other.bytes);
}

void YamlTreeBuilder::report(SourcePosition position, std::string message, std::string hint) {
    result_.diagnostics.push_back(
        {Severity::Error, file_, position, std::move(message), std::move(hint)});
    if (result_.diagnostics.size() >= diagnostics_max) {
        throw YamlAbandoned{};
    }
}

void YamlTreeBuilder::report_expansion() {
    report(heaviest_alias_,
           "aliases expand the document beyond " + std::to_string(limits_.alias_expansion_max) +
               " times its nodes, or beyond " + std::to_string(limits_.nodes_max) + " nodes",
           "this alias brings the most; write less with aliases");
    throw YamlAbandoned{};
}

std::size_t YamlTreeBuilder::offset_of(const YAML::Mark& mark) const {
    return mark.pos < 0
               ? mark_base_
               : std::min(static_cast<std::size_t>(mark.pos) + mark_base_, source_.text().size());
}

std::size_t YamlTreeBuilder::bytes_allowed() const {
    return std::max(alias_bytes_floor, written_.bytes * limits_.alias_expansion_max);
}

void YamlTreeBuilder::check_expansion() {
    if (weight_.nodes > written_.nodes * limits_.alias_expansion_max ||
        weight_.bytes > bytes_allowed()) {
        report_expansion();
    }
}

// ----- what a node looks like in the text -----

/// The parser marks a node with an anchor or a tag at that. Its own text comes after.
std::size_t YamlTreeBuilder::skip_properties(std::size_t offset) const {
    const std::string_view text = source_.text();
    std::size_t at = offset;
    while (at < text.size() && (text[at] == '&' || text[at] == '!')) {
        at = std::min(text.find_first_of(" \t\r\n,[]{}", at), text.size());
        for (;;) {
            at = std::min(text.find_first_not_of(" \t\r\n", at), text.size());
            if (at == text.size() || text[at] != '#') {
                break;
            }
            at = std::min(text.find('\n', at), text.size());
        }
    }
    return at;
}

YamlNode::Style YamlTreeBuilder::style_of(std::size_t offset) const {
    const char first = offset < source_.text().size() ? source_.text()[offset] : '\0';
    return first == '|' || first == '>' ? YamlNode::Style::Block : YamlNode::Style::Quoted;
}

YamlTreeBuilder::Tag YamlTreeBuilder::read_scalar_tag(const std::string& tag, std::size_t offset) {
    if (tag.empty() || tag == "?") {
        return {};
    }
    if (tag == "!" || tag == "tag:yaml.org,2002:str") {
        return {true, {}, false};
    }
    const std::string_view name =
        std::string_view(tag).substr(0, core_tag_prefix.size()) == core_tag_prefix
            ? std::string_view(tag).substr(core_tag_prefix.size())
            : std::string_view();
    for (const std::string_view known : {"int", "float", "bool", "null"}) {
        if (name == known) {
            return {false, std::string(name), false};
        }
    }
    const bool meant_as_text = tag.front() == '!';
    report(offset, "the tag '" + excerpt(tag) + "' is not supported",
           meant_as_text ? "quote a text that begins with '!'"
                         : "known are !!str, !!int, !!float, !!bool, !!null, !!seq and !!map");
    return {true, {}, true};
}

void YamlTreeBuilder::check_collection_tag(const std::string& tag,
                                           std::string_view allowed,
                                           std::size_t offset) {
    const bool fits = tag.empty() || tag == "?" || tag == "!" ||
                      (tag.size() == core_tag_prefix.size() + allowed.size() &&
                       tag.compare(0, core_tag_prefix.size(), core_tag_prefix) == 0 &&
                       tag.compare(core_tag_prefix.size(), allowed.size(), allowed) == 0);
    if (!fits) {
        report(offset, "the tag '" + excerpt(tag) + "' does not fit here",
               "leave it out, or write !!" + std::string(allowed));
    }
}

void YamlTreeBuilder::check_required(YamlNode& node, const Tag& tag) {
    const ScalarKind kind = plain_scalar_kind(node.scalar);
    const bool fits = (tag.required == "int" && kind == ScalarKind::Integer) ||
                      (tag.required == "float" && kind == ScalarKind::Number) ||
                      (tag.required == "float" && kind == ScalarKind::Integer) ||
                      (tag.required == "bool" && kind == ScalarKind::Boolean) ||
                      (tag.required == "null" && kind == ScalarKind::Null);
    if (!fits) {
        report(node.position,
               "'" + excerpt(node.scalar) + "' does not fit the tag !!" + tag.required, {});
    } else if (tag.required == "float" && kind == ScalarKind::Integer &&
               node.scalar.find_first_of("ox") == std::string::npos) {
        node.scalar += ".0";
    }
}

/// The parser marks an empty node at the token that follows it. People look for it behind the key,
/// dash or comma in front.
std::size_t YamlTreeBuilder::place_of_nothing(std::size_t offset) const {
    const std::size_t before = source_.text().find_last_not_of(" \t\r\n", offset - (offset > 0));
    const bool found =
        before != std::string_view::npos && before < offset &&
        std::string_view("-,[:").find(source_.text()[before]) != std::string_view::npos;
    return found ? before : offset;
}

void YamlTreeBuilder::check_last_quote() {
    const std::string_view text = source_.text();
    const char quote = last_scalar_ < text.size() ? text[last_scalar_] : '\0';
    if (quote != '"' && quote != '\'') {
        return;
    }
    std::size_t at = last_scalar_ + 1;
    for (; at < text.size(); ++at) {
        const bool doubled = quote == '\'' && text.substr(at, 2) == "''";
        if (doubled || (quote == '"' && text[at] == '\\')) {
            ++at;
        } else if (text[at] == quote) {
            return;
        }
    }
    report(last_scalar_, "the quoted text that begins here is not closed");
    throw YamlAbandoned{};
}

// ----- events -----

void YamlTreeBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
    const std::size_t offset = skip_properties(offset_of(mark));
    const std::string_view rest = source_.text().substr(offset);
    std::string_view written;
    for (const std::string_view word : {"~", "null", "Null", "NULL"}) {
        if (rest.substr(0, word.size()) == word) {
            written = word;
        }
    }
    if (expects_key()) {
        refuse_key(offset,
                   written.empty() ? "a key is missing in front of ':'"
                                   : "the key '" + std::string(written) + "' is not a text",
                   written.empty() ? "" : "put it into quotes");
        return;
    }
    const bool empty = written.empty() || rest.substr(written.size(), 1) == ":";
    YamlNode& node = new_node(YamlNode::Kind::Scalar, empty ? place_of_nothing(offset) : offset);
    if (empty && !frames_.empty() && frames_.back().have_key) {
        node.position = frames_.back().key_position;
    }
    remember(anchor, &node, {1, 0}, true);
    add_value(&node, offset);
}

void YamlTreeBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
    const std::size_t offset = offset_of(mark);
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end() || !found->second.complete) {
        report(offset, "this alias stands within the node that it names", {});
        throw YamlAbandoned{};
    }
    if (expects_key()) {
        const YamlNode& target = *found->second.node;
        if (target.kind == YamlNode::Kind::Scalar) {
            take_key(offset, target.scalar, false);
        } else {
            refuse_key(offset, "a key must be a text", {});
        }
        return;
    }
    written_.add({1, 0});
    weight_.add(found->second.weight);
    if (found->second.weight.nodes > heaviest_alias_nodes_ ||
        found->second.weight.bytes > heaviest_alias_bytes_) {
        heaviest_alias_ = offset;
        heaviest_alias_nodes_ = found->second.weight.nodes;
        heaviest_alias_bytes_ = found->second.weight.bytes;
    }
    // No more bytes can have been written than the text has.
    const std::size_t bytes_max =
        std::max(alias_bytes_floor, source_.text().size() * limits_.alias_expansion_max);
    if (weight_.nodes > limits_.nodes_max || weight_.bytes > bytes_max) {
        report_expansion();
    }
    add_value(found->second.node, offset);
}

void YamlTreeBuilder::OnScalar(const YAML::Mark& mark,
                               const std::string& tag,
                               YAML::anchor_t anchor,
                               const std::string& value) {
    const std::size_t begin = offset_of(mark);
    const Tag kind = read_scalar_tag(tag, begin);
    const std::size_t offset = skip_properties(begin);
    last_scalar_ = offset;
    if (value.size() > limits_.scalar_bytes_max) {
        report(offset,
               "a text has more than " + std::to_string(limits_.scalar_bytes_max) + " bytes");
        throw YamlAbandoned{};
    }
    if (expects_key()) {
        if (anchor != 0) {
            YamlNode& node = new_node(YamlNode::Kind::Scalar, offset);
            node.scalar = value;
            node.style = YamlNode::Style::Quoted;
            remember(anchor, &node, {1, value.size()}, true);
        }
        take_key(offset, value, !kind.text);
        return;
    }
    YamlNode& node = new_node(YamlNode::Kind::Scalar, offset);
    node.scalar = value;
    node.style = kind.text ? style_of(offset) : YamlNode::Style::Plain;
    node.refused = kind.refused;
    if (!kind.required.empty()) {
        check_required(node, kind);
    }
    const YamlWeight weight{0, value.size()};
    written_.add(weight);
    weight_.add(weight);
    remember(anchor, &node, {1, value.size()}, true);
    add_value(&node, offset);
}

void YamlTreeBuilder::OnSequenceStart(const YAML::Mark& mark,
                                      const std::string& tag,
                                      YAML::anchor_t anchor,
                                      YAML::EmitterStyle::value /*style*/) {
    check_collection_tag(tag, "seq", offset_of(mark));
    begin_collection(YamlNode::Kind::Sequence, skip_properties(offset_of(mark)), anchor);
}

void YamlTreeBuilder::OnMapStart(const YAML::Mark& mark,
                                 const std::string& tag,
                                 YAML::anchor_t anchor,
                                 YAML::EmitterStyle::value /*style*/) {
    check_collection_tag(tag, "map", offset_of(mark));
    // An anchor in front of a key belongs to the key, not to the mapping.
    const std::size_t begin = offset_of(mark);
    begin_collection(YamlNode::Kind::Mapping,
                     anchor != 0 || tag != "?" ? skip_properties(begin) : begin, anchor);
}

// ----- the tree -----

YamlNode& YamlTreeBuilder::new_node(YamlNode::Kind kind, std::size_t offset) {
    written_.add({1, 0});
    weight_.add({1, 0});
    if (weight_.nodes > limits_.nodes_max) {
        report(offset,
               "the document has more than " + std::to_string(limits_.nodes_max) + " nodes");
        throw YamlAbandoned{};
    }
    YamlNode& node = result_.nodes.emplace_back();
    node.kind = kind;
    node.offset = offset;
    node.position = source_.position(offset);
    return node;
}

void YamlTreeBuilder::remember(YAML::anchor_t anchor,
                               const YamlNode* node,
                               YamlWeight weight,
                               bool complete) {
    if (anchor != 0) {
        anchors_[anchor] = {node, weight, complete};
    }
}

void YamlTreeBuilder::begin_collection(YamlNode::Kind kind,
                                       std::size_t offset,
                                       YAML::anchor_t anchor) {
    if (frames_.size() >= limits_.depth_max) {
        report(offset, "collections are nested deeper than " + std::to_string(limits_.depth_max));
        throw YamlAbandoned{};
    }
    Frame frame;
    frame.weight_before = weight_;
    frame.anchor = anchor;
    frame.is_key = expects_key();
    if (frame.is_key) {
        refuse_key(offset,
                   "a key must be a text, not a " +
                       std::string(kind == YamlNode::Kind::Mapping ? "mapping" : "list"),
                   "quote a text that begins with '" +
                       std::string(kind == YamlNode::Kind::Mapping ? "{" : "[") + "'");
    }
    YamlNode& node = new_node(kind, offset);
    frame.node = &node;
    remember(anchor, &node, {}, false);
    frames_.push_back(std::move(frame));
}

void YamlTreeBuilder::end_collection() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    if (!frame.merges.empty()) {
        resolve_merges(frame);
    }
    const YamlWeight weight{weight_.nodes - frame.weight_before.nodes,
                            weight_.bytes - frame.weight_before.bytes};
    remember(frame.anchor, frame.node, weight, true);
    if (!frame.is_key) {
        add_value(frame.node, frame.node->offset);
    }
}

void YamlTreeBuilder::refuse_key(std::size_t offset, std::string message, std::string hint) {
    report(offset, std::move(message), std::move(hint));
    Frame& frame = frames_.back();
    frame.have_key = true;
    frame.drop_value = true;
}

void YamlTreeBuilder::take_key(std::size_t offset, const std::string& key, bool plain) {
    Frame& frame = frames_.back();
    const SourcePosition position = source_.position(offset);
    if (const auto* first = find_entry(frame, key)) {
        const SourcePosition there = first->key_position;
        refuse_key(offset, "the key '" + excerpt(key) + "' stands twice in this mapping",
                   "the first one is in line " + std::to_string(there.line) + ", column " +
                       std::to_string(there.column));
        return;
    }
    weight_.add({0, key.size()});
    written_.add({0, key.size()});
    frame.have_key = true;
    frame.drop_value = false;
    frame.merge_value = plain && key == "<<";
    frame.key = key;
    frame.key_position = position;
}

void YamlTreeBuilder::add_value(const YamlNode* node, std::size_t offset) {
    if (frames_.empty()) {
        root_ = node;
        return;
    }
    Frame& frame = frames_.back();
    if (frame.node->kind == YamlNode::Kind::Sequence) {
        frame.node->items.push_back(node);
        return;
    }
    frame.have_key = false;
    if (frame.drop_value) {
        return;
    }
    if (frame.merge_value) {
        frame.merges.emplace_back(node, offset);
        return;
    }
    frame.node->entries.push_back({std::move(frame.key), frame.key_position, node});
}

const YamlNode::Entry* YamlTreeBuilder::find_entry(Frame& frame, const std::string& key) {
    const auto& entries = frame.node->entries;
    if (entries.size() < few_entries) {
        return frame.node->find(key);
    }
    for (std::size_t i = frame.index.size(); i < entries.size(); ++i) {
        frame.index.emplace(entries[i].key, i);
    }
    const auto found = frame.index.find(key);
    return found == frame.index.end() ? nullptr : &entries[found->second];
}

void YamlTreeBuilder::resolve_merges(Frame& frame) {
    for (const auto& [value, offset] : frame.merges) {
        if (value->kind == YamlNode::Kind::Mapping) {
            merge(frame, *value);
            continue;
        }
        const bool mappings =
            value->kind == YamlNode::Kind::Sequence &&
            std::all_of(value->items.begin(), value->items.end(),
                        [](const YamlNode* item) { return item->kind == YamlNode::Kind::Mapping; });
        if (!mappings) {
            report(offset, "'<<' takes a mapping or a list of mappings",
                   "quote the key to mean it");
            continue;
        }
        for (const YamlNode* item : value->items) {
            merge(frame, *item);
        }
    }
}

/// Keys that are there already win. The entries cost no more than the alias that they came by,
/// which has been counted.
void YamlTreeBuilder::merge(Frame& frame, const YamlNode& from) {
    auto& entries = frame.node->entries;
    const std::size_t own = entries.size();
    for (const YamlNode::Entry& entry : from.entries) {
        // The keys of one mapping differ, so only those from before can be the same.
        const bool there =
            own >= few_entries
                ? find_entry(frame, entry.key) != nullptr
                : std::any_of(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(own),
                              [&entry](const auto& other) { return other.key == entry.key; });
        if (!there) {
            entries.push_back(entry);
        }
    }
}

}  // namespace oa::core
