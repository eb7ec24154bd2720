#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "core/expression/cel/kind.hpp"

namespace oa::core::cel {

class Arena;
class Value;
struct MapData;

/// A map whose entries are made when they are asked for. Keys are strings.
class MapSource {
public:
    virtual ~MapSource() = default;
    [[nodiscard]] virtual std::optional<Value> find(std::string_view key) const = 0;
    [[nodiscard]] virtual std::vector<std::string> keys() const = 0;

protected:
    MapSource() = default;
    MapSource(const MapSource&) = default;
    MapSource& operator=(const MapSource&) = default;
};

/// An instant: seconds since 1970 and 0 to 999,999,999 nanoseconds on top. From year 1 to 9999.
struct Timestamp {
    std::int64_t seconds = 0;
    std::int32_t nanos = 0;

    friend bool operator==(const Timestamp&, const Timestamp&) = default;
};

/// A value of the language. It owns nothing: texts, lists and maps are borrowed, from the bindings,
/// the program or the arena of the evaluation, and valid for as long as those are. Copies are
/// cheap.
class Value {
public:
    /// null
    constexpr Value() noexcept = default;

    [[nodiscard]] static Value boolean(bool value) noexcept {
        Value made(Kind::Bool);
        made.bits_.boolean = value;
        return made;
    }
    [[nodiscard]] static Value integer(std::int64_t value) noexcept {
        Value made(Kind::Int);
        made.bits_.integer = value;
        return made;
    }
    [[nodiscard]] static Value unsigned_integer(std::uint64_t value) noexcept {
        Value made(Kind::Uint);
        made.bits_.unsigned_integer = value;
        return made;
    }
    [[nodiscard]] static Value floating(double value) noexcept {
        Value made(Kind::Double);
        made.bits_.floating = value;
        return made;
    }
    [[nodiscard]] static Value string(std::string_view text) noexcept {
        return text_of(Kind::String, text);
    }
    [[nodiscard]] static Value bytes(std::string_view data) noexcept {
        return text_of(Kind::Bytes, data);
    }
    [[nodiscard]] static Value list(const Value* items, std::size_t count) noexcept {
        Value made(Kind::List);
        made.bits_.items = items;
        made.size_ = count;
        return made;
    }
    [[nodiscard]] static Value map(const MapData& data) noexcept {
        Value made(Kind::Map);
        made.bits_.map = &data;
        return made;
    }
    [[nodiscard]] static Value map(const MapSource& source) noexcept {
        Value made(Kind::Map);
        made.form_ = Form::Source;
        made.bits_.source = &source;
        return made;
    }
    [[nodiscard]] static Value type(Kind kind) noexcept {
        Value made(Kind::Type);
        made.bits_.type = kind;
        return made;
    }
    [[nodiscard]] static Value timestamp(Timestamp instant) noexcept {
        Value made(Kind::Timestamp);
        made.bits_.integer = instant.seconds;
        made.nanos_ = instant.nanos;
        return made;
    }
    /// In nanoseconds.
    [[nodiscard]] static Value duration(std::int64_t nanoseconds) noexcept {
        Value made(Kind::Duration);
        made.bits_.integer = nanoseconds;
        return made;
    }
    /// The JSON value as it is, borrowed. Integers become Int, or Uint beyond its range, other
    /// numbers Double.
    [[nodiscard]] static Value json(const boost::json::value& value) noexcept;

    [[nodiscard]] Kind kind() const noexcept { return kind_; }
    [[nodiscard]] bool is(Kind kind) const noexcept { return kind_ == kind; }

    // What the kind allows, unchecked.
    [[nodiscard]] bool as_bool() const noexcept { return bits_.boolean; }
    [[nodiscard]] std::int64_t as_int() const noexcept { return bits_.integer; }
    [[nodiscard]] std::uint64_t as_uint() const noexcept { return bits_.unsigned_integer; }
    [[nodiscard]] double as_double() const noexcept { return bits_.floating; }
    /// Of a string or bytes.
    [[nodiscard]] std::string_view as_text() const noexcept { return {bits_.text, size_}; }
    [[nodiscard]] Kind as_type() const noexcept { return bits_.type; }
    [[nodiscard]] Timestamp as_timestamp() const noexcept { return {bits_.integer, nanos_}; }
    /// In nanoseconds.
    [[nodiscard]] std::int64_t as_duration() const noexcept { return bits_.integer; }

    /// The JSON list or map that this one stands for; otherwise nullptr.
    [[nodiscard]] const boost::json::value* borrowed_json() const noexcept {
        return form_ == Form::Json ? bits_.json : nullptr;
    }
    [[nodiscard]] const MapSource* map_source() const noexcept {
        return form_ == Form::Source ? bits_.source : nullptr;
    }
    /// Of a map that is neither.
    [[nodiscard]] const MapData& map_data() const noexcept { return *bits_.map; }

    // Of a list.
    [[nodiscard]] std::size_t list_size() const noexcept;
    [[nodiscard]] Value item(std::size_t position) const noexcept;

    // Of a map.
    [[nodiscard]] std::size_t map_size() const;
    [[nodiscard]] std::optional<Value> find(std::string_view key) const;
    /// Numbers of different kinds are one key when they are equal.
    [[nodiscard]] std::optional<Value> find(const Value& key) const;

private:
    enum class Form : std::uint8_t { Plain, Json, Source };

    constexpr explicit Value(Kind kind) noexcept : kind_(kind) {}
    [[nodiscard]] static Value text_of(Kind kind, std::string_view text) noexcept {
        Value made(kind);
        made.bits_.text = text.data();
        made.size_ = text.size();
        return made;
    }

    union Bits {
        std::int64_t integer = 0;
        bool boolean;
        std::uint64_t unsigned_integer;
        double floating;
        const char* text;
        const Value* items;
        const MapData* map;
        const MapSource* source;
        const boost::json::value* json;
        Kind type;
    };

    Kind kind_ = Kind::Null;
    Form form_ = Form::Plain;
    std::int32_t nanos_ = 0;
    Bits bits_;
    std::size_t size_ = 0;
};

struct MapEntry {
    Value key;
    Value value;
};

/// A map that an expression built: entries in the order of the text, and an index when there are
/// many.
struct MapData {
    const MapEntry* entries = nullptr;
    std::size_t size = 0;
    const std::uint32_t* buckets = nullptr;  ///< position + 1 of an entry, 0: free
    std::size_t bucket_count = 0;            ///< a power of two
};

/// Makes a map of entries that stay where they are. The outcome tells which key is there twice.
struct MapMade {
    const MapData* data = nullptr;  ///< nullptr: no room, or a key is repeated
    const Value* repeated = nullptr;
};
[[nodiscard]] MapMade make_map(Arena& arena, const MapEntry* entries, std::size_t size);

/// Whether such a value can be a key.
[[nodiscard]] constexpr bool can_be_key(Kind kind) {
    return holds(set_of(Kind::Bool, Kind::Int, Kind::Uint, Kind::String), kind);
}

}  // namespace oa::core::cel
