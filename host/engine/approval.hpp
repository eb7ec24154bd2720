#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "core/wall_time.hpp"

namespace oa::host {

/// A task of a run, or of a run within it, that waits for somebody's answer.
struct OpenApproval {
    std::string task;  ///< of a run within the run with what leads to it: "deploy/ask",
                       ///< "deploy[2]/ask" for an element
    std::optional<std::uint32_t> element;  ///< of a task with `for_each`
    std::string message;                   ///< masked
    std::vector<std::string> by;           ///< who may answer; empty: anybody
    core::WallTime since;
    std::optional<core::WallTime> until;  ///< when it ends without an answer; nothing: never
};

struct ApprovalAnswer {
    bool approved = true;  ///< false: rejected
    std::string by;        ///< who says so
    std::string comment;
    std::vector<std::string> groups = {};  ///< that whoever says so belongs to
};

/// Somebody answered who may not.
class AnswerRefused : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Whether the answer is of somebody who may give one: who is named, or in a group of which the
/// label "group:NAME" is there. A name that looks like such a label is nobody's.
[[nodiscard]] bool may_answer(const OpenApproval& approval, const ApprovalAnswer& answer);

/// Tells once what became of something: true by confirm(), or else false when nobody can confirm it
/// any more.
class Receipt {
public:
    explicit Receipt(std::function<void(bool)> tell) : tell_(std::move(tell)) {}
    Receipt(const Receipt&) = delete;
    Receipt& operator=(const Receipt&) = delete;
    ~Receipt() { say(false); }

    void confirm() { say(true); }

private:
    void say(bool happened) {
        if (const auto tell = std::exchange(tell_, nullptr)) {
            tell(happened);
        }
    }

    std::function<void(bool)> tell_;
};

}  // namespace oa::host
