#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/expression/cel/arena.hpp"
#include "core/expression/cel/limits.hpp"
#include "core/expression/cel/value.hpp"

namespace re2 {
class RE2;
}

namespace oa::core::cel {

using NodeId = std::uint32_t;
inline constexpr NodeId no_node = UINT32_MAX;

/// Why an evaluation failed, cheap to make since most failures are absorbed by && and ||. Words are
/// made of it at the end.
struct Failure {
    enum class Code : std::uint8_t {
        Other,            ///< message tells it
        UnknownName,      ///< of the path at `node`
        NoValueAtPath,    ///< `first` has no segment number `segment` of the path at `node`
        UnknownFunction,  ///< the call at `node`
        NoOverload,       ///< the call at `node` does not take its arguments; `first` is the one
                          ///< at position `segment`
        NoOperator,       ///< the operator at `node` does not take `first` and `second`
        NotBool,          ///< `first`, at `node`, stands where true or false is needed
        NoItems,          ///< `first` is what the macro at `node` cannot go through
        Host,             ///< State::host_message tells it
        Limit,            ///< message tells it; nothing absorbs it
    };

    Code code = Code::Other;
    const char* message = "";  ///< %1 and %2 stand for `first` and `second`
    const char* hint = "";
    Value first;
    Value second;
    NodeId node = no_node;
    std::uint32_t segment = 0;
};

/// What an evaluation has used up, and why it failed. Functions give false when they fail, and say
/// why here.
class State {
public:
    State(const EvaluationLimits& limits, Arena& arena);
    ~State();
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    [[nodiscard]] bool step(std::uint64_t count = 1) {
        steps_ += count;
        return steps_ <= limits_.steps || fail_steps();
    }
    /// For work on a text.
    [[nodiscard]] bool step_over(std::string_view text) { return step(1 + text.size() / 64); }

    bool fail(const char* message,
              const char* hint = "",
              const Value& first = {},
              const Value& second = {}) {
        failure_ = {Failure::Code::Other, message, hint, first, second, no_node, 0};
        return false;
    }
    bool fail(const Failure& failure) {
        failure_ = failure;
        return false;
    }
    /// What no operator absorbs.
    bool fail_limit(const char* message, std::uint64_t limit, const char* hint = "");
    bool fail_memory();

    /// Room for something that is built; nullptr after a failure.
    template <typename T>
    [[nodiscard]] T* allocate(std::size_t count) {
        auto* const room = arena_.allocate<T>(count);
        if (room == nullptr) {
            fail_memory();
        }
        return room;
    }
    /// Room for a text.
    [[nodiscard]] char* text_room(std::size_t size);
    /// The text as a value that the arena holds.
    [[nodiscard]] bool give_string(std::string_view text, Value& out);

    /// A regular expression that is no literal. The one used last is kept. nullptr after a failure.
    [[nodiscard]] const re2::RE2* pattern(std::string_view text);

    [[nodiscard]] Failure& failure() { return failure_; }
    [[nodiscard]] Arena& arena() { return arena_; }
    [[nodiscard]] const EvaluationLimits& limits() const { return limits_; }

    std::string host_message;
    std::string host_hint;

private:
    bool fail_steps();

    EvaluationLimits limits_;
    Arena& arena_;
    std::uint64_t steps_ = 0;
    Failure failure_;
    std::string pattern_text_;
    std::unique_ptr<re2::RE2> pattern_;
};

/// Compiles a regular expression with bounded memory. Nothing is logged; ask ok().
[[nodiscard]] std::unique_ptr<re2::RE2> compile_pattern(std::string_view text);

}  // namespace oa::core::cel
