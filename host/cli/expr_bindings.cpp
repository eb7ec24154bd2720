#include "host/cli/expr_bindings.hpp"

#include <cstdlib>
#include <utility>

#include "core/json/json.hpp"
#include "core/workflow/yaml.hpp"
#include "core/workflow/yaml_value.hpp"
#include "host/cli/workbench.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

std::vector<std::string> keys_of(const json::object& object) {
    std::vector<std::string> keys;
    keys.reserve(object.size());
    for (const auto& entry : object) {
        keys.emplace_back(entry.key());
    }
    return keys;
}

core::Diagnostic problem(const std::string& file,
                         const core::SourcePosition& position,
                         std::string message,
                         std::string hint = {}) {
    return {core::Severity::Error, file, position, std::move(message), std::move(hint)};
}

/// The values of a YAML document, whose guard bounds how deep it is.
class YamlReader {
public:
    explicit YamlReader(const std::string& file) : file_(file) {}

    [[nodiscard]] json::value read(const core::YamlNode& node) {
        switch (node.kind) {
            case core::YamlNode::Kind::Sequence: {
                json::array items;
                for (const core::YamlNode* item : node.items) {
                    items.push_back(read(*item));
                }
                return items;
            }
            case core::YamlNode::Kind::Mapping: {
                json::object fields;
                for (const auto& entry : node.entries) {
                    fields[entry.key] = read(*entry.value);
                }
                return fields;
            }
            case core::YamlNode::Kind::Scalar: break;
        }
        core::ScalarValue scalar = core::scalar_value(node);
        if (!scalar.value) {
            problems.push_back(
                problem(file_, node.position, std::move(scalar.message), std::move(scalar.hint)));
        }
        return std::move(scalar.value).value_or(nullptr);
    }

    core::Diagnostics problems;

private:
    const std::string& file_;
};

bool is_json(const std::string& file, std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    const bool named = file.size() > 5 && file.compare(file.size() - 5, 5, ".json") == 0;
    return named || (first != std::string_view::npos && text[first] == '{');
}

/// JSON first, so that mistakes in JSON are told in its words.
std::variant<json::value, core::Diagnostics> read_value(const std::string& file,
                                                        std::string_view text) {
    if (is_json(file, text)) {
        try {
            return core::parse_json(text);
        } catch (const core::JsonError& error) {
            return core::Diagnostics{problem(file, {}, error.what())};
        }
    }
    core::YamlResult document = core::parse_yaml(text, file);
    if (document.root == nullptr || core::has_errors(document.diagnostics)) {
        return std::move(document.diagnostics);
    }
    YamlReader reader(file);
    json::value value = reader.read(*document.root);
    if (!reader.problems.empty()) {
        return std::move(reader.problems);
    }
    return value;
}

}  // namespace

const json::value* Bindings::find(std::string_view name) const {
    return roots_.if_contains(name);
}

const json::value* Bindings::find_task(std::string_view name) const {
    const json::object* all = tasks();
    return all == nullptr ? nullptr : all->if_contains(name);
}

std::optional<std::string> Bindings::environment(std::string_view name) const {
    const char* value = std::getenv(std::string(name).c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::vector<std::string> Bindings::names() const {
    return keys_of(roots_);
}

std::vector<std::string> Bindings::task_names() const {
    const json::object* all = tasks();
    return all == nullptr ? std::vector<std::string>() : keys_of(*all);
}

const json::object* Bindings::tasks() const {
    const json::value* all = roots_.if_contains("tasks");
    return all == nullptr ? nullptr : all->if_object();
}

std::variant<Bindings, core::Diagnostics> read_bindings(const std::string& file) {
    auto text = read_document(file, core::YamlLimits().bytes_max);
    if (auto* missing = std::get_if<core::Diagnostic>(&text)) {
        return core::Diagnostics{std::move(*missing)};
    }
    const std::string name = file == "-" ? "standard input" : file;
    auto value = read_value(name, std::get<std::string>(text));
    if (auto* problems = std::get_if<core::Diagnostics>(&value)) {
        return std::move(*problems);
    }
    auto* fields = std::get<json::value>(value).if_object();
    if (fields == nullptr) {
        return core::Diagnostics{problem(name, {},
                                         "bindings are an object whose fields are the variables",
                                         "such as {\"inputs\": {\"name\": \"Ada\"}}")};
    }
    return Bindings(std::move(*fields));
}

}  // namespace oa::host
