#include "core/workflow/yaml.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <sstream>
#include <utility>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "core/workflow/source_text.hpp"
#include "core/workflow/yaml_guard.hpp"
#include "core/workflow/yaml_tree.hpp"

namespace oa::core {
namespace {

// ----- the parser's complaints -----

struct Wording {
    std::string_view theirs;
    std::string_view ours;
    std::string_view hint;
};

constexpr std::array wordings = {
    Wording{"illegal map value", "a ':' stands where no value can begin",
            "quote a text that has ': ' in it, and look at the indentation"},
    Wording{"illegal tab when looking for indentation", "a tab cannot indent", "use spaces"},
    Wording{"illegal EOF in scalar", "the quoted text is not closed", ""},
    Wording{"illegal document indicator in scalar", "the quoted text is not closed", ""},
    Wording{"end of sequence flow not found", "the list is not closed, or a ',' is missing",
            "quote a text with brackets in it"},
    Wording{"end of map flow not found", "the mapping is not closed, or a ',' is missing",
            "quote a text with braces in it"},
    Wording{
        "end of map not found", "this does not fit the mapping that it stands in",
        "look at the indentation, for a ':' that is missing, and for a text that goes on behind "
        "its quotes"},
    Wording{"end of sequence not found", "this does not fit the list that it stands in",
            "look at the indentation, and for a '-' that is missing"},
    Wording{"illegal flow end", "this bracket closes nothing", ""},
    Wording{"illegal map key", "a key cannot begin here", "look at the indentation"},
    Wording{"illegal block entry", "a list item cannot begin here", "look at the indentation"},
    Wording{"could not find simple key", "a ':' is missing after the key", ""},
    Wording{"the referenced anchor is not defined", "this alias names no anchor above it",
            "quote a text that begins with '*'"},
};

/// The parser often stumbles over a tab only later in its line.
bool tab_indents(std::string_view text, std::size_t offset) {
    const std::size_t line_break =
        offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
    const std::size_t start = line_break == std::string_view::npos ? 0 : line_break + 1;
    const std::size_t end = std::min(text.find_first_not_of(" \t", start), text.size());
    return text.substr(start, end - start).find('\t') != std::string_view::npos;
}

Diagnostic explain(const YAML::Exception& exception,
                   const SourceText& source,
                   std::size_t offset,
                   const std::string& file) {
    const std::string_view message = tab_indents(source.text(), offset)
                                         ? "illegal tab when looking for indentation"
                                         : std::string_view(exception.msg);
    Diagnostic diagnostic{Severity::Error, file, source.position(offset), "not valid YAML: ", {}};
    for (const Wording& wording : wordings) {
        if (message.substr(0, wording.theirs.size()) == wording.theirs) {
            diagnostic.message += wording.ours;
            diagnostic.hint = wording.hint;
            return diagnostic;
        }
    }
    diagnostic.message += excerpt(message);
    return diagnostic;
}

/// Tells whether a parser finds anything more.
class SecondDocument final : public YAML::EventHandler {
public:
    [[nodiscard]] bool found() const { return found_; }
    [[nodiscard]] const YAML::Mark& mark() const { return mark_; }

    void OnDocumentStart(const YAML::Mark& mark) override {
        found_ = true;
        mark_ = mark;
    }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override {}
    void OnAlias(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override {}
    void OnScalar(const YAML::Mark& /*mark*/,
                  const std::string& /*tag*/,
                  YAML::anchor_t /*anchor*/,
                  const std::string& /*value*/) override {}
    void OnSequenceStart(const YAML::Mark& /*mark*/,
                         const std::string& /*tag*/,
                         YAML::anchor_t /*anchor*/,
                         YAML::EmitterStyle::value /*style*/) override {}
    void OnSequenceEnd() override {}
    void OnMapStart(const YAML::Mark& /*mark*/,
                    const std::string& /*tag*/,
                    YAML::anchor_t /*anchor*/,
                    YAML::EmitterStyle::value /*style*/) override {}
    void OnMapEnd() override {}

private:
    bool found_ = false;
    YAML::Mark mark_;
};

/// False when there is no usable tree.
bool run_parser(YamlTreeBuilder& builder, const SourceText& source) {
    std::istringstream stream{std::string(source.text())};
    YAML::Parser parser(stream);
    const bool any = parser.HandleNextDocument(builder);
    if (!any || builder.root() == nullptr) {
        builder.report(0, "the document is empty");
        return false;
    }
    if (builder.root()->kind == YamlNode::Kind::Scalar) {
        builder.report(builder.root()->offset,
                       "the document is a lone text, where a mapping is expected");
        return false;
    }
    // Asked once only: with some malformed texts the parser would find documents for ever.
    if (parser) {
        SecondDocument second;
        parser.HandleNextDocument(second);
        if (second.found()) {
            builder.report(builder.offset_of(second.mark()),
                           "something follows the document; a file holds one document");
        }
    }
    builder.check_last_quote();
    builder.check_expansion();
    return true;
}

}  // namespace

const YamlNode::Entry* YamlNode::find(std::string_view key) const {
    const auto found = std::find_if(entries.begin(), entries.end(),
                                    [key](const Entry& entry) { return entry.key == key; });
    return found == entries.end() ? nullptr : &*found;
}

YamlResult parse_yaml(std::string_view text, const std::string& file, const YamlLimits& limits) {
    YamlResult result;
    const auto fail = [&](SourcePosition position, std::string message, std::string hint) {
        result.diagnostics.push_back(
            {Severity::Error, file, position, std::move(message), std::move(hint)});
    };
    if (text.size() > limits.bytes_max || text.size() > std::numeric_limits<std::int32_t>::max()) {
        fail({},
             "the file has " + std::to_string(text.size()) + " bytes; at most " +
                 std::to_string(limits.bytes_max) + " are allowed",
             {});
        return result;
    }
    if (const auto problem = find_bad_character(text)) {
        // What stands before the place is valid, and so are its lines and columns.
        fail(SourceText(text.substr(0, problem->offset)).position(problem->offset),
             problem->message, problem->hint);
        return result;
    }
    const SourceText source(text);
    if (const auto problem = find_excess(text, limits)) {
        fail(source.position(problem->offset), problem->message, problem->hint);
        return result;
    }
    YamlTreeBuilder builder(source, file, limits, result);
    try {
        if (run_parser(builder, source)) {
            result.root = builder.root();
        }
    } catch (const YamlAbandoned&) {
        // What is wrong is in the diagnostics.
    } catch (const YAML::Exception& exception) {
        Diagnostic told = explain(exception, source, builder.offset_of(exception.mark), file);
        const auto open = find_unclosed_bracket(text, limits, builder.offset_of(exception.mark));
        if (open && source.position(*open).line < told.position.line) {
            told.position = source.position(*open);
            told.message = std::string("not valid YAML: this '") + text[*open] + "' is not closed";
            told.hint.clear();
        }
        result.diagnostics.push_back(std::move(told));
    }
    sort_by_position(result.diagnostics);
    return result;
}

}  // namespace oa::core
