#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "host/isolation/protocol/protocol_error.hpp"

namespace oa::host::isolation {

/// Writes the fields of a message. The functions named fields() list them once for both ways:
/// `fields(archive, message)` calls `archive(field)...`.
class FieldWriter {
public:
    explicit FieldWriter(std::string& out) : out_(out) {}

    template <typename... Fields>
    void operator()(const Fields&... values) {
        (put(values), ...);
    }

private:
    template <std::unsigned_integral T>
    void put_integer(T value) {
        for (std::size_t i = 0; i < sizeof(T); ++i) {
            out_.push_back(static_cast<char>(static_cast<unsigned char>(value >> (8U * i))));
        }
    }
    void put_length(std::size_t length) {
        if (length > std::numeric_limits<std::uint32_t>::max()) {
            throw std::length_error("a message is too long");
        }
        put_integer(static_cast<std::uint32_t>(length));
    }

    void put(std::uint16_t value) { put_integer(value); }
    void put(std::uint32_t value) { put_integer(value); }
    void put(std::uint64_t value) { put_integer(value); }
    void put(std::int32_t value) { put_integer(static_cast<std::uint32_t>(value)); }
    void put(bool value) { out_.push_back(value ? '\1' : '\0'); }
    void put(double value) { put_integer(std::bit_cast<std::uint64_t>(value)); }
    void put(const std::string& text) {
        put_length(text.size());
        out_ += text;
    }
    template <typename T>
    void put(const std::optional<T>& value) {
        put(value.has_value());
        if (value) {
            fields(*this, *value);
        }
    }
    template <typename T>
    void put(const std::vector<T>& list) {
        put_length(list.size());
        for (const T& element : list) {
            fields(*this, element);
        }
    }
    template <typename T>
    requires std::is_class_v<T>
    void put(const T& part) { fields(*this, part); }

    std::string& out_;
};

/// Reads them, and believes nothing. Throws ProtocolError.
class FieldReader {
public:
    explicit FieldReader(std::string_view bytes) : rest_(bytes) {}

    template <typename... Fields>
    void operator()(Fields&... values) {
        (get(values), ...);
    }
    /// Nothing may follow the last field.
    void finish() const {
        if (!rest_.empty()) {
            throw ProtocolError("a message has bytes after its last field");
        }
    }

private:
    std::string_view take(std::size_t count) {
        if (count > rest_.size()) {
            throw ProtocolError("a message ends in the middle of a field");
        }
        const std::string_view out = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return out;
    }
    template <std::unsigned_integral T>
    T get_integer() {
        T out = 0;
        std::size_t shift = 0;
        for (const char byte : take(sizeof(T))) {
            out =
                static_cast<T>(out | static_cast<T>(T{static_cast<unsigned char>(byte)} << shift));
            shift += 8;
        }
        return out;
    }

    void get(std::uint16_t& value) { value = get_integer<std::uint16_t>(); }
    void get(std::uint32_t& value) { value = get_integer<std::uint32_t>(); }
    void get(std::uint64_t& value) { value = get_integer<std::uint64_t>(); }
    void get(std::int32_t& value) {
        value = static_cast<std::int32_t>(get_integer<std::uint32_t>());
    }
    void get(bool& value) {
        const char byte = take(1).front();
        if (byte != '\0' && byte != '\1') {
            throw ProtocolError("a message holds a truth value that is neither 0 nor 1");
        }
        value = byte == '\1';
    }
    void get(double& value) {
        value = std::bit_cast<double>(get_integer<std::uint64_t>());
        if (value != value) {
            throw ProtocolError("a message holds a number that is none");
        }
    }
    void get(std::string& text) {
        const auto length = get_integer<std::uint32_t>();
        text = take(length);
    }
    template <typename T>
    void get(std::optional<T>& value) {
        bool there = false;
        get(there);
        value.reset();
        if (there) {
            fields(*this, value.emplace());
        }
    }
    template <typename T>
    void get(std::vector<T>& list) {
        const auto count = get_integer<std::uint32_t>();
        list.clear();
        // An element takes at least eight bytes, so that a wrong count costs no memory.
        if (count > rest_.size() / element_bytes_min) {
            throw ProtocolError("a message announces more elements than it can hold");
        }
        list.reserve(count);
        for (std::uint32_t i = 0; i < count; ++i) {
            fields(*this, list.emplace_back());
        }
    }
    template <typename T>
    requires std::is_class_v<T>
    void get(T& part) { fields(*this, part); }

    static constexpr std::size_t element_bytes_min = 8;
    std::string_view rest_;
};

}  // namespace oa::host::isolation
