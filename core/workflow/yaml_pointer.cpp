#include "core/workflow/yaml_pointer.hpp"

#include <algorithm>
#include <charconv>

namespace oa::core {
namespace {

const YamlNode* child(const YamlNode& node, const std::string& key) {
    if (node.kind == YamlNode::Kind::Mapping) {
        const YamlNode::Entry* entry = node.find(key);
        return entry == nullptr ? nullptr : entry->value;
    }
    std::size_t index = 0;
    const char* end = key.data() + key.size();
    if (std::from_chars(key.data(), end, index).ptr != end || index >= node.items.size()) {
        return nullptr;
    }
    return node.items[index];
}

}  // namespace

PointerHead split_pointer(std::string_view pointer) {
    PointerHead head;
    if (pointer.empty()) {
        return head;
    }
    const std::size_t end = std::min(pointer.find('/', 1), pointer.size());
    for (std::size_t i = 1; i < end; ++i) {
        const bool escaped =
            pointer[i] == '~' && i + 1 < end && (pointer[i + 1] == '0' || pointer[i + 1] == '1');
        if (escaped) {
            head.key += pointer[++i] == '0' ? '~' : '/';
        } else {
            head.key += pointer[i];
        }
    }
    head.rest = pointer.substr(end);
    return head;
}

const YamlNode& node_at(const YamlNode& root, std::string_view pointer) {
    const YamlNode* node = &root;
    while (!pointer.empty()) {
        const PointerHead head = split_pointer(pointer);
        const YamlNode* next = child(*node, head.key);
        if (next == nullptr) {
            break;
        }
        node = next;
        pointer = head.rest;
    }
    return *node;
}

SourcePosition key_position_at(const YamlNode& root,
                               std::string_view pointer,
                               std::string_view field) {
    const YamlNode& node = node_at(root, pointer);
    const YamlNode::Entry* entry = node.find(field);
    return entry == nullptr ? node.position : entry->key_position;
}

}  // namespace oa::core
