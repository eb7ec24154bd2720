#include "host/cli/validation_report.hpp"

#include <string_view>
#include <utility>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "host/cli/workbench.hpp"
#include "host/log/logger.hpp"

namespace oa::host {

namespace {

namespace json = boost::json;

std::string count_of(std::size_t count, const std::string& noun) {
    return std::to_string(count) + ' ' + noun + (count == 1 ? "" : "s");
}

class TextReport final : public ValidationReport {
public:
    TextReport(const TextReportOptions& options, std::ostream& out, std::ostream& err)
        : options_(options), out_(out), err_(err) {}

    void add(const CheckedDocument& document, SourceTexts& texts) override {
        for (const core::Diagnostic& diagnostic : document.diagnostics) {
            write(diagnostic, texts);
        }
        count_.add(document.diagnostics);
        if (document.workflow) {
            out_ << printable(document.file)
                 << ": valid: " << core::to_string(document.workflow->flow) << " of "
                 << count_of(document.workflow->tasks.size(), "task") << '\n'
                 << std::flush;  // findings go to another stream, and both may be one terminal
        }
    }

    void finish(ExitStatus /*status*/) override {
        const std::string summary = count_.summary();
        if (!summary.empty()) {
            out_ << summary << '\n';
        }
    }

private:
    void write(const core::Diagnostic& diagnostic, SourceTexts& texts) {
        const Colour colour =
            diagnostic.severity == core::Severity::Error ? Colour::Red : Colour::Yellow;
        err_ << paint(printable(to_string(diagnostic)), colour, options_.terminal.colours) << '\n';
        if (!options_.context) {
            return;
        }
        if (const auto place = texts.find(diagnostic)) {
            err_ << source_excerpt(diagnostic, *place, options_.terminal) << '\n';
        }
    }

    TextReportOptions options_;
    std::ostream& out_;
    std::ostream& err_;
    FindingCount count_;
};

class JsonReport final : public ValidationReport {
public:
    explicit JsonReport(std::ostream& out) : out_(out) {}

    void add(const CheckedDocument& document, SourceTexts& /*texts*/) override {
        json::object item{{"file", document.file}, {"valid", document.workflow != nullptr}};
        if (document.workflow) {
            item["name"] = document.workflow->name;
            item["flow"] = core::to_string(document.workflow->flow);
            item["tasks"] = document.workflow->tasks.size();
        }
        json::array findings;
        for (const core::Diagnostic& diagnostic : document.diagnostics) {
            findings.push_back(to_json(diagnostic));
        }
        item["findings"] = std::move(findings);
        documents_.push_back(std::move(item));
    }

    void finish(ExitStatus /*status*/) override {
        out_ << core::write_json(documents_, core::JsonStyle::Indented) << '\n';
    }

private:
    std::ostream& out_;
    json::array documents_;
};

/// A value of a command to GitHub Actions; `reserved` are the characters that end it.
std::string command_text(std::string_view text, std::string_view reserved) {
    static constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        if (c == '%' || c == '\r' || c == '\n' || reserved.find(c) != std::string_view::npos) {
            const auto byte = static_cast<unsigned char>(c);
            out += '%';
            out += digits[byte >> 4U];
            out += digits[byte & 0xFU];
        } else {
            out += c;
        }
    }
    return out;
}

class GithubReport final : public ValidationReport {
public:
    explicit GithubReport(std::ostream& out) : out_(out) {}

    void add(const CheckedDocument& document, SourceTexts& texts) override {
        for (const core::Diagnostic& diagnostic : document.diagnostics) {
            write(diagnostic, texts);
        }
        count_.add(document.diagnostics);
    }

    void finish(ExitStatus /*status*/) override {
        const std::string summary = count_.summary();
        if (!summary.empty()) {
            out_ << summary << '\n';
        }
    }

private:
    void write(const core::Diagnostic& diagnostic, SourceTexts& texts) {
        const auto value = [](std::string_view text) { return command_text(text, ":,"); };
        out_ << (diagnostic.severity == core::Severity::Error ? "::error " : "::warning ")
             << "file=" << value(diagnostic.file);
        if (diagnostic.position.line != 0) {
            out_ << ",line=" << diagnostic.position.line;
        }
        if (diagnostic.position.column != 0) {
            out_ << ",col=" << diagnostic.position.column;
        }
        if (const auto place = texts.find(diagnostic)) {
            out_ << ",endColumn=" << place->character_end();
        }
        out_ << ",title=" << value(core::code_of(diagnostic))
             << "::" << command_text(diagnostic.message, "");
        if (!diagnostic.hint.empty()) {
            out_ << "; " << command_text(diagnostic.hint, "");
        }
        out_ << '\n';
    }

    std::ostream& out_;
    FindingCount count_;
};

}  // namespace

void FindingCount::add(const core::Diagnostics& diagnostics) {
    for (const core::Diagnostic& diagnostic : diagnostics) {
        files.insert(diagnostic.file);
        (diagnostic.severity == core::Severity::Error ? errors : warnings) += 1;
    }
}

std::string FindingCount::summary() const {
    std::string text;
    if (errors > 0) {
        text = count_of(errors, "error");
    }
    if (warnings > 0) {
        text += (text.empty() ? "" : " and ") + count_of(warnings, "warning");
    }
    return text.empty() ? text : text + " in " + count_of(files.size(), "file");
}

std::unique_ptr<ValidationReport> text_report(const TextReportOptions& options,
                                              std::ostream& out,
                                              std::ostream& err) {
    return std::make_unique<TextReport>(options, out, err);
}

std::unique_ptr<ValidationReport> json_report(std::ostream& out) {
    return std::make_unique<JsonReport>(out);
}

std::unique_ptr<ValidationReport> github_report(std::ostream& out) {
    return std::make_unique<GithubReport>(out);
}

}  // namespace oa::host
