#include "core/expression/cel/operators.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <boost/json.hpp>

#include "core/expression/cel/time.hpp"

namespace oa::core::cel {
namespace {

template <typename T>
Order order_of(const T& left, const T& right) {
    if (left < right) {
        return Order::Less;
    }
    return right < left ? Order::Greater : Order::Equal;
}

Order order_of_doubles(double left, double right) {
    return std::isnan(left) || std::isnan(right) ? Order::None : order_of(left, right);
}

double as_double(const Value& number) {
    switch (number.kind()) {
        case Kind::Int: return static_cast<double>(number.as_int());
        case Kind::Uint: return static_cast<double>(number.as_uint());
        default: return number.as_double();
    }
}

Order order_of_numbers(const Value& left, const Value& right) {
    if (left.is(Kind::Double) || right.is(Kind::Double)) {
        return order_of_doubles(as_double(left), as_double(right));
    }
    if (left.kind() == right.kind()) {
        return left.is(Kind::Int) ? order_of(left.as_int(), right.as_int())
                                  : order_of(left.as_uint(), right.as_uint());
    }
    if (left.is(Kind::Int)) {
        return left.as_int() < 0
                   ? Order::Less
                   : order_of(static_cast<std::uint64_t>(left.as_int()), right.as_uint());
    }
    return right.as_int() < 0
               ? Order::Greater
               : order_of(left.as_uint(), static_cast<std::uint64_t>(right.as_int()));
}

bool is_number(const Value& value) {
    return holds(number_kinds, value.kind());
}

/// Compares two values, with a bound on how deep it goes.
class Equality {
public:
    explicit Equality(State& state) : state_(state) {}

    bool equal(const Value& left, const Value& right, bool& out) {
        if (is_number(left) && is_number(right)) {
            out = order_of_numbers(left, right) == Order::Equal;
            return true;
        }
        if (left.kind() != right.kind()) {
            out = false;
            return true;
        }
        switch (left.kind()) {
            case Kind::String:
            case Kind::Bytes:
                out = left.as_text() == right.as_text();
                return left.as_text().size() != right.as_text().size() ||
                       state_.step(left.as_text().size() / 64);
            case Kind::List: return nested([&] { return lists(left, right, out); });
            case Kind::Map: return nested([&] { return maps(left, right, out); });
            case Kind::Type: out = left.as_type() == right.as_type(); return true;
            case Kind::Null: out = true; return true;
            default: out = compare(left, right) == Order::Equal; return true;
        }
    }

private:
    template <typename Compare>
    bool nested(Compare compare) {
        if (depth_ >= state_.limits().value_depth) {
            return state_.fail_limit("values that are compared are nested deeper than %1 levels",
                                     state_.limits().value_depth);
        }
        ++depth_;
        const bool done = compare();
        --depth_;
        return done;
    }

    bool lists(const Value& left, const Value& right, bool& out) {
        const auto size = left.list_size();
        out = size == right.list_size();
        for (std::size_t i = 0; out && i < size; ++i) {
            if (!state_.step() || !equal(left.item(i), right.item(i), out)) {
                return false;
            }
        }
        return true;
    }

    bool maps(const Value& left, const Value& right, bool& out) {
        Value keys;
        if (!keys_of(state_, left, keys)) {
            return false;
        }
        const auto size = keys.list_size();
        out = size == right.map_size();
        for (std::size_t i = 0; out && i < size; ++i) {
            const auto mine = left.find(keys.item(i));
            const auto other = right.find(keys.item(i));
            out = mine && other;
            if (!state_.step() || (out && !equal(*mine, *other, out))) {
                return false;
            }
        }
        return true;
    }

