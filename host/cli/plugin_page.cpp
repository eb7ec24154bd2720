#include "host/cli/plugin_page.hpp"

#include <algorithm>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "host/cli/plugin_description.hpp"
#include "host/cli/plugin_schema.hpp"
#include "host/cli/plugin_text.hpp"
#include "host/kit/markup.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

/// What a page is written into.
class Page {
public:
    virtual ~Page() = default;
    Page() = default;
    Page(const Page&) = delete;
    Page& operator=(const Page&) = delete;

    virtual void heading(int level, const std::string& text) = 0;
    virtual void paragraph(const std::string& text) = 0;
    /// The first row is the heading; where it is empty there is none. Otherwise cells of the first
    /// column are names, set as code.
    virtual void table(const std::vector<std::vector<std::string>>& rows) = 0;
    virtual void yaml(const std::string& text) = 0;
    [[nodiscard]] virtual std::string take() = 0;
};

/// Letters and digits of a heading, joined by '-', as readers of Markdown make links of them.
std::string anchor_of(const std::string& text) {
    std::string out;
    for (const char c : text) {
        const bool capital = c >= 'A' && c <= 'Z';
        if (capital || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_') {
            out += capital ? static_cast<char>(c - 'A' + 'a') : c;
        } else if (c == ' ' || c == '-') {
            out += '-';
        }
    }
    return out;
}

/// Text that Markdown must not take for its own marks, nor HTML for tags.
std::string escape_markdown(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (std::string_view("\\`*_{}[]<>#|~&").find(c) != std::string_view::npos) {
            out += '\\';
        }
        out += c == '\n' ? ' ' : c;
    }
    return out;
}

/// Code between marks that are longer than any inside.
std::string markdown_code(const std::string& text) {
    if (text.empty()) {
        return text;
    }
    std::string mark = "`";
    while (text.find(mark) != std::string::npos) {
        mark += '`';
    }
    std::string body = text;
    // A bar would end the cell even inside of code.
    for (auto at = body.find('|'); at != std::string::npos; at = body.find('|', at + 2)) {
        body.replace(at, 1, "\\|");
    }
    const std::string space = body.front() == '`' || body.back() == '`' ? " " : "";
    return mark + space + body + space + mark;
}

class MarkdownPage final : public Page {
public:
    void heading(int level, const std::string& text) override {
        out_ << (out_.tellp() > 0 ? "\n" : "") << std::string(static_cast<std::size_t>(level), '#')
             << ' ' << escape_markdown(text) << '\n';
    }
    void paragraph(const std::string& text) override {
        out_ << '\n' << escape_markdown(text) << '\n';
    }
    void table(const std::vector<std::vector<std::string>>& rows) override {
        out_ << '\n';
        for (std::size_t row = 0; row < rows.size(); ++row) {
            for (std::size_t column = 0; column < rows[row].size(); ++column) {
                const std::string& cell = rows[row][column];
                const bool code = row > 0 && column == 0 && !rows.front().front().empty();
                out_ << "| " << (code ? markdown_code(cell) : escape_markdown(cell)) << ' ';
            }
            out_ << "|\n";
            if (row == 0) {
                for (std::size_t column = 0; column < rows[row].size(); ++column) {
                    out_ << "|---";
                }
                out_ << "|\n";
            }
        }
    }
    void yaml(const std::string& text) override {
        std::string fence = "```";
        while (text.find(fence) != std::string::npos) {
            fence += '`';
        }
        out_ << '\n' << fence << "yaml\n" << text << fence << '\n';
    }
    std::string take() override { return out_.str(); }

private:
    std::ostringstream out_;
};

constexpr std::string_view html_head =
    R"(<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1c2733; background: #fff; }
