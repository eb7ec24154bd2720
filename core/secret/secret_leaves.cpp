#include "core/secret/secret_leaves.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parser.hpp>
#include <boost/json/value.hpp>

#include "core/secret/secret.hpp"

namespace oa::core {

namespace {

/// Pages of secrets, given back all at once.
class WipedMemory final : public boost::json::memory_resource {
private:
    void* do_allocate(std::size_t bytes, std::size_t /*alignment*/) override {
        // Pages suit every alignment.
        return blocks_.emplace_back(Secret::blank(bytes == 0 ? 1 : bytes)).bytes();
    }
    void do_deallocate(void* /*memory*/, std::size_t /*bytes*/, std::size_t /*align*/) override {}
    [[nodiscard]] bool do_is_equal(
        const boost::json::memory_resource& other) const noexcept override {
        return this == &other;
    }

    std::vector<Secret> blocks_;
};

/// Without recursion, though the parser limits the depth.
void visit_strings(const boost::json::value& root,
                   const std::function<void(std::string_view)>& visit) {
    std::vector<const boost::json::value*> open{&root};
    while (!open.empty()) {
        const auto* const value = open.back();
        open.pop_back();
        if (const auto* const text = value->if_string()) {
            visit({text->data(), text->size()});
        } else if (const auto* const list = value->if_array()) {
            for (const auto& element : *list) {
                open.push_back(&element);
            }
        } else if (const auto* const object = value->if_object()) {
            for (const auto& member : *object) {
                open.push_back(&member.value());
            }
        }
    }
}

}  // namespace

void each_string_within(std::string_view json, const std::function<void(std::string_view)>& visit) {
    if (json.empty() || (json.front() != '{' && json.front() != '[')) {
        return;
    }
    WipedMemory memory;
    boost::json::monotonic_resource arena(4096, &memory);
    boost::json::parse_options options;
    options.max_depth = 64;
    boost::json::parser parser(&arena, options);
    parser.reset(&arena);
    boost::json::error_code error;
    parser.write(json.data(), json.size(), error);
    if (!error) {
        visit_strings(parser.release(), visit);
    }
}

}  // namespace oa::core