    State& state_;
    std::size_t depth_ = 0;
};

bool overflow(State& state, Binary binary) {
    switch (binary) {
        case Binary::Add: return state.fail("the sum is beyond 64 bits");
        case Binary::Subtract: return state.fail("the difference is beyond 64 bits");
        case Binary::Multiply: return state.fail("the product is beyond 64 bits");
        default: return state.fail("the quotient is beyond 64 bits");
    }
}

bool divided_by_zero(State& state, Binary binary) {
    return state.fail(binary == Binary::Divide ? "division by zero" : "division by zero in '%'",
                      "whole numbers cannot be divided by 0; test the divisor first");
}

template <typename Integer>
bool calculate_whole(State& state, Binary binary, Integer left, Integer right, Integer& out) {
    switch (binary) {
        case Binary::Add:
            return !__builtin_add_overflow(left, right, &out) || overflow(state, binary);
        case Binary::Subtract:
            return !__builtin_sub_overflow(left, right, &out) || overflow(state, binary);
        case Binary::Multiply:
            return !__builtin_mul_overflow(left, right, &out) || overflow(state, binary);
        default: break;
    }
    if (right == 0) {
        return divided_by_zero(state, binary);
    }
    if constexpr (std::numeric_limits<Integer>::is_signed) {
        if (left == std::numeric_limits<Integer>::min() && right == -1) {
            return overflow(state, binary);
        }
    }
    out = binary == Binary::Divide ? left / right : left % right;
    return true;
}

bool calculate_numbers(
    State& state, Binary binary, const Value& left, const Value& right, Value& out) {
    if (left.is(Kind::Int)) {
        std::int64_t number = 0;
        if (!calculate_whole(state, binary, left.as_int(), right.as_int(), number)) {
            return false;
        }
        out = Value::integer(number);
        return true;
    }
    std::uint64_t number = 0;
    if (!calculate_whole(state, binary, left.as_uint(), right.as_uint(), number)) {
        return false;
    }
    out = Value::unsigned_integer(number);
    return true;
}

bool calculate_doubles(Binary binary, double left, double right, Value& out) {
    switch (binary) {
        case Binary::Add: out = Value::floating(left + right); return true;
        case Binary::Subtract: out = Value::floating(left - right); return true;
        case Binary::Multiply: out = Value::floating(left * right); return true;
        default: out = Value::floating(left / right); return true;
    }
}

bool join_texts(State& state, const Value& left, const Value& right, Value& out) {
    const auto first = left.as_text();
    const auto second = right.as_text();
    if (first.empty() || second.empty()) {
        out = first.empty() ? right : left;
        return true;
    }
    char* const room = state.text_room(first.size() + second.size());
    if (room == nullptr) {
        return false;
    }
    std::copy(second.begin(), second.end(), std::copy(first.begin(), first.end(), room));
    const std::string_view joined(room, first.size() + second.size());
    out = left.is(Kind::String) ? Value::string(joined) : Value::bytes(joined);
    return true;
}

bool join_lists(State& state, const Value& left, const Value& right, Value& out) {
    const auto size = left.list_size() + right.list_size();
    auto* const items = state.allocate<Value>(size);
    if (items == nullptr || !state.step(size)) {
        return false;
    }
    for (std::size_t i = 0; i < left.list_size(); ++i) {
        items[i] = left.item(i);
    }
    for (std::size_t i = left.list_size(); i < size; ++i) {
        items[i] = right.item(i - left.list_size());
    }
    out = Value::list(items, size);
    return true;
}

bool no_operator(State& state, const Value& left, const Value& right) {
    return state.fail({Failure::Code::NoOperator, "", "", left, right, no_node, 0});
}

KindSet result_of_one(Binary binary, Kind left, Kind right) {
    switch (binary) {
        case Binary::Equal:
        case Binary::NotEqual: return set_of(Kind::Bool);
        case Binary::In: return right == Kind::List || right == Kind::Map ? set_of(Kind::Bool) : 0;
        case Binary::Less:
        case Binary::LessEqual:
        case Binary::Greater:
        case Binary::GreaterEqual: {
            constexpr auto ordered =
                set_of(Kind::Bool, Kind::String, Kind::Bytes, Kind::Timestamp, Kind::Duration);
            const bool numbers = holds(number_kinds, left) && holds(number_kinds, right);
            return numbers || (left == right && holds(ordered, left)) ? set_of(Kind::Bool) : 0;
        }
        default: break;
    }
    if (binary == Binary::Add || binary == Binary::Subtract) {
        if (left == Kind::Timestamp && right == Kind::Timestamp) {
            return binary == Binary::Subtract ? set_of(Kind::Duration) : no_kind;
        }
        if (left == Kind::Timestamp && right == Kind::Duration) {
            return set_of(Kind::Timestamp);
        }
        if (binary == Binary::Add && left == Kind::Duration && right == Kind::Timestamp) {
            return set_of(Kind::Timestamp);
        }
    }
    auto same = number_kinds;
    if (binary == Binary::Add) {
        same = set_of(Kind::Int, Kind::Uint, Kind::Double, Kind::String, Kind::Bytes, Kind::List,
                      Kind::Duration);
    } else if (binary == Binary::Subtract) {
        same = set_of(Kind::Int, Kind::Uint, Kind::Double, Kind::Duration);
    } else if (binary == Binary::Modulo) {
        same = whole_kinds;
    }
    return left == right && holds(same, left) ? set_of(left) : no_kind;
}

}  // namespace

bool equal(State& state, const Value& left, const Value& right, bool& out) {
    return Equality(state).equal(left, right, out);
}

std::optional<Order> compare(const Value& left, const Value& right) {
    if (is_number(left) && is_number(right)) {
        return order_of_numbers(left, right);
    }
    if (left.kind() != right.kind()) {
        return std::nullopt;
    }
    switch (left.kind()) {
        case Kind::Bool: return order_of(left.as_bool(), right.as_bool());
        case Kind::String:
        case Kind::Bytes: return order_of(left.as_text(), right.as_text());
        case Kind::Duration: return order_of(left.as_duration(), right.as_duration());
        case Kind::Timestamp: {
            const auto first = left.as_timestamp();
            const auto second = right.as_timestamp();
            const auto seconds = order_of(first.seconds, second.seconds);
            return seconds == Order::Equal ? order_of(first.nanos, second.nanos) : seconds;
        }
        default: return std::nullopt;
    }
}

bool contains(State& state, const Value& item, const Value& container, Value& out) {
    if (container.is(Kind::Map)) {
        out = Value::boolean(container.find(item).has_value());
        return true;
    }
    if (!container.is(Kind::List)) {
        return no_operator(state, item, container);
    }
    const auto size = container.list_size();
    for (std::size_t i = 0; i < size; ++i) {
        bool same = false;
        if (!state.step() || !equal(state, item, container.item(i), same)) {
            return false;
        }
        if (same) {
            out = Value::boolean(true);
            return true;
        }
    }
    out = Value::boolean(false);
    return true;
}

bool calculate(State& state, Binary binary, const Value& left, const Value& right, Value& out) {
    const auto kind = left.kind();
    if (kind != right.kind() || kind == Kind::Timestamp) {
        const bool times = result_of_one(binary, kind, right.kind()) != no_kind;
        return times ? calculate_time(state, binary, left, right, out)
                     : no_operator(state, left, right);
    }
    if (holds(whole_kinds, kind)) {
        return calculate_numbers(state, binary, left, right, out);
    }
    if (kind == Kind::Double && binary != Binary::Modulo) {
        return calculate_doubles(binary, left.as_double(), right.as_double(), out);
    }
    if (kind == Kind::Duration && (binary == Binary::Add || binary == Binary::Subtract)) {
        return calculate_time(state, binary, left, right, out);
    }
    if (binary == Binary::Add && (kind == Kind::String || kind == Kind::Bytes)) {
        return join_texts(state, left, right, out);
    }
    if (binary == Binary::Add && kind == Kind::List) {
        return join_lists(state, left, right, out);
    }
    return no_operator(state, left, right);
}

bool negate(State& state, const Value& operand, Value& out) {
    if (operand.is(Kind::Double)) {
        out = Value::floating(-operand.as_double());
        return true;
    }
    if (!operand.is(Kind::Int)) {
        return state.fail({Failure::Code::NoOperator, "", "", operand, {}, no_node, 0});
    }
    if (operand.as_int() == std::numeric_limits<std::int64_t>::min()) {
        return overflow(state, Binary::Subtract);
    }
    out = Value::integer(-operand.as_int());
    return true;
}

KindSet result_of(Binary binary, KindSet left, KindSet right) {
    KindSet result = no_kind;
    for (std::size_t i = 0; i < kind_count; ++i) {
        for (std::size_t j = 0; j < kind_count; ++j) {
            const auto first = static_cast<Kind>(i);
            const auto second = static_cast<Kind>(j);
            if (holds(left, first) && holds(right, second)) {
                result = static_cast<KindSet>(result | result_of_one(binary, first, second));
            }
        }
    }
    return result;
}

bool keys_of(State& state, const Value& map, Value& out) {
    std::vector<std::string> names;
    if (const auto* const source = map.map_source()) {
        names = source->keys();
    }
    const auto* const json = map.borrowed_json();
    const auto size = map.map_source() == nullptr ? map.map_size() : names.size();
    auto* const keys = state.allocate<Value>(size);
    if (keys == nullptr || !state.step(size)) {
        return false;
    }
    for (std::size_t i = 0; i < size; ++i) {
        if (json != nullptr) {
            const auto key = json->get_object().begin()[static_cast<std::ptrdiff_t>(i)].key();
            keys[i] = Value::string({key.data(), key.size()});
        } else if (map.map_source() != nullptr) {
            if (!state.give_string(names[i], keys[i])) {
                return false;
            }
        } else {
            keys[i] = map.map_data().entries[i].key;
        }
    }
    out = Value::list(keys, size);
    return true;
}

}  // namespace oa::core::cel
