#include "core/workflow/wait_reader.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "core/wall_time.hpp"
#include "core/workflow/language_names.hpp"
#include "core/workflow/value_reader.hpp"

namespace oa::core {
namespace {

constexpr std::array wait_kinds = {Wait::Kind::Sleep, Wait::Kind::Until, Wait::Kind::Approval};
const std::vector<std::string> approval_keys = {"message", "by", "timeout", "default"};
/// In the order of Wait::Unanswered.
const std::vector<std::string> unanswered_words = {"fail", "approve", "reject"};
constexpr std::string_view time_hint =
    "write it with its zone, as in 2027-01-01T08:00:00Z or 2027-01-01T08:00:00+02:00";

Wait::Kind kind_of(std::string_view key) {
    return *std::find_if(wait_kinds.begin(), wait_kinds.end(),
                         [key](Wait::Kind kind) { return to_string(kind) == key; });
}

class WaitReader {
public:
    WaitReader(Reading& reading, TaskIndex task) : reading_(reading), task_(task) {}

    Wait read(const YamlNode::Entry& entry) {
        wait_.kind = kind_of(entry.key);
        wait_.position = entry.value->position;
        switch (wait_.kind) {
            case Wait::Kind::Sleep: wait_.value = duration(*entry.value, "'sleep'"); break;
            case Wait::Kind::Until: wait_.value = time(*entry.value); break;
            case Wait::Kind::Approval: read_approval(*entry.value); break;
        }
        return std::move(wait_);
    }

private:
    [[nodiscard]] Template text(const YamlNode& node, Wanted wanted = Wanted::Any) {
        return read_template(reading_, node, {ExpressionPlace::Parameters, task_, wanted});
    }

    /// As it is written; nothing where it is for an expression to say.
    static std::optional<std::string> literal_of(const Template& value) {
        const auto* text = value.is_literal() ? value.literal().if_string() : nullptr;
        return text == nullptr ? std::nullopt : std::optional(std::string(*text));
    }

    Template duration(const YamlNode& node, const std::string& what) {
        if (is_text(reading_, node)) {
            Template value = text(node, Wanted::Duration);
            const auto literal = literal_of(value);
            if (!literal || is_bare_expression(node, what + " takes a duration")) {
                return value;
            }
        }
        if (!read_duration(reading_, node, what)) {
            return Template();
        }
        return Template(boost::json::value(boost::json::string(node.scalar)));
    }

    /// `sleep: inputs.delay`: true when it has been reported.
    bool is_bare_expression(const YamlNode& node, const std::string& what) {
        const std::size_t dot = node.scalar.find('.');
        if (dot == std::string::npos || !is_always_known(node.scalar.substr(0, dot))) {
            return false;
        }
        reading_.error(node.position, what + ", not " + describe(node),
                       "did you mean \"${" + excerpt(node.scalar) + "}\"?", "wrong-type");
        return true;
    }

    Template time(const YamlNode& node) {
        if (!is_text(reading_, node)) {
            reading_.error(node.position,
                           "'wait_until' takes a time, not " + describe(node, reading_.dialect()),
                           std::string(time_hint), "wrong-type");
            return Template();
        }
        Template value = text(node, Wanted::Time);
        const auto literal = literal_of(value);
        if (literal && !parse_time(*literal) &&
            !is_bare_expression(node, "'wait_until' takes a time")) {
            reading_.error(node.position, "'wait_until' takes a time, not " + describe(node),
                           std::string(time_hint), "wrong-type");
        }
        return value;
    }

