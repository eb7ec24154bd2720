#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data.hpp"
#include "functions.hpp"

namespace oa::json {
namespace {

// ----- JSON Patch (RFC 6902) -----

/// A pointer (RFC 6901) in its parts; `at` is where it stands in the parameters.
std::vector<std::string> parts_of(const std::string& pointer, const std::string& at) {
    if (!pointer.empty() && pointer.front() != '/') {
        throw invalid_params(at, "'" + pointer + "' is no JSON Pointer; one is written /a/b");
    }
    std::vector<std::string> parts;
    for (std::size_t begin = 1; begin <= pointer.size() && !pointer.empty();) {
        const std::size_t end = std::min(pointer.find('/', begin), pointer.size());
        std::string part;
        for (std::size_t i = begin; i < end; ++i) {
            const bool is_escape = pointer[i] == '~' && i + 1 < end;
            if (pointer[i] == '~' &&
                !(is_escape && (pointer[i + 1] == '0' || pointer[i + 1] == '1'))) {
                throw invalid_params(at, "'" + pointer + "' has a ~ that is neither ~0 nor ~1");
            }
            part += is_escape ? (pointer[++i] == '0' ? '~' : '/') : pointer[i];
        }
        parts.push_back(std::move(part));
        begin = end + 1;
    }
    return parts;
}

/// Of an element that there may be: nothing for what is no number of one. "-" is the one after all.
std::optional<std::size_t> index_of(const std::string& part, std::size_t size) {
    if (part == "-") {
        return size;
    }
    std::size_t index = 0;
    const char* end = part.data() + part.size();
    const auto [stopped, error] = std::from_chars(part.data(), end, index);
    const bool has_zeros = part.size() > 1 && part.front() == '0';
    return error == std::errc{} && stopped == end && !has_zeros ? std::optional(index)
                                                                : std::nullopt;
}

Json* child_of(Json& value, const std::string& part) {
    if (value.is_object()) {
        return value.find(part);
    }
    if (value.is_array()) {
        const auto index = index_of(part, value.size());
        return index && *index < value.size() ? &value.as_array()[*index] : nullptr;
    }
    return nullptr;
}

/// One operation of a patch, on a document.
class Operation {
public:
    Operation(const Json& what, std::size_t number, Json& document)
        : what_(what), at_(pointer_to("patch", number)), document_(document) {
        if (!what.is_object()) {
            throw invalid_params(at_, "an operation has to be a map, found " + what.describe());
        }
    }

    void apply() {
        const std::string name = text("op");
        if (name == "add") {
            add(path("path"), value());
        } else if (name == "remove") {
            static_cast<void>(remove(path("path")));
        } else if (name == "replace") {
            const auto place = path("path");
            Json replacement = value();
            *existing(place) = std::move(replacement);
        } else if (name == "move") {
            move();
        } else if (name == "copy") {
            Json copied = *existing(path("from"));
            add(path("path"), std::move(copied));
        } else if (name == "test") {
            if (!(*existing(path("path")) == value())) {
                throw failed_precondition("the value at " + text("path") + " is another one")
                    .with_pointer(at_);
            }
        } else {
            throw invalid_params(at_ + "/op",
                                 "'" + name +
                                     "' is no operation; there are add, remove, replace, "
                                     "move, copy and test");
        }
    }

private:
    using Path = std::vector<std::string>;

    [[nodiscard]] std::string text(const char* member) const {
        const Json& found = what_[member];
        if (!found.is_string()) {
            throw invalid_params(at_ + "/" + member,
                                 std::string("the operation needs a text ") + member);
        }
        return found.as_string();
    }
    [[nodiscard]] Path path(const char* member) const {
        return parts_of(text(member), at_ + "/" + member);
    }
    [[nodiscard]] const Json& value() const {
        const Json* found = what_.find("value");
        if (found == nullptr) {
            throw invalid_params(at_ + "/value", "the operation needs a value");
        }
        return *found;
    }
    [[nodiscard]] Error missing() const {
        return failed_precondition("there is nothing at " +
                                   text(what_.contains("from") ? "from" : "path"))
            .with_pointer(at_);
    }
    Json* existing(const Path& path) {
        Json* value = &document_;
        for (const std::string& part : path) {
            value = child_of(*value, part);
            if (value == nullptr) {
                throw missing();
            }
        }
        return value;
    }
    void add(const Path& path, Json added) {
        if (path.empty()) {
            document_ = std::move(added);
            return;
        }
        Json& parent = *existing(Path(path.begin(), path.end() - 1));
        if (parent.is_object()) {
            parent[path.back()] = std::move(added);
            return;
        }
        const auto index = parent.is_array() ? index_of(path.back(), parent.size()) : std::nullopt;
        if (!index || *index > parent.size()) {
            throw missing();
        }
        Json::Array& items = parent.as_array();
        items.insert(items.begin() + static_cast<std::ptrdiff_t>(*index), std::move(added));
    }
    Json remove(const Path& path) {
        Json removed = *existing(path);
        if (path.empty()) {
            document_ = Json();
            return removed;
        }
        Json& parent = *existing(Path(path.begin(), path.end() - 1));
        if (parent.is_object()) {
            parent.as_object().erase(path.back());
        } else {
            Json::Array& items = parent.as_array();
            const std::size_t index = index_of(path.back(), items.size()).value_or(items.size());
            items.erase(items.begin() + static_cast<std::ptrdiff_t>(index));
        }
        return removed;
    }
    void move() {
        const Path from = path("from");
        const Path to = path("path");
        if (from.size() < to.size() && std::equal(from.begin(), from.end(), to.begin())) {
            throw invalid_params(at_ + "/path", "a value cannot be moved into itself");
        }
        add(to, remove(from));
    }

