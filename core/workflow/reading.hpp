#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

#include "core/diagnostic.hpp"
#include "core/duration.hpp"
#include "core/port/function_catalog.hpp"
#include "core/port/workflow_source.hpp"
#include "core/workflow/expression_use.hpp"
#include "core/workflow/findings.hpp"
#include "core/workflow/reader.hpp"
#include "core/workflow/scalar_places.hpp"
#include "core/workflow/source_text.hpp"
#include "core/workflow/yaml.hpp"
#include "core/workflow/yaml_value.hpp"

namespace oa::core {

/// Names that a document declares, in its order; known before anything that refers to them is read.
struct NameSet {
    std::vector<std::string> list;
    std::unordered_set<std::string> set;

    void add(const std::string& name);
    [[nodiscard]] bool has(const std::string& name) const { return set.count(name) != 0; }
};

/// The parameters that a task hands to another workflow, as they stand in the document.
struct SubWorkflowCall {
    TaskIndex task = no_task;
    std::vector<const YamlNode::Entry*> entries;
};

class Reading;

/// The names of variables. Steps within a document share those of the document.
struct VariableNames {
    NameSet declared;
    NameSet saved;           ///< that tasks may set (compat: oa3)
    bool saves_any = false;  ///< a task may set variables whose names are not known yet

    [[nodiscard]] bool has(const std::string& name) const {
        return declared.has(name) || saved.has(name);
    }
};

/// Finds the workflows that tasks run, and keeps all that are read together.
class SubWorkflows {
public:
    virtual ~SubWorkflows() = default;
    /// The workflow that a document names; it may not have been read yet.
    [[nodiscard]] virtual std::variant<const Workflow*, WorkflowSource::Problem> find(
        std::string_view name, const std::string& from) = 0;
    /// A workflow that stands within the document of `outer`, and shares its text.
    [[nodiscard]] virtual Reading& add_inner(const Reading& outer) = 0;

protected:
    SubWorkflows() = default;
    SubWorkflows(const SubWorkflows&) = default;
    SubWorkflows& operator=(const SubWorkflows&) = default;
};

/// What the readings of all documents share that are read together: the catalog, the list of
/// mistakes, and what is left to spend, so that documents full of mistakes cannot take long.
struct ReadSession {
    const FunctionCatalog& catalog;
    SubWorkflows& sub_workflows;
    Findings findings = {};
    std::size_t comparisons_left = 200'000;  ///< of names, in search for the nearest
    std::size_t steps_left = 2'000'000;      ///< from task to task, in search for ancestors
    std::size_t expressions_max = 100'000;   ///< in all documents
    std::size_t expressions_left = 100'000;
    bool expressions_refused = false;
    /// Compiled, by the text of the placeholder: documents repeat themselves.
    std::unordered_map<std::string, Expression> expressions = {};
    std::unordered_map<const FunctionInfo*, std::shared_ptr<const Schema>> schemas = {};
};

/// What all parts of the reader share while one workflow is read: its text, the names in it and
/// what it becomes.
class Reading {
public:
    /// Borrows everything.
    Reading(ReadSession& session,
            const SourceText& source,
            std::size_t file_number,
            Workflow& workflow);
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;

    /// For the code see Diagnostic.
    void error(SourcePosition position,
               std::string message,
               std::string hint = {},
               std::string_view code = {});
    void warn(SourcePosition position,
              std::string message,
              std::string hint = {},
              std::string_view code = {});
    /// "did you mean 'x'?", or an empty text. Stops searching after so many comparisons that a
    /// document full of mistakes cannot take long.
    [[nodiscard]] std::string suggest(std::string_view word,
                                      std::span<const std::string> candidates);
    /// "the key 'x' is unknown here", with the nearest known one.
    void unknown_key(SourcePosition position,
                     std::string_view key,
                     std::span<const std::string> known);

    /// Where the byte `offset` of a scalar's value stands. Fast for offsets of one scalar that are
    /// asked for in rising order.
    [[nodiscard]] SourcePosition position_in(const YamlNode& scalar, std::size_t offset);

    /// Whether so many may still be read. False, with an error the first time, when the documents
    /// have too many.
    [[nodiscard]] bool has_room_for_expressions(std::size_t count, SourcePosition position);
    /// Counts an expression or placeholder. False, with an error the first time, when the documents
    /// have too many.
    [[nodiscard]] bool count_expression(SourcePosition position);

    [[nodiscard]] YamlDialect dialect() const {
        return compat_oa3 ? YamlDialect::Oa3 : YamlDialect::Core;
    }

    ReadSession& session;
    const SourceText& source;
    const FunctionCatalog& catalog;
    const std::size_t file_number;
    Workflow& workflow;
    bool compat_oa3 = false;
    NameSet inputs;
    std::shared_ptr<VariableNames> variables = std::make_shared<VariableNames>();
    NameSet tasks;
    std::unordered_map<std::string, TaskIndex> task_indices;  ///< of the first task of each name
    bool flow_is_wrong = false;  ///< what leads from task to task has been reported
    std::vector<ExpressionUse> expressions;
    std::vector<SubWorkflowCall> sub_workflow_calls;
    std::vector<SecretUse> secrets;

private:
    std::optional<ScalarPlaces> places_;
};

/// A scalar that has no value: `key:` or `key: null`. Keys with that count as not given.
[[nodiscard]] bool is_null(const YamlNode& node);

/// "a mapping", "a list", "the number 5", "the text 'x'": what stands there, for messages.
[[nodiscard]] std::string describe(const YamlNode& node, YamlDialect dialect = YamlDialect::Core);

// Each reports what does not fit, by the name `what`, and gives nothing then.

/// A text. Numbers and the like are taken as they are written.
[[nodiscard]] std::optional<std::string> read_text(Reading& reading,
                                                   const YamlNode& node,
                                                   std::string_view what);
[[nodiscard]] std::optional<bool> read_bool(Reading& reading,
                                            const YamlNode& node,
                                            std::string_view what);
[[nodiscard]] std::optional<Milliseconds> read_duration(Reading& reading,
                                                        const YamlNode& node,
                                                        std::string_view what);
[[nodiscard]] std::optional<std::uint32_t> read_count(Reading& reading,
                                                      const YamlNode& node,
                                                      std::string_view what,
                                                      std::uint32_t maximum);
[[nodiscard]] std::optional<double> read_number(
    Reading& reading, const YamlNode& node, std::string_view what, double minimum, double maximum);
/// The mapping's entries; none for null, and after an error.
[[nodiscard]] std::span<const YamlNode::Entry> read_mapping(Reading& reading,
                                                            const YamlNode& node,
                                                            std::string_view what);

struct PlacedText {
    std::string text;
    SourcePosition position;
};

/// One of a few words; its number.
[[nodiscard]] std::optional<std::size_t> read_choice(Reading& reading,
                                                     const YamlNode& node,
                                                     std::string_view what,
                                                     std::span<const std::string> words);

/// A text or a list of texts; nothing for null.
[[nodiscard]] std::vector<PlacedText> read_texts(Reading& reading,
                                                 const YamlNode& node,
                                                 std::string_view what);

/// Why a text cannot be a name; nothing when it can: 1..128 printable characters.
[[nodiscard]] std::optional<std::string> name_problem(std::string_view name);

}  // namespace oa::core
