#include "host/blob/blob_references.hpp"

#include <cstddef>
#include <limits>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <boost/json.hpp>

#include "core/json/json.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

constexpr std::string_view key = "$blob";
constexpr std::string_view key_in_text = R"("$blob")";

/// A container on the way to a value, and how many of its children have been looked at.
struct Step {
    json::value* container = nullptr;
    std::size_t seen = 0;
};
using Path = std::vector<Step>;

json::value* next_child(Step& step) {
    if (json::array* array = step.container->if_array()) {
        return step.seen < array->size() ? &(*array)[step.seen++] : nullptr;
    }
    json::object& object = step.container->as_object();
    return step.seen < object.size() ? &(object.begin() + step.seen++)->value() : nullptr;
}

/// Calls visit(object, path) for every object that has a "$blob", outer ones first.
template <typename Visit>
void for_each_reference(json::value& root, const Visit& visit) {
    Path path;
    const auto enter = [&](json::value& value) {
        if (json::object* object = value.if_object(); object != nullptr && object->contains(key)) {
            visit(*object, path);
        }
        if (value.is_structured()) {
            path.push_back({&value});
        }
    };
    enter(root);
    while (!path.empty()) {
        if (json::value* child = next_child(path.back())) {
            enter(*child);
        } else {
            path.pop_back();
        }
    }
}

void append_token(std::string& out, std::string_view token) {
    for (const char c : token) {
        if (c == '~') {
            out += "~0";
        } else if (c == '/') {
            out += "~1";
        } else {
            out += c;
        }
    }
}

/// JSON Pointer of the value that the path leads to; "" is the root.
std::string pointer_of(const Path& path) {
    std::string out;
    for (const Step& step : path) {
        out += '/';
        if (const json::object* object = step.container->if_object()) {
            append_token(out, (object->begin() + (step.seen - 1))->key());
        } else {
            out += std::to_string(step.seen - 1);
        }
    }
    return out;
}

std::string shown(const json::value& value) {
    constexpr std::size_t bytes_max = 100;
    std::string out = core::write_json(value);
    if (out.size() > bytes_max) {
        std::size_t end = bytes_max;
        while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0U) == 0x80U) {
            --end;  // not in the middle of a character
        }
        out.resize(end);
        out += "...";
    }
    return out;
}

/// The reference with another name for its blob, and with its size; the other members stay.
void rename(json::object& reference, json::value name, std::size_t size) {
    json::object out(reference.storage());
    out.reserve(reference.size() + 1);
    out[key] = std::move(name);
    out["size"] = size;
    for (auto& member : reference) {
        if (member.key() != key && member.key() != "size") {
            out.emplace(member.key(), std::move(member.value()));
        }
    }
    reference = std::move(out);
}

std::optional<std::uint32_t> index_of(const json::value& value) {
    if (const std::int64_t* number = value.if_int64();
        number != nullptr && *number >= 0 && *number <= std::numeric_limits<std::uint32_t>::max()) {
        return static_cast<std::uint32_t>(*number);
    }
    return std::nullopt;
}

json::value parse(const std::string& params) {
    try {
        return core::parse_json(params);
    } catch (const core::JsonError& error) {
        // The host wrote them: what is left are its limits.
        throw BlobError(
            "invalid_params",
            std::string("the parameters refer to blobs, but exceed a limit: ") + error.what());
    }
}

std::string in_parameters(const Path& path) {
    return path.empty() ? "the parameters refer" : "the parameter " + pointer_of(path) + " refers";
}

std::string in_output(const Path& path) {
    return path.empty() ? "the output refers" : "the output at " + pointer_of(path) + " refers";
}

}  // namespace

BlobParams take_inputs(std::shared_ptr<const std::string> params, const RunBlobs* blobs) {
    BlobParams out{std::move(params), {}};
    if (!out.text || out.text->find(key_in_text) == std::string::npos) {
        return out;
    }
    json::value value = parse(*out.text);
    std::unordered_map<const Blob*, std::size_t> indices;
    for_each_reference(value, [&](json::object& reference, const Path& path) {
        const json::value& name = reference[key];
        if (!name.is_string()) {
            throw BlobError("invalid_params", in_parameters(path) + " to a blob by " + shown(name) +
                                                  ", which is no digest; pass on the value that "
                                                  "a task of this run gave");
        }
        auto blob = blobs == nullptr ? nullptr : blobs->find(name.get_string());
        if (!blob) {
            throw BlobError("not_found", in_parameters(path) + " to the blob " + shown(name) +
                                             ", which this run does not have; pass on the value "
                                             "that a task of this run gave");
        }
        const auto [found, fresh] = indices.try_emplace(blob.get(), out.inputs.size());
        rename(reference, found->second, blob->size());
        if (fresh) {
            out.inputs.push_back(std::move(blob));
        }
    });
    // Otherwise it was only said, in a text.
    if (!out.inputs.empty()) {
        out.text = std::make_shared<const std::string>(core::write_json(value));
    }
    return out;
}

void name_outputs(json::value& output,
                  std::span<const std::shared_ptr<const Blob>> inputs,
                  const OutputBlobs& outputs) {
    for_each_reference(output, [&](json::object& reference, const Path& path) {
        const json::value& name = reference[key];
        const std::optional<std::uint32_t> index = index_of(name);
        if (!index) {
            throw BlobError("internal", in_output(path) + " to a blob by " + shown(name) +
                                            ", which is no index; use the number that blob_alloc "
                                            "or blob_give returned");
        }
        const auto blob = *index < inputs.size()
                              ? inputs[*index]
                              : outputs(*index - static_cast<std::uint32_t>(inputs.size()));
        if (!blob) {
            throw BlobError("internal", in_output(path) + " to blob " + std::to_string(*index) +
                                            ", which this call does not have; use the number "
                                            "that blob_alloc or blob_give returned");
        }
        rename(reference, json::string(blob->digest()), blob->size());
    });
}

core::Failure not_called(const std::string& subject, const BlobError& error) {
    return {.code = error.code(), .message = subject + " was not called: " + error.what()};
}

core::Failure output_refused(const std::string& subject, const BlobError& error) {
    return {.code = error.code(), .message = subject + " succeeded, but " + error.what()};
}

}  // namespace oa::host
