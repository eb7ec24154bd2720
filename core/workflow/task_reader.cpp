#include "core/workflow/task_reader.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "core/workflow/call_reader.hpp"
#include "core/workflow/parameter_check.hpp"
#include "core/workflow/value_reader.hpp"

namespace oa::core {
namespace {

constexpr std::uint32_t attempts_limit = 1'000;
constexpr double backoff_limit = 100;

const std::vector<std::string> task_keys = {
    "name",  "module",  "function",      "with",       "needs",  "on_success", "on_failure",
    "retry", "timeout", "allow_failure", "idempotent", "output", "isolation"};
/// Keys of the language that this version does not carry out.
const std::vector<std::string> unavailable_task_keys = {"when", "for_each", "workflow"};
/// Never parameters, even where a function declares one of that name beside them.
const std::vector<std::string> structural_keys = {"name",  "module",     "function",
                                                  "needs", "on_success", "on_failure"};
const std::vector<std::string> retry_keys = {"max_attempts", "delay", "backoff", "max_delay",
                                             "jitter"};
const std::vector<std::string> defaults_keys = {"retry", "timeout", "isolation"};
const std::vector<std::string> isolation_words = {"in-process", "process"};

bool contains(const std::vector<std::string>& words, const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

std::optional<Milliseconds> read_timeout(Reading& reading, const YamlNode& node) {
    const auto timeout = read_duration(reading, node, "'timeout'");
    if (timeout && timeout->count() == 0) {
        reading.error(node.position, "'timeout' takes a duration above 0");
        return std::nullopt;
    }
    return timeout;
}

std::optional<Isolation> read_isolation(Reading& reading, const YamlNode& node) {
    const auto word = read_text(reading, node, "'isolation'");
    if (!word) {
        return std::nullopt;
    }
    if (!contains(isolation_words, *word)) {
        reading.error(node.position,
                      "'isolation' takes in-process or process, not " + describe(node),
                      reading.suggest(*word, isolation_words));
        return std::nullopt;
    }
    return *word == "process" ? Isolation::Process : Isolation::InProcess;
}

/// Reads `retry` over what `defaults` gives: what it leaves out stays.
class RetryReader {
public:
    RetryReader(Reading& reading, const std::optional<RetryPolicy>& base)
        : reading_(reading), policy_(base.value_or(RetryPolicy{})), has_attempts_(base) {}

    RetryPolicy read(const YamlNode& node) {
        if (node.kind != YamlNode::Kind::Mapping) {
            read_attempts(node, "'retry'");
            return policy_;
        }
        for (const YamlNode::Entry& entry : node.entries) {
            if (entry.key == "when") {
                reading_.unavailable(entry.key_position, "retry.when");
            } else if (!contains(retry_keys, entry.key)) {
                reading_.unknown_key(entry.key_position, entry.key, retry_keys);
            } else if (!is_null(*entry.value)) {
                read_entry(entry);
            }
        }
        if (!has_attempts_) {
            reading_.error(node.position, "'retry' has no 'max_attempts'");
        }
        check_delays();
        return policy_;
    }

private:
    void read_attempts(const YamlNode& node, std::string_view what) {
        has_attempts_ = true;
        policy_.attempts_max =
            read_count(reading_, node, what, attempts_limit).value_or(policy_.attempts_max);
    }

    void read_entry(const YamlNode::Entry& entry) {
        const YamlNode& node = *entry.value;
        if (entry.key == "max_attempts") {
            read_attempts(node, "'max_attempts'");
        } else if (entry.key == "delay") {
            policy_.delay = read_duration(reading_, node, "'delay'").value_or(policy_.delay);
        } else if (entry.key == "max_delay") {
            max_delay_node_ = &node;
            policy_.delay_max =
                read_duration(reading_, node, "'max_delay'").value_or(policy_.delay_max);
        } else if (entry.key == "backoff") {
            policy_.backoff = read_number(reading_, node, "'backoff'", 1, backoff_limit)
                                  .value_or(policy_.backoff);
        } else {
            policy_.jitter = read_number(reading_, node, "'jitter'", 0, 1).value_or(policy_.jitter);
        }
    }

    void check_delays() {
        if (policy_.delay <= policy_.delay_max) {
            return;
        }
        if (max_delay_node_ != nullptr) {
            reading_.error(max_delay_node_->position,
                           "'max_delay' is less than 'delay', " + format_duration(policy_.delay));
        } else {
            policy_.delay_max = policy_.delay;
        }
    }

    Reading& reading_;
    RetryPolicy policy_;
    bool has_attempts_;
    const YamlNode* max_delay_node_ = nullptr;
};

class TaskReader {
public:
    TaskReader(Reading& reading, const YamlNode& node, const TaskDefaults& defaults)
        : reading_(reading), node_(node), defaults_(defaults) {
        draft_.task.position =
            node.entries.empty() ? node.position : node.entries.front().key_position;
        draft_.name_position = draft_.task.position;
        draft_.task.retry = defaults.retry.value_or(RetryPolicy{});
        draft_.task.timeout = defaults.timeout;
        draft_.task.isolation = defaults.isolation;
    }

    TaskDraft read() {
        if (node_.find("workflow") == nullptr) {
            call_ = read_call(reading_, node_, task_keys);
        }
        for (const YamlNode::Entry& entry : node_.entries) {
            read_entry(entry);
        }
        draft_.task.module = std::move(call_.module);
        draft_.task.function = std::move(call_.function);
        draft_.task.info = call_.info;
        read_parameters();
        return std::move(draft_);
    }

private:
    [[nodiscard]] bool parameters_stand_beside() const {
        return call_.with == nullptr && call_.inline_entry == nullptr;
    }

    /// Parameters that stand beside the task's own keys are the older style.
    [[nodiscard]] bool is_parameter(const std::string& key) const {
        if (!parameters_stand_beside() || call_.info == nullptr || contains(structural_keys, key)) {
            return false;
        }
        return call_.info->takes(key) || (call_.info->open && !contains(task_keys, key) &&
                                          !contains(unavailable_task_keys, key));
    }

    void read_entry(const YamlNode::Entry& entry) {
        if (&entry == call_.inline_entry) {
            return;
        }
        if (is_parameter(entry.key)) {
            parameters_.push_back(&entry);
        } else if (contains(unavailable_task_keys, entry.key)) {
            reading_.unavailable(entry.key_position, entry.key);
        } else if (!contains(task_keys, entry.key)) {
            read_unknown(entry);
        } else if (!is_null(*entry.value)) {
            read_key(entry);
        }
    }

    void read_unknown(const YamlNode::Entry& entry) {
        const bool second_call =
            call_.inline_entry != nullptr && entry.key.find('.') != std::string::npos;
        if (second_call || (call_.info == nullptr && !is_misspelt(entry))) {
            return;  // the call itself has been reported, and this may well be a parameter
        }
        if (call_.info != nullptr && call_.info->takes(entry.key)) {
            reading_.error(
                entry.key_position,
                "the parameter '" + excerpt(entry.key) + "' stands beside the task's keys",
                "put it below '" +
                    (call_.inline_entry != nullptr ? excerpt(call_.inline_entry->key) : "with") +
                    "'");
            return;
        }
        std::vector<std::string> known = task_keys;
        if (parameters_stand_beside() && call_.info != nullptr) {
            known.insert(known.end(), call_.info->parameters.begin(), call_.info->parameters.end());
        }
        reading_.unknown_key(entry.key_position, entry.key, known);
    }

    /// A key that a task without a known function cannot have, as far as one can tell.
    [[nodiscard]] bool is_misspelt(const YamlNode::Entry& entry) {
        const bool no_call = call_.module.empty() && call_.function.empty();
        return !parameters_stand_beside() ||
               (no_call && !reading_.suggest(entry.key, task_keys).empty());
    }

    void read_key(const YamlNode::Entry& entry) {
        const std::string& key = entry.key;
        const YamlNode& node = *entry.value;
        Task& task = draft_.task;
        if (key == "name") {
            read_name(node);
        } else if (key == "needs") {
            draft_.needs = read_texts(reading_, node, "'needs'");
        } else if (key == "on_success") {
            draft_.on_success = read_texts(reading_, node, "'on_success'");
        } else if (key == "on_failure") {
            draft_.on_failure = read_texts(reading_, node, "'on_failure'");
        } else if (key == "retry") {
            task.retry = RetryReader(reading_, defaults_.retry).read(node);
        } else if (key == "timeout") {
            task.timeout = read_timeout(reading_, node);
        } else if (key == "allow_failure") {
            task.allow_failure = read_bool(reading_, node, "'allow_failure'").value_or(false);
        } else if (key == "idempotent") {
            task.idempotent = read_bool(reading_, node, "'idempotent'");
        } else if (key == "isolation") {
            task.isolation = read_isolation(reading_, node);
        } else if (key == "output") {
            task.output = read_expression(reading_, node);
        } else if (key == "with" && call_.inline_entry != nullptr) {
            reading_.error(entry.key_position, "the parameters stand below '" +
                                                   excerpt(call_.inline_entry->key) +
                                                   "' already, so there can be no 'with'");
        }
    }

    void read_name(const YamlNode& node) {
        const auto name = read_text(reading_, node, "'name'");
        if (!name) {
            return;
        }
        draft_.name_position = node.position;
        if (auto problem = name_problem(*name)) {
            reading_.error(node.position, std::move(*problem));
        } else if (*name == "end") {
            const std::string message =
                "no task can be named 'end', which as a target ends the branch";
            if (reading_.compat_oa3) {
                reading_.warn(node.position, message);
            } else {
                reading_.error(node.position, message, "give it another name");
            }
        }
        draft_.task.name = *name;
    }

    void read_parameters() {
        const YamlNode::Entry* holder =
            call_.inline_entry != nullptr ? call_.inline_entry : call_.with;
        if (holder != nullptr) {
            for (const YamlNode::Entry& entry :
                 read_mapping(reading_, *holder->value, "'" + excerpt(holder->key) + "'")) {
                parameters_.push_back(&entry);
            }
        }
        Template::Object fields;
        fields.reserve(parameters_.size());
        for (const YamlNode::Entry* entry : parameters_) {
            fields.push_back({entry->key, read_template(reading_, *entry->value)});
        }
        if (call_.info != nullptr) {
            if (!draft_.task.timeout && call_.info->default_timeout_ms > 0) {
                draft_.task.timeout = Milliseconds{call_.info->default_timeout_ms};
            }
            std::vector<GivenParameter> given;
            given.reserve(fields.size());
            for (std::size_t i = 0; i < fields.size(); ++i) {
                given.push_back({parameters_[i], &fields[i].value});
            }
            check_parameters(reading_, *call_.info, given, call_.position);
        }
        draft_.task.params = Template(std::move(fields));
    }

    Reading& reading_;
    const YamlNode& node_;
    const TaskDefaults& defaults_;
    TaskDraft draft_;
    Call call_;
    std::vector<const YamlNode::Entry*> parameters_;
};

}  // namespace

TaskDefaults read_task_defaults(Reading& reading, const YamlNode& node) {
    TaskDefaults defaults;
    for (const YamlNode::Entry& entry : read_mapping(reading, node, "'defaults'")) {
        if (!contains(defaults_keys, entry.key)) {
            reading.unknown_key(entry.key_position, entry.key, defaults_keys);
        } else if (is_null(*entry.value)) {
            continue;
        } else if (entry.key == "retry") {
            defaults.retry = RetryReader(reading, std::nullopt).read(*entry.value);
        } else if (entry.key == "timeout") {
            defaults.timeout = read_timeout(reading, *entry.value);
        } else {
            defaults.isolation = read_isolation(reading, *entry.value);
        }
    }
    return defaults;
}

std::optional<TaskDraft> read_task(Reading& reading,
                                   const YamlNode& node,
                                   const TaskDefaults& defaults) {
    if (node.kind != YamlNode::Kind::Mapping) {
        reading.error(node.position, "a task is a mapping, not " + describe(node));
        return std::nullopt;
    }
    return TaskReader(reading, node, defaults).read();
}

}  // namespace oa::core
