#include "core/expression/cel/to_json.hpp"

#include <cmath>
#include <utility>

#include <boost/json.hpp>

#include "core/expression/cel/function.hpp"
#include "core/expression/cel/number_text.hpp"
#include "core/expression/cel/utf8.hpp"

namespace oa::core::cel {
namespace {

namespace json = boost::json;

constexpr std::size_t scalar_bytes = 8;  ///< about what a number or a name takes in a text

class Converter {
public:
    explicit Converter(const EvaluationLimits& limits) : limits_(limits) {}

    [[nodiscard]] bool convert(const Value& value, json::value& out) {
        switch (value.kind()) {
            case Kind::Null: out = nullptr; return spend(scalar_bytes);
            case Kind::Bool: out = value.as_bool(); return spend(scalar_bytes);
            case Kind::Int: out = value.as_int(); return spend(scalar_bytes);
            case Kind::Uint: out = value.as_uint(); return spend(scalar_bytes);
            case Kind::Double: return floating(value.as_double(), out);
            case Kind::String: return text(value.as_text(), out);
            case Kind::Bytes:
                return spend(value.as_text().size()) && text(base64_of(value.as_text()), out);
            case Kind::List: return nested([&] { return list(value, out); });
            case Kind::Map: return nested([&] { return map(value, out); });
            default: return text(text_of(value), out);
        }
    }

    [[nodiscard]] ConversionProblem& problem() { return problem_; }

private:
    bool refuse(std::string message, std::string hint = {}) {
        problem_ = {std::move(message), std::move(hint)};
        return false;
    }

    bool spend(std::size_t bytes) {
        bytes_ += bytes;
        return bytes_ <= limits_.output_bytes ||
               refuse("the result of the expression is larger than " +
                          std::to_string(limits_.output_bytes) + " bytes",
                      "select less of it");
    }

    template <typename Convert>
    bool nested(Convert convert_nested) {
        if (depth_ >= limits_.value_depth) {
            return refuse("the result of the expression is nested deeper than " +
                          std::to_string(limits_.value_depth) + " levels");
        }
        ++depth_;
        const bool done = convert_nested();
        --depth_;
        return done;
    }

    bool floating(double number, json::value& out) {
        if (!std::isfinite(number)) {
            return refuse(
                "the expression gives " + text_of(number) + ", which JSON has no number for",
                "test the divisor, or make a text of it with string(x)");
        }
        out = number;
        return spend(scalar_bytes);
    }

    bool text(std::string_view content, json::value& out) {
        if (!spend(content.size() + 2)) {
            return false;
        }
        out = json::string_view(content.data(), content.size());
        return true;
    }

    bool list(const Value& value, json::value& out) {
        auto& items = out.emplace_array();
        for (std::size_t i = 0; i < value.list_size(); ++i) {
            items.emplace_back(nullptr);
            if (!convert(value.item(i), items.back())) {
                return false;
            }
        }
        return true;
    }

    bool entry(json::object& fields, std::string_view key, const Value& value) {
        if (!spend(key.size() + 3)) {
            return false;
        }
        const auto [place, added] =
            fields.emplace(json::string_view(key.data(), key.size()), nullptr);
        return added ? convert(value, place->value())
                     : refuse("two keys of a map are '" + shortened(key) + "' as text",
                              "the keys of JSON objects are texts");
    }

    bool map(const Value& value, json::value& out) {
        auto& fields = out.emplace_object();
        if (const auto* const source = value.map_source()) {
            for (const auto& key : source->keys()) {
                if (!entry(fields, key, source->find(key).value_or(Value()))) {
                    return false;
                }
            }
            return true;
        }
        if (const auto* const borrowed = value.borrowed_json()) {
            for (const auto& field : borrowed->get_object()) {
                if (!entry(fields, {field.key().data(), field.key().size()},
                           Value::json(field.value()))) {
                    return false;
                }
            }
            return true;
        }
        const auto& data = value.map_data();
        for (std::size_t i = 0; i < data.size; ++i) {
            if (!entry(fields, text_of(data.entries[i].key), data.entries[i].value)) {
                return false;
            }
        }
        return true;
    }

    EvaluationLimits limits_;
    std::size_t bytes_ = 0;
    std::size_t depth_ = 0;
    ConversionProblem problem_;
};

}  // namespace

std::optional<ConversionProblem> to_json(const Value& value,
                                         const EvaluationLimits& limits,
                                         boost::json::value& out) {
    if (const auto* const borrowed = value.borrowed_json()) {
        out = *borrowed;
        return std::nullopt;
    }
    Converter converter(limits);
    if (!value.is(Kind::String) && !converter.convert(value, out)) {
        return std::move(converter.problem());
    }
    if (value.is(Kind::String)) {
        // Built texts have their own bound; others are borrowed.
        out = json::string_view(value.as_text().data(), value.as_text().size());
    }
    return std::nullopt;
}

}  // namespace oa::core::cel
