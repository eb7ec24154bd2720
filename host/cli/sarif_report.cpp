#include <filesystem>
#include <map>
#include <string_view>
#include <utility>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "host/cli/validation_report.hpp"

namespace oa::host {

namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

std::string_view level_of(const core::Diagnostic& diagnostic) {
    return diagnostic.severity == core::Severity::Error ? "error" : "warning";
}

/// Relative to the working folder where the file is below it, as services want to have it.
std::string uri_of(const std::string& file) {
    fs::path path(file);
    if (path.is_absolute()) {
        std::error_code error;
        const fs::path below = path.lexically_relative(fs::current_path(error));
        path = error || below.empty() || *below.begin() == ".." ? path : below;
    }
    path = path.lexically_normal();
    static constexpr std::string_view digits = "0123456789ABCDEF";
    static constexpr std::string_view kept = "-._~/!$&'()*+,;=@";
    std::string uri = path.is_absolute() ? "file://" : "";
    for (const char c : path.string()) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || kept.find(c) != std::string_view::npos;
        if (plain) {
            uri += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            uri += '%';
            uri += digits[byte >> 4U];
            uri += digits[byte & 0xFU];
        }
    }
    return uri;
}

json::object region_of(const core::Diagnostic& diagnostic, SourceTexts& texts) {
    // Services refuse a result without a line.
    const auto line = diagnostic.position.line == 0 ? 1 : diagnostic.position.line;
    json::object region{{"startLine", line}};
    if (const auto place = texts.find(diagnostic)) {
        region["startColumn"] = place->utf16_start();
        region["endColumn"] = place->utf16_end();
    }
    return region;
}

/// A sentence for each code: "unknown-key" -> "Unknown key".
std::string title_of(std::string_view code) {
    std::string title(code);
    for (char& c : title) {
        c = c == '-' ? ' ' : c;
    }
    if (!title.empty() && title.front() >= 'a' && title.front() <= 'z') {
        title.front() = static_cast<char>(title.front() - 'a' + 'A');
    }
    return title;
}

class SarifReport final : public ValidationReport {
public:
    explicit SarifReport(std::ostream& out) : out_(out) {}

    void add(const CheckedDocument& document, SourceTexts& texts) override {
        for (const core::Diagnostic& diagnostic : document.diagnostics) {
            std::string message = diagnostic.message;
            if (!diagnostic.hint.empty()) {
                message += "; " + diagnostic.hint;
            }
            const json::object place{
                {"artifactLocation", json::object{{"uri", uri_of(diagnostic.file)}}},
                {"region", region_of(diagnostic, texts)}};
            results_.push_back(json::object{
                {"ruleId", core::code_of(diagnostic)},
                {"ruleIndex", rule_index(diagnostic)},
                {"level", level_of(diagnostic)},
                {"message", json::object{{"text", message}}},
                {"locations", json::array{json::object{{"physicalLocation", place}}}}});
        }
    }

    void finish(ExitStatus status) override {
        const json::object driver{
            {"name", "oa"}, {"version", OA_VERSION}, {"rules", std::move(rules_)}};
        const json::object run{
            {"tool", json::object{{"driver", driver}}},
            {"columnKind", "utf16CodeUnits"},
            {"invocations", json::array{json::object{{"executionSuccessful", true},
                                                     {"exitCode", static_cast<int>(status)}}}},
            {"results", std::move(results_)}};
        const json::object document{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                                    {"version", "2.1.0"},
                                    {"runs", json::array{run}}};
        out_ << core::write_json(document, core::JsonStyle::Indented) << '\n';
    }

private:
    std::size_t rule_index(const core::Diagnostic& diagnostic) {
        const auto code = core::code_of(diagnostic);
        const auto [found, fresh] = rule_indices_.emplace(code, rules_.size());
        if (fresh) {
            rules_.push_back(json::object{
                {"id", code},
                {"shortDescription", json::object{{"text", title_of(code)}}},
                {"defaultConfiguration", json::object{{"level", level_of(diagnostic)}}}});
        }
        return found->second;
    }

    std::ostream& out_;
    json::array rules_;
    json::array results_;
    std::map<std::string_view, std::size_t> rule_indices_;
};

}  // namespace

std::unique_ptr<ValidationReport> sarif_report(std::ostream& out) {
    return std::make_unique<SarifReport>(out);
}

}  // namespace oa::host
