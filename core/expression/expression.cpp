#include "core/expression/expression.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>

#include <boost/json.hpp>

#include "core/expression/path_reader.hpp"
#include "core/json/json.hpp"
#include "core/nearest.hpp"

namespace oa::core {
namespace {

namespace json = boost::json;
using Segment = Expression::Segment;

constexpr std::size_t listed_names_max = 10;
constexpr std::size_t compared_names_max = 1'000;
constexpr std::size_t shown_name_max = 60;

bool is_utf8_continuation(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

/// For messages: at most `shown_name_max` bytes of it, never half a character, on one line.
std::string shortened(std::string_view text) {
    auto end = std::min(text.size(), shown_name_max);
    while (end > 0 && end < text.size() && is_utf8_continuation(text[end])) {
        --end;
    }
    std::string out(text.substr(0, end));
    std::replace_if(
        out.begin(), out.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
    return end < text.size() ? out + "..." : out;
}

std::string_view with_article(json::kind kind) {
    switch (kind) {
        case json::kind::null: return "null";
        case json::kind::bool_: return "a boolean";
        case json::kind::int64:
        case json::kind::uint64:
        case json::kind::double_: return "a number";
        case json::kind::string: return "a string";
        case json::kind::array: return "an array";
        case json::kind::object: return "an object";
    }
    return "a value";
}

/// "a, b, c and 4 more"
std::string listed(const std::vector<std::string>& names) {
    std::string out;
    const auto shown = std::min(names.size(), listed_names_max);
    for (std::size_t i = 0; i < shown; ++i) {
        out += i == 0 ? "" : ", ";
        out += shortened(names[i]);
    }
    if (shown < names.size()) {
        out += " and " + std::to_string(names.size() - shown) + " more";
    }
    return out;
}

/// The nearest name, or all that there are.
std::string suggestion(std::string_view word,
                       const std::vector<std::string>& names,
                       std::string_view there_is) {
    auto hint = did_you_mean(word, names);
    if (hint.empty() && !names.empty()) {
        hint = std::string(there_is) + listed(names);
    }
    return hint;
}

void append_segment(std::string& out, const Segment& segment) {
    if (const auto* const index = std::get_if<std::int64_t>(&segment)) {
        out += '[' + std::to_string(*index) + ']';
        return;
    }
    const auto& key = std::get<std::string>(segment);
    if (is_cel_name(key) && !is_cel_keyword(key)) {
        out += '.' + key;
    } else {
        out += '[' + json::serialize(json::string_view(shortened(key))) + ']';
    }
}

/// Finds the value of a path in a scope.
class PathWalk {
public:
    PathWalk(const std::string& root, const std::vector<Segment>& segments, const Scope& scope)
        : root_(root), segments_(segments), scope_(scope) {}

    [[nodiscard]] const json::value& find() {
        const json::value* value = root_ == "tasks" ? &task() : &root_value();
        for (; used_ < segments_.size(); ++used_) {
            value = &step(*value);
        }
        return *value;
    }

private:
    /// The path up to, and without, segment number `count`.
    [[nodiscard]] std::string path(std::size_t count) const {
        std::string out = root_;
        for (std::size_t i = 0; i < count; ++i) {
            append_segment(out, segments_[i]);
        }
        return out;
    }

    [[nodiscard]] const json::value& root_value() const {
        if (const auto* const value = scope_.find(root_)) {
            return *value;
        }
        auto names = scope_.names();
        if (std::find(names.begin(), names.end(), "tasks") == names.end()) {
            names.emplace_back("tasks");
        }
        auto hint = suggestion(root_, names, "known here: ");
        if (scope_.environment(root_)) {
            hint = "the environment variable of that name is read with ENV:" + root_;
        }
        throw EvaluationError("'" + shortened(root_) + "' is not known", std::move(hint));
    }

    [[nodiscard]] const json::value& task() {
        const auto* const name =
            segments_.empty() ? nullptr : std::get_if<std::string>(&segments_.front());
        if (name == nullptr) {
            throw EvaluationError("'tasks' needs the name of a task after it",
                                  "such as tasks.fetch.output or tasks[\"my task\"].output");
        }
        const auto* const found = scope_.find_task(*name);
        if (found == nullptr) {
            throw EvaluationError("no task is named '" + shortened(*name) + "'",
                                  suggestion(*name, scope_.task_names(), "the tasks are: "));
        }
        used_ = 1;
        return *found;
    }

    [[nodiscard]] const json::value& step(const json::value& value) const {
        if (const auto* const key = std::get_if<std::string>(&segments_[used_])) {
            return field(value, *key);
        }
        return item(value, std::get<std::int64_t>(segments_[used_]));
    }

    [[nodiscard]] const json::value& field(const json::value& value, const std::string& key) const {
        const auto* const object = value.if_object();
        if (object == nullptr) {
            throw EvaluationError(path(used_) + " is " + std::string(with_article(value.kind())) +
                                      ", so it has no field '" + shortened(key) + "'",
                                  hint_for(value));
        }
        if (const auto* const found = object->if_contains(key)) {
            return *found;
        }
        std::vector<std::string> names;
        names.reserve(object->size());
        for (const auto& entry : *object) {
            names.emplace_back(entry.key());
        }
        const auto compared = std::min(names.size(), compared_names_max);
        throw EvaluationError(path(used_) + " has no field '" + shortened(key) + "'" +
                                  (names.empty() ? "; it is empty" : "; it has " + listed(names)),
                              did_you_mean(key, std::span(names.data(), compared)));
    }

    [[nodiscard]] const json::value& item(const json::value& value, std::int64_t index) const {
        const auto* const array = value.if_array();
        if (array == nullptr) {
            throw EvaluationError(
                path(used_) + " is " + std::string(with_article(value.kind())) +
                    ", so it has no position [" + std::to_string(index) + "]",
                value.is_object() ? "its fields are read by name" : hint_for(value));
        }
        if (index < 0) {
            throw EvaluationError(path(used_ + 1) + ": a position cannot be negative",
                                  "positions count from 0");
        }
        if (static_cast<std::uint64_t>(index) >= array->size()) {
            throw EvaluationError(path(used_) + " has " + std::to_string(array->size()) +
                                      (array->size() == 1 ? " item" : " items") +
                                      ", so there is no " + path(used_ + 1),
                                  array->empty() ? "" : "positions count from 0");
        }
        return (*array)[static_cast<std::size_t>(index)];
    }

    /// Why a value may not be what the path hopes for.
    [[nodiscard]] std::string hint_for(const json::value& value) const {
        if (value.is_array()) {
            return "its items are read by position, such as [0]";
        }
        const bool is_output =
            root_ == "tasks" && used_ == 2 && segments_[1] == Segment(std::string("output"));
        if (!value.is_null() || !is_output) {
            return {};
        }
        const auto& name = std::get<std::string>(segments_.front());
        const auto* const record = scope_.find_task(name);
        const auto* const fields = record == nullptr ? nullptr : record->if_object();
        const auto* const status = fields == nullptr ? nullptr : fields->if_contains("status");
        if (status == nullptr || !status->is_string()) {
            return {};
        }
        return "task '" + shortened(name) + "' has no output; its status is " +
               std::string(status->get_string());
    }

    const std::string& root_;
    const std::vector<Segment>& segments_;
    const Scope& scope_;
    std::size_t used_ = 0;
};

}  // namespace

struct Expression::Program {
    std::vector<Reference> references;
};

std::string_view with_article(StaticType type) {
    switch (type) {
        case StaticType::Any: return "any value";
        case StaticType::Null: return "null";
        case StaticType::Bool: return "a boolean";
        case StaticType::Int: return "an integer";
        case StaticType::Uint: return "an unsigned integer";
        case StaticType::Double: return "a number";
        case StaticType::String: return "a string";
        case StaticType::Bytes: return "bytes";
        case StaticType::List: return "a list";
        case StaticType::Map: return "a map";
        case StaticType::Type: return "a type";
        case StaticType::Timestamp: return "a timestamp";
        case StaticType::Duration: return "a duration";
    }
    return "any value";
}

Expression::Parsed Expression::parse(std::string_view text) {
    auto path = read_path(text);
    Parsed parsed;
    parsed.consumed = path.consumed;
    parsed.error = std::move(path.error);
    if (path.complete) {
        auto program = std::make_shared<Program>();
        program->references.push_back({std::move(path.root), std::move(path.segments), 0, false});
        parsed.expression.emplace();
        parsed.expression->program_ = std::move(program);
    }
    return parsed;
}

boost::json::value Expression::evaluate(const Scope& scope) const {
    const Reference& path = program_->references.front();
    return PathWalk(path.root, path.segments, scope).find();
}

void Expression::append_to(std::string& out, const Scope& scope) const {
    const Reference& path = program_->references.front();
    const auto& value = PathWalk(path.root, path.segments, scope).find();
    if (const auto* const text = value.if_string()) {
        out.append(text->data(), text->size());
    } else {
        append_json(out, value);
    }
}

bool Expression::test(const Scope& scope) const {
    const json::value value = evaluate(scope);
    if (const auto* const verdict = value.if_bool()) {
        return *verdict;
    }
    throw EvaluationError(
        "the condition gives " + std::string(with_article(value.kind())) + ", not true or false",
        "");
}

const std::vector<Expression::Reference>& Expression::references() const noexcept {
    return program_->references;
}

const Expression::Reference* Expression::as_path() const noexcept {
    return &program_->references.front();
}

bool Expression::calls_status() const noexcept {
    return false;
}

bool Expression::reads(std::string_view name) const noexcept {
    return std::any_of(program_->references.begin(), program_->references.end(),
                       [name](const Reference& path) { return path.root == name; });
}

Expression::Checked Expression::check(const TypeOf& type_of) const {
    return {type_of(program_->references.front()), {}};
}

std::optional<std::string> Expression::Reference::task() const {
    if (root != "tasks" || segments.empty()) {
        return std::nullopt;
    }
    const auto* const name = std::get_if<std::string>(&segments.front());
    return name == nullptr ? std::nullopt : std::optional(*name);
}

}  // namespace oa::core