h1, h2, h3 { line-height: 1.2; }
h2 { margin-top: 3rem; border-bottom: 1px solid #d5dce3; padding-bottom: .3rem; }
table { border-collapse: collapse; width: 100%; display: block; overflow-x: auto; }
th, td { text-align: left; vertical-align: top; padding: .35rem .8rem .35rem 0; border-bottom: 1px solid #e6eaee; }
code, pre { font: 14px/1.45 ui-monospace, monospace; }
code, pre { background: #f2f5f7; border-radius: 4px; }
code { padding: .1rem .3rem; }
pre { padding: .8rem 1rem; overflow-x: auto; }
@media (prefers-color-scheme: dark) {
  body { color: #dde4ea; background: #14191e; }
  code, pre { background: #20272e; }
  h2, th, td { border-color: #33404c; }
}
</style>
)";

class HtmlPage final : public Page {
public:
    explicit HtmlPage(const std::string& title) {
        out_ << "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>"
             << escape_markup(title) << "</title>\n"
             << html_head << "</head>\n<body>\n";
    }
    void heading(int level, const std::string& text) override {
        out_ << "<h" << level;
        if (level <= 2) {
            out_ << " id=\"" << escape_markup(anchor_of(text)) << "\"";
        }
        out_ << ">" << escape_markup(text) << "</h" << level << ">\n";
    }
    void paragraph(const std::string& text) override {
        out_ << "<p>" << escape_markup(text) << "</p>\n";
    }
    void table(const std::vector<std::vector<std::string>>& rows) override {
        out_ << "<table>\n";
        const bool titled = !rows.front().front().empty();
        for (std::size_t row = titled ? 0 : 1; row < rows.size(); ++row) {
            out_ << "<tr>";
            for (std::size_t column = 0; column < rows[row].size(); ++column) {
                const std::string cell = escape_markup(rows[row][column]);
                const char* const tag = row == 0 ? "th" : "td";
                const bool code = titled && row > 0 && column == 0 && !cell.empty();
                out_ << '<' << tag << '>' << (code ? "<code>" + cell + "</code>" : cell) << "</"
                     << tag << '>';
            }
            out_ << "</tr>\n";
        }
        out_ << "</table>\n";
    }
    void yaml(const std::string& text) override {
        out_ << "<pre>" << escape_markup(text) << "</pre>\n";
    }
    std::string take() override {
        out_ << "</body>\n</html>\n";
        return out_.str();
    }

private:
    std::ostringstream out_;
};

void write_properties(Page& page, const json::object& schema, const std::string& none) {
    const TextTable properties = property_table(schema);
    if (properties.rows.size() == 1) {
        page.paragraph(none);
        return;
    }
    std::vector<std::vector<std::string>> rows{
        {"Name", "Type", "Required", "Default", "Description"}};
    rows.insert(rows.end(), properties.rows.begin() + 1, properties.rows.end());
    page.table(rows);
}

void write_output(Page& page, const json::object& function) {
    page.heading(3, "Output");
    const json::object& schema = object_at(function, "output_schema");
    if (schema.contains("properties")) {
        write_properties(page, schema, "An object.");
        return;
    }
    const std::string text = text_at(schema, "description");
    page.paragraph("Type: " + (schema.empty() ? "any" : type_words(schema)) + "." +
                   (text.empty() ? "" : " " + text));
}

void write_example(Page& page, const std::string& name, const json::object& example) {
    const std::string title = text_at(example, "title");
    page.paragraph(title.empty() ? "Example" : title);
    std::ostringstream text;
    text << "- " << name << ":";
    if (const json::object& params = object_at(example, "params"); !params.empty()) {
        text << '\n';
        print_yaml(text, params, 4);
    } else {
        text << " {}\n";
    }
    page.yaml(text.str());
    if (const auto* output = example.if_contains("output")) {
        std::ostringstream result;
        print_yaml(result, *output, 0);
        page.paragraph("gives");
        page.yaml(result.str());
    } else if (const std::string error = text_at(example, "error"); !error.empty()) {
        page.paragraph("fails with " + error);
    }
}

/// The errors that the examples show.
void write_errors(Page& page, const std::vector<const json::object*>& examples) {
    std::vector<std::vector<std::string>> rows{{"Code", "When"}};
    for (const json::object* const example : examples) {
        if (std::string error = text_at(*example, "error"); !error.empty()) {
            rows.push_back({std::move(error), text_at(*example, "title")});
        }
    }
    if (rows.size() > 1) {
        page.heading(3, "Errors");
        page.table(rows);
    }
}

void write_function(Page& page, const std::string& module, const json::object& function) {
    const std::string name = module + "." + text_at(function, "name");
    page.heading(2, name);
    page.paragraph(summary_of(function));
    if (const auto words = deprecation_words(function); !words.empty()) {
        page.paragraph(words);
    }
    page.heading(3, "Parameters");
    const bool open = is_open(function);
    const json::object& schema = object_at(function, "params_schema");
    write_properties(page, schema, open ? "Any." : "None.");
    if (open && !object_at(schema, "properties").empty()) {
        page.paragraph("Other parameters are accepted too.");
    }
    write_output(page, function);
    const auto examples = objects_at(function, "examples");
    if (!examples.empty()) {
        page.heading(3, "Examples");
    }
    for (const json::object* const example : examples) {
        write_example(page, name, *example);
    }
    write_errors(page, examples);
    if (const auto words = behaviour_words(function); !words.empty()) {
        page.heading(3, "Behaviour");
        page.paragraph(joined(words));
    }
    if (const auto aliases = texts_at(function, "aliases"); !aliases.empty()) {
        page.heading(3, "Also called");
        page.paragraph(joined(aliases));
    }
}

std::string title_of(const json::object& module) {
    return text_at(module, "name") + " " + text_at(module, "version");
}

std::string write_page(Page& page, const json::object& module) {
    page.heading(1, title_of(module));
    if (const std::string summary = text_at(module, "summary"); !summary.empty()) {
        page.paragraph(summary);
    }
    std::vector<std::vector<std::string>> facts{{"", ""}, {"id", text_at(module, "id")}};
    for (const auto& [name, text] : facts_of(module)) {
        if (name != "file" && name != "warning") {  // they are of this machine
            facts.push_back({name, text});
        }
    }
    page.table(facts);
    const auto functions = objects_at(module, "functions");
    std::vector<std::vector<std::string>> rows{{"Function", "What it does"}};
    for (const json::object* const function : functions) {
        const bool old = function->contains("deprecated");
        rows.push_back(
            {signature(*function), summary_of(*function) + (old ? " (deprecated)" : "")});
    }
    page.table(rows);
    if (const json::object& config = object_at(module, "config_schema"); !config.empty()) {
        page.heading(2, "Configuration");
        write_properties(page, config, "None.");
    }
    for (const json::object* const function : functions) {
        write_function(page, text_at(module, "name"), *function);
    }
    return page.take();
}

}  // namespace

std::string markdown_page(const json::object& module) {
    MarkdownPage page;
    return write_page(page, module);
}

std::string html_page(const json::object& module) {
    HtmlPage page(title_of(module));
    return write_page(page, module);
}

}  // namespace oa::host