    const Json& what_;
    const std::string at_;
    Json& document_;
};

/// JSON Merge Patch (RFC 7396).
Json merged(Json target, const Json& patch) {
    if (!patch.is_object()) {
        return patch;
    }
    if (!target.is_object()) {
        target = Json::object();
    }
    for (const Json::Member& member : patch.as_object()) {
        if (member.value.is_null()) {
            target.as_object().erase(member.key);
        } else {
            const Json* own = target.find(member.key);
            Json value = merged(own == nullptr ? Json() : *own, member.value);
            target[member.key] = std::move(value);
        }
    }
    return target;
}

// ----- diff -----

std::string escaped(std::string_view key) {
    std::string out;
    for (const char c : key) {
        out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    }
    return out;
}

/// Writes what turns one value into another. Lists are compared from both ends; what is between is
/// changed in place, and then removed or added.
class Difference {
public:
    explicit Difference(Call& call) : call_(call) {}

    void between(const Json& from, const Json& to, const std::string& path) {
        call_.check();
        if (from == to) {
            return;
        }
        if (from.is_object() && to.is_object()) {
            of_maps(from, to, path);
        } else if (from.is_array() && to.is_array()) {
            of_lists(from.as_array(), to.as_array(), path);
        } else {
            note({{"op", "replace"}, {"path", path}, {"value", to}});
        }
    }
    [[nodiscard]] Json take() && { return std::move(operations_); }

private:
    void note(Json operation) { operations_.push_back(std::move(operation)); }

    void of_maps(const Json& from, const Json& to, const std::string& path) {
        for (const Json::Member& member : from.as_object()) {
            if (!to.contains(member.key)) {
                note({{"op", "remove"}, {"path", path + "/" + escaped(member.key)}});
            }
        }
        for (const Json::Member& member : to.as_object()) {
            const std::string place = path + "/" + escaped(member.key);
            if (const Json* own = from.find(member.key)) {
                between(*own, member.value, place);
            } else {
                note({{"op", "add"}, {"path", place}, {"value", member.value}});
            }
        }
    }
    void of_lists(const Json::Array& from, const Json::Array& to, const std::string& path) {
        const std::size_t shorter = std::min(from.size(), to.size());
        std::size_t head = 0;
        while (head < shorter && from[head] == to[head]) {
            ++head;
        }
        std::size_t tail = 0;
        while (tail < shorter - head && from[from.size() - 1 - tail] == to[to.size() - 1 - tail]) {
            ++tail;
        }
        const std::size_t common = shorter - tail;
        for (std::size_t i = head; i < common; ++i) {
            between(from[i], to[i], path + "/" + std::to_string(i));
        }
        for (std::size_t i = from.size() - tail; i > common; --i) {
            note({{"op", "remove"}, {"path", path + "/" + std::to_string(i - 1)}});
        }
        for (std::size_t i = common; i < to.size() - tail; ++i) {
            note({{"op", "add"}, {"path", path + "/" + std::to_string(i)}, {"value", to[i]}});
        }
    }

    Call& call_;
    Json operations_ = Json::array();
};

}  // namespace

Json patch(Call& call) {
    const Json* given = call.find_param("data");
    Json data = given != nullptr && given->is_null() ? Json() : data_param(call);
    const Json& patch = call.params()["patch"];
    if (!patch.is_array()) {
        return {{"value", merged(std::move(data), patch)}};
    }
    for (std::size_t i = 0; i < patch.size(); ++i) {
        call.check();
        Operation(patch.at(i), i, data).apply();
    }
    return {{"value", std::move(data)}};
}

Json diff(Call& call) {
    const Json& to = call.params()["to"];
    const Json* from = call.find_param("from");
    const Json before = from != nullptr ? *from : call.param<Json>("input", Json());
    Difference difference(call);
    difference.between(before, to, "");
    Json operations = std::move(difference).take();
    const std::size_t count = operations.size();
    return {{"equal", count == 0}, {"count", count}, {"patch", std::move(operations)}};
}

}  // namespace oa::json
