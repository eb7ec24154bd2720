#include "host/plugin/schema_extension.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "core/schema/schema.hpp"
#include "oa/schema.h"

struct oa_schema {
    oa::core::Schema schema;
};

namespace oa::host {
namespace {

namespace json = boost::json;

constexpr std::uint32_t problems_max = 100;

/// What a plug-in wants to be told, in one array.
class Answer {
public:
    Answer(oa_schema_sink sink, void* user) : sink_(sink), user_(user) {}

    void give(const json::value& value) const {
        if (sink_ != nullptr) {
            const std::string text = core::write_json(value);
            sink_(user_, text.data(), text.size());
        }
    }

private:
    oa_schema_sink sink_;
    void* user_;
};

std::string_view text_of(const char* text, std::size_t length) {
    return text == nullptr ? std::string_view{} : std::string_view(text, length);
}

void add_text(json::object& to, std::string_view key, const std::string& text) {
    if (!text.empty()) {
        to[key] = text;
    }
}

json::object to_json(const core::SchemaMistake& mistake) {
    json::object out{{"pointer", mistake.pointer}, {"message", mistake.message}};
    add_text(out, "hint", mistake.hint);
    return out;
}

std::string_view word_for(core::SchemaProblem::Kind kind) {
    switch (kind) {
        case core::SchemaProblem::Kind::Value: break;
        case core::SchemaProblem::Kind::MissingField: return "missing_field";
        case core::SchemaProblem::Kind::UnknownField: return "unknown_field";
        case core::SchemaProblem::Kind::Limit: return "limit";
    }
    return "value";
}

json::object to_json(const core::SchemaProblem& problem) {
    const bool is_about_field = problem.kind == core::SchemaProblem::Kind::MissingField ||
                                problem.kind == core::SchemaProblem::Kind::UnknownField;
    json::object out{{"kind", word_for(problem.kind)},
                     {"pointer", problem.pointer},
                     {"schema_pointer", problem.schema_pointer},
                     {"message", problem.message}};
    add_text(out, "hint", problem.hint);
    if (is_about_field) {
        out["field"] = problem.field;
    }
    return out;
}

template <typename Items>
json::array all_to_json(const Items& items) {
    json::array out;
    for (const auto& item : items) {
        out.push_back(to_json(item));
    }
    return out;
}

std::int32_t refuse_text(const core::JsonError& error, const Answer& answer) {
    answer.give(json::array{{{"kind", "not_json"},
                             {"pointer", ""},
                             {"schema_pointer", ""},
                             {"message", std::string("is not JSON: ") + error.what()}}});
    return OA_INVALID_PARAMS;
}

std::int32_t compile(const oa_host* /*host*/,
                     const char* text,
                     std::size_t len,
                     oa_schema** schema,
                     oa_schema_sink sink,
                     void* user) noexcept {
    const Answer answer(sink, user);
    try {
        if (schema == nullptr) {
            return OA_INVALID_PARAMS;
        }
        *schema = nullptr;
        auto compiled = core::Schema::compile(core::parse_json(text_of(text, len)));
        if (!compiled.schema) {
            answer.give(all_to_json(compiled.mistakes));
            return OA_INVALID_PARAMS;
        }
        *schema = std::make_unique<oa_schema>(oa_schema{*std::move(compiled.schema)}).release();
        return OA_OK;
    } catch (const core::JsonError& error) {
        return refuse_text(error, answer);
    } catch (...) {
        return OA_EXHAUSTED;
    }
}

std::int32_t validate(const oa_schema* schema,
                      const char* text,
                      std::size_t len,
                      std::uint32_t flags,
                      oa_schema_sink sink,
                      void* user) noexcept {
    const Answer answer(sink, user);
    try {
        if (schema == nullptr) {
            return OA_INVALID_PARAMS;
        }
        core::ValidateOptions options;
        options.formats = (flags & OA_SCHEMA_NO_FORMATS) == 0;
        options.problems_max = problems_max;
        const auto problems =
            schema->schema.validate(core::parse_json(text_of(text, len)), options);
        if (problems.empty()) {
            return OA_OK;
        }
        answer.give(all_to_json(problems));
        return problems.back().kind == core::SchemaProblem::Kind::Limit ? OA_EXHAUSTED
                                                                        : OA_INVALID_PARAMS;
    } catch (const core::JsonError& error) {
        return refuse_text(error, answer);
    } catch (...) {
        return OA_EXHAUSTED;
    }
}

std::int32_t fill_defaults(const oa_schema* schema,
                           const char* text,
                           std::size_t len,
                           oa_schema_sink sink,
                           void* user) noexcept {
    const Answer answer(sink, user);
    try {
        if (schema == nullptr) {
            return OA_INVALID_PARAMS;
        }
        json::value value = core::parse_json(text_of(text, len));
        schema->schema.fill_defaults(value);
        answer.give(value);
        return OA_OK;
    } catch (const core::JsonError& error) {
        return refuse_text(error, answer);
    } catch (...) {
        return OA_EXHAUSTED;
    }
}

void release(oa_schema* schema) noexcept {
    const std::unique_ptr<oa_schema> owned(schema);
}

constexpr oa_schema_api table{
    .struct_size = sizeof(oa_schema_api),
    .problems_max = problems_max,
    .compile = compile,
    .validate = validate,
    .fill_defaults = fill_defaults,
    .release = release,
};

}  // namespace

HostExtension schema_extension() {
    return {.id = OA_SCHEMA_EXTENSION, .table = &table};
}

}  // namespace oa::host
