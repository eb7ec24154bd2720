#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

#include "core/workflow/source_text.hpp"
#include "core/workflow/yaml.hpp"

namespace oa::core {

/// Ends the parse; what is wrong has been reported.
struct YamlAbandoned {};

/// What a node costs with its aliases expanded.
struct YamlWeight {
    std::size_t nodes = 0;
    std::size_t bytes = 0;

    /// Stops at the largest number instead of starting over.
    void add(const YamlWeight& other);
};

/// Builds the tree from the parser's events, and refuses what the parser lets through.
class YamlTreeBuilder final : public YAML::EventHandler {
public:
    YamlTreeBuilder(const SourceText& source,
                    const std::string& file,
                    const YamlLimits& limits,
                    YamlResult& result)
        : source_(source),
          file_(file),
          limits_(limits),
          result_(result),
          mark_base_(byte_order_mark_length(source.text())) {}

    void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
    void OnScalar(const YAML::Mark& mark,
                  const std::string& tag,
                  YAML::anchor_t anchor,
                  const std::string& value) override;
    void OnSequenceStart(const YAML::Mark& mark,
                         const std::string& tag,
                         YAML::anchor_t anchor,
                         YAML::EmitterStyle::value style) override;
    void OnSequenceEnd() override { end_collection(); }
    void OnMapStart(const YAML::Mark& mark,
                    const std::string& tag,
                    YAML::anchor_t anchor,
                    YAML::EmitterStyle::value style) override;
    void OnMapEnd() override { end_collection(); }

    void report(std::size_t offset, std::string message, std::string hint = {}) {
        report(source_.position(offset), std::move(message), std::move(hint));
    }
    [[nodiscard]] std::size_t offset_of(const YAML::Mark& mark) const;

    [[nodiscard]] const YamlNode* root() const { return root_; }

    /// The parser takes a quoted text that runs into the end of the document for a closed one.
    /// Only the last text can be such.
    void check_last_quote();

    /// Only at the end is it known how many nodes were written.
    void check_expansion();

private:
    struct Anchored {
        const YamlNode* node = nullptr;
        YamlWeight weight;
        bool complete = false;
    };

    /// A collection that is still open.
    struct Frame {
        YamlNode* node = nullptr;
        YAML::anchor_t anchor = 0;
        YamlWeight weight_before;  // of the document, when the collection began
        bool is_key = false;       // a collection in place of a key: reported, then dropped
        bool have_key = false;     // of a mapping: the next node is a value
        bool drop_value = false;   // its key has been reported
        bool merge_value = false;  // its key is "<<"
        std::string key;
        SourcePosition key_position;
        std::unordered_map<std::string, std::size_t> index;  // key -> entry, once there are many
        std::vector<std::pair<const YamlNode*, std::size_t>> merges;  // value, byte offset
    };

    struct Tag {
        bool text = false;     // a string, whatever it looks like
        std::string required;  // "int", "float", "bool", "null": what a plain scalar must be
        bool refused = false;  // none that can be understood
    };

    void report(SourcePosition position, std::string message, std::string hint);
    void report_expansion();
    [[nodiscard]] std::size_t bytes_allowed() const;

    [[nodiscard]] std::size_t skip_properties(std::size_t offset) const;
    [[nodiscard]] Tag read_scalar_tag(const std::string& tag, std::size_t offset);
    void check_collection_tag(const std::string& tag, std::string_view allowed, std::size_t offset);
    [[nodiscard]] YamlNode::Style style_of(std::size_t offset) const;
    void check_required(YamlNode& node, const Tag& tag);

    YamlNode& new_node(YamlNode::Kind kind, std::size_t offset);
    void begin_collection(YamlNode::Kind kind, std::size_t offset, YAML::anchor_t anchor);
    void end_collection();
    [[nodiscard]] bool expects_key() const {
        return !frames_.empty() && frames_.back().node->kind == YamlNode::Kind::Mapping &&
               !frames_.back().have_key;
    }
    void take_key(std::size_t offset, const std::string& key, bool plain);
    void refuse_key(std::size_t offset, std::string message, std::string hint);
    void add_value(const YamlNode* node, std::size_t offset);
    [[nodiscard]] static const YamlNode::Entry* find_entry(Frame& frame, const std::string& key);
    void resolve_merges(Frame& frame);
    static void merge(Frame& frame, const YamlNode& from);
    void remember(YAML::anchor_t anchor, const YamlNode* node, YamlWeight weight, bool complete);
    [[nodiscard]] std::size_t place_of_nothing(std::size_t offset) const;

    const SourceText& source_;
    const std::string& file_;
    const YamlLimits& limits_;
    YamlResult& result_;
    std::size_t mark_base_;
    const YamlNode* root_ = nullptr;
    std::vector<Frame> frames_;
    std::unordered_map<YAML::anchor_t, Anchored> anchors_;
    YamlWeight written_;
    YamlWeight weight_;
    std::size_t last_scalar_ = 0;     // its offset
    std::size_t heaviest_alias_ = 0;  // its offset
    std::size_t heaviest_alias_nodes_ = 0;
    std::size_t heaviest_alias_bytes_ = 0;
};

}  // namespace oa::core
