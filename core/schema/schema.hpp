#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/fwd.hpp>

#include "core/schema/type_set.hpp"

/// JSON Schema, draft 2020-12 (https://json-schema.org/draft/2020-12): all of the vocabularies
/// core, applicator, unevaluated, validation and format-assertion that needs no second document.
/// docs/json-schema.md is the page for users.
namespace oa::core {

namespace schema {
struct Program;
}

/// What a schema may cost. One that costs more does not compile.
struct SchemaLimits {
    std::size_t depth_max = 64;                  ///< nesting of the schema as a JSON value
    std::size_t nodes_max = 20'000;              ///< schemas within the schema
    std::size_t patterns_max = 100;              ///< different regular expressions
    std::size_t pattern_memory_max = 2U << 20U;  ///< bytes, for each of them
};

/// Why a schema is none.
struct SchemaMistake {
    std::string pointer;  ///< JSON Pointer (RFC 6901) into the schema
    std::string message;  ///< one sentence, without a full stop
    std::string hint;     ///< e.g. "did you mean 'string'?"; may be empty

    friend bool operator==(const SchemaMistake&, const SchemaMistake&) = default;
};

/// "the schema at /properties/a: there is no type 'strng'; did you mean 'string'?"
[[nodiscard]] std::string to_string(const SchemaMistake& mistake);

struct SchemaProblem {
    enum class Kind {
        Value,         ///< the value itself does not fit
        MissingField,  ///< `field` is not there
        UnknownField,  ///< `field` is there and must not be
        Limit,         ///< it would take too long to check the value
    };

    Kind kind = Kind::Value;
    std::string pointer;         ///< JSON Pointer to the value (of a field: to its object)
    std::string schema_pointer;  ///< JSON Pointer to the keyword that says so
    /// What is said about the value at `pointer`: "takes an integer, not the text 'x'",
    /// "is missing the field 'url'". No full stop.
    std::string message;
    std::string hint;   ///< e.g. "did you mean 'url'?"; may be empty
    std::string field;  ///< of MissingField and UnknownField

    friend bool operator==(const SchemaProblem&, const SchemaProblem&) = default;
};

/// "/list/0 takes an integer, not the text 'x'; hint"; the whole value is called "the value".
[[nodiscard]] std::string to_string(const SchemaProblem& problem);

struct ValidateOptions {
    bool formats = true;            ///< whether `format` is checked, where it is one that is known
    std::size_t problems_max = 20;  ///< reported at once; at least 1
    std::size_t steps_max = 10'000'000;  ///< about a second
    /// Schemas within schemas and values within values on the way to one place. A level takes
    /// about a KiB of stack.
    std::size_t depth_max = 256;
    /// Tells the kinds that a value can be of once it is known, where it is not known yet: a
    /// placeholder stands in its place. Nothing where the value is what it is. It is asked for the
    /// value and everything within it, by address.
    std::function<std::optional<TypeSet>(const boost::json::value&)> unknown = {};
};

struct CompiledSchema;

/// A compiled schema. It never changes, is cheap to copy and may be used by any number of threads
/// at a time.
class Schema {
public:
    /// Keeps a copy of what it needs of `schema`. Unknown keywords are ignored, as are annotations
    /// and `$schema`.
    [[nodiscard]] static CompiledSchema compile(const boost::json::value& schema,
                                                const SchemaLimits& limits = {});

    /// Everything that is wrong with a value, up to a maximum; nothing when it fits. With values
    /// that are not known, only what is wrong whatever they will be.
    [[nodiscard]] std::vector<SchemaProblem> validate(const boost::json::value& instance,
                                                      const ValidateOptions& options = {}) const;

    /// Puts in the `default` of every field that is absent: those of `properties`, through items,
    /// references and `allOf`, and through those branches of `if`, `oneOf` and `anyOf` that are
    /// taken beyond doubt. A default is completed like any other value. The result is not checked.
    void fill_defaults(boost::json::value& instance) const;

private:
    explicit Schema(std::shared_ptr<const schema::Program> program);

    std::shared_ptr<const schema::Program> program_;
};

/// A schema, or why it is none.
struct CompiledSchema {
    std::optional<Schema> schema;
    std::vector<SchemaMistake> mistakes;  ///< at most 20; empty when there is a schema
};

}  // namespace oa::core
