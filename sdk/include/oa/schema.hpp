#pragma once

// JSON Schema for plug-ins in C++, by the host's validator: the extension "oa.schema/1".
//
//     const oa::Schema schema(call.host(), oa::Json::parse(R"({"type": "integer"})"));
//     for (const oa::SchemaProblem& problem : schema.validate(value)) { ... }
//
// A module that checks against the same schema again and again keeps it in its state.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "oa/call.hpp"
#include "oa/error.hpp"
#include "oa/json.hpp"
#include "oa/schema.h"

namespace oa {
inline namespace v1 {

/// One thing that is wrong with a value.
struct SchemaProblem {
    std::string kind;            ///< "value", "missing_field", "unknown_field" or "limit"
    std::string pointer;         ///< JSON Pointer to the value (of a field: to its object)
    std::string schema_pointer;  ///< JSON Pointer to the keyword that says so
    /// What is to be said of the value at `pointer`: "takes an integer, not the text 'x'".
    std::string message;
    std::string hint;   ///< may be empty
    std::string field;  ///< that is missing or unknown

    /// "/list/0 takes an integer, not the text 'x'"; `whole` is what the whole value is called.
    [[nodiscard]] std::string sentence(std::string_view whole = "the value") const {
        std::string text = pointer.empty() ? std::string(whole) : pointer;
        text += " " + message;
        return hint.empty() ? text : text + "; " + hint;
    }
};

namespace detail {

struct ReleaseSchema {
    const oa_schema_api* table = nullptr;
    void operator()(oa_schema* schema) const noexcept { table->release(schema); }
};

}  // namespace detail

/// A compiled schema. Move only. Any number of threads may check with it at a time. It has to end
/// before the module does.
class Schema {
public:
    /// Whether the host can check at all.
    [[nodiscard]] static bool available(const Host& host) noexcept {
        return table_of(host) != nullptr;
    }

    /// UNIMPLEMENTED where the host has no such extension. INVALID_PARAMS for what is no schema:
    /// the message names the first mistake, the pointer is its place in the schema, and the details
    /// list all of them.
    Schema(const Host& host, const Json& schema);

    /// What is wrong with a value; nothing when it fits. EXHAUSTED without memory.
    [[nodiscard]] std::vector<SchemaProblem> validate(const Json& value, bool formats = true) const;
    /// The value, with the defaults of the schema for what is missing in it.
    [[nodiscard]] Json with_defaults(const Json& value) const;

private:
    [[nodiscard]] static const oa_schema_api* table_of(const Host& host) noexcept {
        return host.extension<oa_schema_api>(OA_SCHEMA_EXTENSION);
    }
    // Must not throw into the host, so a text for which there is no memory is left out.
    static void OA_CALL keep(void* user, const char* json, std::size_t len) noexcept {
        try {
            static_cast<std::string*>(user)->assign(json, len);
        } catch (...) {
            static_cast<std::string*>(user)->clear();
        }
    }

    const oa_schema_api* table_ = nullptr;
    std::unique_ptr<oa_schema, detail::ReleaseSchema> schema_;
};

inline Schema::Schema(const Host& host, const Json& schema) : table_(table_of(host)) {
    if (table_ == nullptr) {
        throw unimplemented(std::string("this host has no validator for JSON Schema (") +
                            OA_SCHEMA_EXTENSION + "); a newer one has");
    }
    const std::string text = schema.dump();
    std::string told;
    oa_schema* compiled = nullptr;
    const std::int32_t status =
        table_->compile(host.raw(), text.data(), text.size(), &compiled, keep, &told);
    if (status == OA_OK) {
        schema_ = {compiled, detail::ReleaseSchema{table_}};
        return;
    }
    const Json mistakes = told.empty() ? Json::array() : Json::parse(told);
    if (status != OA_INVALID_PARAMS || mistakes.empty()) {
        throw exhausted("there is no memory for the schema");
    }
    const Json& first = mistakes.at(0);
    std::string message = first.get<std::string>("message");
    const auto hint = first.get<std::string>("hint", "");
    message += hint.empty() ? "" : "; " + hint;
    throw invalid_params(first.get<std::string>("pointer"), message)
        .with_details({{"mistakes", mistakes}});
}

inline std::vector<SchemaProblem> Schema::validate(const Json& value, bool formats) const {
    const std::string text = value.dump();
    std::string told;
    const std::int32_t status = table_->validate(schema_.get(), text.data(), text.size(),
                                                 formats ? 0 : OA_SCHEMA_NO_FORMATS, keep, &told);
    std::vector<SchemaProblem> problems;
    if (status == OA_OK) {
        return problems;
    }
    if (told.empty()) {
        throw exhausted("there is no memory to check the value");
    }
    const Json list = Json::parse(told);
    for (const Json& problem : list.as_array()) {
        problems.push_back({.kind = problem.get<std::string>("kind"),
                            .pointer = problem.get<std::string>("pointer"),
                            .schema_pointer = problem.get<std::string>("schema_pointer"),
                            .message = problem.get<std::string>("message"),
                            .hint = problem.get<std::string>("hint", ""),
                            .field = problem.get<std::string>("field", "")});
    }
    return problems;
}

inline Json Schema::with_defaults(const Json& value) const {
    const std::string text = value.dump();
    std::string told;
    const std::int32_t status =
        table_->fill_defaults(schema_.get(), text.data(), text.size(), keep, &told);
    if (status != OA_OK || told.empty()) {
        throw exhausted("there is no memory to complete the value");
    }
    return Json::parse(told);
}

}  // namespace v1
}  // namespace oa
