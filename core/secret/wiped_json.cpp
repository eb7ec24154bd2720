#include "core/secret/wiped_json.hpp"

#include <array>
#include <new>
#include <stdexcept>
#include <string>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "core/secret/secret.hpp"

namespace oa::core {
namespace {

namespace json = boost::json;

/// Boost writes strings as they should be, and in pieces, so that nothing is left behind.
void append_string(WipedBuffer& out, const json::string_view text) {
    json::serializer writer;
    writer.reset(text);
    Secret piece = Secret::blank(4096);
    while (!writer.done()) {
        const auto written = writer.read(piece.bytes(), piece.size());
        out.append({written.data(), written.size()});
    }
}

}  // namespace

// Boost gives some blocks back with another alignment than it asked for. None of its types needs
// more than what operator new gives anyway.
void* WipedMemory::do_allocate(std::size_t size, std::size_t /*alignment*/) {
    return ::operator new(size);
}

void WipedMemory::do_deallocate(void* memory, std::size_t size, std::size_t /*alignment*/) {
    wipe(memory, size);
    ::operator delete(memory);
}

bool WipedMemory::do_is_equal(const json::memory_resource& other) const noexcept {
    return this == &other;
}

json::value parse_wiped(std::string_view text, WipedMemory& memory, std::size_t depth_max) {
    json::parse_options options;
    options.max_depth = depth_max;
    json::error_code error;
    // What the parser keeps of texts on their way lies in wiped memory too, or on the stack.
    json::parser parser{json::storage_ptr(&memory), options};
    parser.reset(json::storage_ptr(&memory));
    parser.write(text.data(), text.size(), error);
    wipe_stack();
    if (error) {
        throw std::invalid_argument("no JSON text");
    }
    return parser.release();
}

void append_wiped_json(WipedBuffer& out, const json::value& value) {
    if (const auto* text = value.if_string()) {
        append_string(out, *text);
    } else if (const auto* array = value.if_array()) {
        out.push('[');
        for (std::size_t i = 0; i < array->size(); ++i) {
            out.append(i == 0 ? "" : ",");
            append_wiped_json(out, (*array)[i]);
        }
        out.push(']');
    } else if (const auto* object = value.if_object()) {
        const char* before = "";
        out.push('{');
        for (const auto& member : *object) {
            out.append(before);
            append_string(out, member.key());
            out.push(':');
            append_wiped_json(out, member.value());
            before = ",";
        }
        out.push('}');
    } else {
        std::string scalar = write_json(value);
        out.append(scalar);
        wipe(scalar);
    }
}

[[gnu::noinline]] void wipe_stack() noexcept {
    constexpr std::size_t bytes = 32U << 10U;
    std::array<char, bytes> below;  // NOLINT(cppcoreguidelines-pro-type-member-init)
    wipe(below.data(), below.size());
}

}  // namespace oa::core