    void read_approval(const YamlNode& node) {
        if (node.kind != YamlNode::Kind::Mapping) {
            read_message(node, "'approval' takes a message, or a mapping with 'message'");
            return;
        }
        const YamlNode::Entry* unanswered = nullptr;
        bool has_message = false;
        bool has_timeout = false;
        for (const YamlNode::Entry& entry : node.entries) {
            if (std::find(approval_keys.begin(), approval_keys.end(), entry.key) ==
                approval_keys.end()) {
                reading_.unknown_key(entry.key_position, entry.key, approval_keys);
            } else if (is_null(*entry.value)) {
                continue;
            } else if (entry.key == "message") {
                has_message = true;
                read_message(*entry.value, "'message' takes a text");
            } else if (entry.key == "by") {
                read_by(*entry.value);
            } else if (entry.key == "timeout") {
                has_timeout = true;
                read_timeout(*entry.value);
            } else {
                unanswered = &entry;
            }
        }
        if (!has_message) {
            reading_.error(node.position, "'approval' has no 'message'",
                           "say what is to be approved", "missing-key");
        }
        if (unanswered != nullptr) {
            read_unanswered(*unanswered, has_timeout);
        }
    }

    void read_message(const YamlNode& node, const std::string& what) {
        if (!is_text(reading_, node)) {
            reading_.error(node.position, what + ", not " + describe(node, reading_.dialect()), {},
                           "wrong-type");
            return;
        }
        wait_.position = node.position;
        wait_.value = text(node);
    }

    void read_by(const YamlNode& node) {
        if (node.kind == YamlNode::Kind::Sequence) {
            if (node.items.empty()) {
                reading_.error(node.position, "'by' names nobody",
                               "leave it out, and anybody who may run things may answer");
            }
            for (const YamlNode* item : node.items) {
                check_name(*item, "each item of 'by' takes a name");
            }
        } else {
            check_name(node, "'by' takes a name or a list of names");
        }
        wait_.by = text(node);
    }

    void check_name(const YamlNode& node, const std::string& what) {
        if (!is_text(reading_, node)) {
            reading_.error(node.position, what + ", not " + describe(node, reading_.dialect()), {},
                           "wrong-type");
        } else if (auto problem = name_problem(node.scalar)) {
            reading_.error(node.position, std::move(*problem));
        }
    }

    void read_timeout(const YamlNode& node) {
        wait_.timeout = duration(node, "'timeout'");
        const auto literal = literal_of(*wait_.timeout);
        if (literal && parse_duration(*literal) == Milliseconds{0}) {
            reading_.error(node.position, "'timeout' takes a duration above 0");
        }
    }

    void read_unanswered(const YamlNode::Entry& entry, bool has_timeout) {
        const auto choice = read_choice(reading_, *entry.value, "'default'", unanswered_words);
        wait_.unanswered = static_cast<Wait::Unanswered>(choice.value_or(0));
        if (!has_timeout) {
            reading_.error(entry.key_position,
                           "'default' is what happens when 'timeout' is over, and there is none",
                           "give 'timeout' too, as in timeout: 2h");
        }
    }

    Reading& reading_;
    TaskIndex task_;
    Wait wait_;
};

}  // namespace

bool is_wait_key(std::string_view key) {
    return std::any_of(wait_kinds.begin(), wait_kinds.end(),
                       [key](Wait::Kind kind) { return to_string(kind) == key; });
}

Wait read_wait(Reading& reading, const YamlNode::Entry& entry, TaskIndex task) {
    return WaitReader(reading, task).read(entry);
}

bool refuse_beside_wait(Reading& reading, const YamlNode::Entry& entry, std::string_view wait) {
    const std::string own = "'" + std::string(wait) + "'";
    const bool approval = wait == to_string(Wait::Kind::Approval);
    std::string hint;
    if (entry.key == "with") {
        hint = "what it waits for stands at " + own;
    } else if (entry.key == "timeout") {
        hint = approval ? "put it below 'approval', beside 'message'"
                        : "how long it takes stands at " + own;
    } else if (entry.key == "retry") {
        hint = approval ? "'on_failure' names what follows a rejection"
                        : "nothing is called that could fail";
    } else if (entry.key == "isolation" || entry.key == "idempotent") {
        hint = "no function is called";
    } else {
        return false;
    }
    reading.error(entry.key_position, "a task with " + own + " has no '" + entry.key + "'",
                  std::move(hint));
    return true;
}

}  // namespace oa::core
