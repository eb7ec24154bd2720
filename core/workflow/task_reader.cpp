#include "core/workflow/task_reader.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "core/workflow/call_parameters.hpp"
#include "core/workflow/call_reader.hpp"
#include "core/workflow/condition_reader.hpp"
#include "core/workflow/flow_reader.hpp"
#include "core/workflow/language_names.hpp"
#include "core/workflow/retry_reader.hpp"
#include "core/workflow/value_reader.hpp"
#include "core/workflow/wait_reader.hpp"

namespace oa::core {
namespace {

const std::vector<std::string>& task_keys = task_key_names();
/// Never parameters, even where a function declares one of that name beside them.
const std::vector<std::string> structural_keys = {"name",  "module",     "function",
                                                  "needs", "on_success", "on_failure"};
/// What only a task outside of `finally` can have.
const std::vector<std::string> flow_keys = {"needs", "on_success", "on_failure"};
/// How the older system's guide spells on_success and on_failure.
const std::vector<std::pair<std::string, std::string>> older_keys = {{"onsuccess", "on_success"},
                                                                     {"onfailure", "on_failure"}};
constexpr std::string_view older_end_target = "END";
constexpr std::string_view two_tasks = "make two tasks of it";
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
    const auto choice = read_choice(reading, node, "'isolation'", isolation_words);
    return choice ? std::optional(static_cast<Isolation>(*choice)) : std::nullopt;
}

class TaskReader {
public:
    TaskReader(Reading& reading,
               const YamlNode& node,
               const TaskDefaults& defaults,
               TaskPlace place)
        : reading_(reading), node_(node), defaults_(defaults), place_(place) {
        draft_.task.position =
            node.entries.empty() ? node.position : node.entries.front().key_position;
        draft_.name_position = draft_.task.position;
        draft_.task.retry = defaults.retry.value_or(RetryPolicy{});
        draft_.task.timeout = defaults.timeout;
        draft_.task.isolation = defaults.isolation;
    }

    TaskDraft read() {
        find_calls();
        if (wait_ != nullptr) {
            draft_.task.retry = {};
            draft_.task.timeout.reset();
            draft_.task.isolation.reset();
        } else if (workflow_ == nullptr) {
            call_ = read_call(reading_, node_, task_keys);
        }
        for (const YamlNode::Entry& entry : node_.entries) {
            read_entry(entry);
        }
        check_max_parallel();
        if (wait_ == nullptr) {
            read_parameters();
        }
        return std::move(draft_);
    }

private:
    // ----- what the task runs -----

    /// `workflow`, or what it waits for, takes the place of a function; beside one that has such a
    /// parameter it is that.
    void find_calls() {
        const bool calls = node_.find("module") != nullptr || node_.find("function") != nullptr;
        for (const YamlNode::Entry& entry : node_.entries) {
            const bool inline_call = entry.key.find('.') != std::string::npos;
            ignores_waits_ = ignores_waits_ || (reading_.compat_oa3 && (calls || inline_call));
            if (calls || is_null(*entry.value)) {
                continue;
            }
            if (entry.key == "workflow") {
                workflow_ = &entry;
            } else if (is_wait_key(entry.key) && wait_ == nullptr) {
                wait_ = &entry;
            }
        }
        if (workflow_ != nullptr || ignores_waits_) {
            wait_ = nullptr;
        }
    }

    [[nodiscard]] bool parameters_stand_beside() const {
        return workflow_ == nullptr && wait_ == nullptr && call_.with == nullptr &&
               call_.inline_entry == nullptr;
    }

    /// Parameters that stand beside the task's own keys are the older style.
    [[nodiscard]] bool is_parameter(const std::string& key) const {
        if (!parameters_stand_beside() || call_.info == nullptr || contains(structural_keys, key)) {
            return false;
        }
        return call_.info->takes(key) || (call_.info->open && !is_task_key(key));
    }

    /// `max_parallel` means something beside `for_each` only, and nothing waits that calls a
    /// function.
    [[nodiscard]] bool is_task_key(const std::string& key) const {
        return contains(task_keys, key) && !(is_wait_key(key) && wait_ == nullptr) &&
               (key != "max_parallel" || node_.find("for_each") != nullptr);
    }

    void read_workflow_name(const YamlNode::Entry& entry) {
        if (workflow_ == nullptr) {
            reading_.error(entry.key_position,
                           "a task runs a workflow or calls a function, not both");
            return;
        }
        const auto name = read_text(reading_, *entry.value, "'workflow'");
        if (!name) {
            return;
        }
        SubWorkflow& sub = draft_.task.sub_workflow.emplace();
        sub.name = *name;
        sub.position = entry.value->position;
        auto found = reading_.session.sub_workflows.find(*name, reading_.workflow.file);
        if (auto* problem = std::get_if<WorkflowSource::Problem>(&found)) {
            reading_.error(sub.position, std::move(problem->message), std::move(problem->hint),
                           "unknown-workflow");
        } else {
            sub.workflow = std::get<const Workflow*>(found);
        }
    }

    void read_wait_of(const YamlNode::Entry& entry) {
        if (&entry == wait_) {
            draft_.task.wait = read_wait(reading_, entry, place_.index);
            if (place_.in_finally && draft_.task.wait->kind == Wait::Kind::Approval) {
                reading_.error(entry.key_position,
                               "'finally' has to end by itself, so there is no 'approval' in it",
                               "put it in 'tasks'");
            }
        } else if (wait_ != nullptr) {
            reading_.error(
                entry.key_position,
                "a task waits for one thing, and this one has '" + wait_->key + "' already",
                std::string(two_tasks));
        } else if (workflow_ != nullptr || call_.info != nullptr || !parameters_stand_beside()) {
            reading_.error(entry.key_position,
                           std::string(workflow_ == nullptr ? "a task calls a function"
                                                            : "a task runs a workflow") +
                               " or waits, not both",
                           std::string(two_tasks));
        }
    }

    // ----- keys -----

    void read_entry(const YamlNode::Entry& entry) {
        if (&entry == call_.inline_entry) {
            return;
        }
        if (is_parameter(entry.key)) {
            parameters_.push_back(&entry);
        } else if (!contains(task_keys, entry.key) || (ignores_waits_ && is_wait_key(entry.key))) {
            read_other(entry);
        } else if (place_.in_finally && contains(flow_keys, entry.key)) {
            reading_.error(entry.key_position,
                           "the tasks of 'finally' run one after the other, whatever happened, "
                           "so there is no '" +
                               entry.key + "'");
        } else if (!is_null(*entry.value)) {
            read_key(entry);
        }
    }

    void read_other(const YamlNode::Entry& entry) {
        if (entry.key == "saveonvar") {
            read_save_as(reading_, entry, draft_.task);
        } else if (!reading_.compat_oa3 || !read_older_key(entry)) {
            read_unknown(entry);
        }
    }

    bool read_older_key(const YamlNode::Entry& entry) {
        for (const auto& [older, key] : older_keys) {
            if (entry.key != older) {
                continue;
            }
            std::string message = "'" + older;
            if (node_.find(key) != nullptr) {
                message.append("' is ignored, since '").append(key).append("' is given");
                reading_.warn(entry.key_position, std::move(message));
            } else {
                message.append("' is read as '").append(key).append("'");
                reading_.warn(entry.key_position, std::move(message));
                YamlNode::Entry renamed = entry;
                renamed.key = key;
                read_entry(renamed);
            }
            return true;
        }
        return false;
    }

    void read_unknown(const YamlNode::Entry& entry) {
        const bool dotted = entry.key.find('.') != std::string::npos;
        if (wait_ != nullptr && dotted) {
            reading_.error(entry.key_position, "a task calls a function or waits, not both",
                           std::string(two_tasks));
            return;
        }
        if (workflow_ != nullptr && dotted) {
            reading_.error(entry.key_position,
                           "a task runs a workflow or calls a function, not both");
            return;
        }
        if (dotted && call_.inline_entry != nullptr) {
            return;  // a second call, which has been reported
        }
        if (workflow_ == nullptr && call_.info == nullptr && !is_misspelt(entry)) {
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
        if (ignores_waits_) {
            std::erase_if(known, [](const std::string& key) { return is_wait_key(key); });
        }
        if (parameters_stand_beside() && call_.info != nullptr) {
            known.insert(known.end(), call_.info->parameters.begin(), call_.info->parameters.end());
        }
        if (reading_.compat_oa3 && call_.info != nullptr) {
            reading_.warn(entry.key_position,
                          "the key '" + excerpt(entry.key) + "' is unknown here and is ignored",
                          reading_.suggest(entry.key, known), "unknown-key");
        } else {
            reading_.unknown_key(entry.key_position, entry.key, known);
        }
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
        if (is_wait_key(key)) {
            read_wait_of(entry);
        } else if (wait_ != nullptr && refuse_beside_wait(reading_, entry, wait_->key)) {
            return;
        } else if (key == "name") {
            read_task_name(reading_, node, draft_);
        } else if (key == "workflow") {
            read_workflow_name(entry);
        } else if (key == "needs") {
            draft_.needs = read_texts(reading_, node, "'needs'");
        } else if (key == "on_success") {
            draft_.on_success = read_targets(reading_, node, "'on_success'");
        } else if (key == "on_failure") {
            draft_.on_failure = read_targets(reading_, node, "'on_failure'");
        } else if (key == "with" && call_.inline_entry != nullptr) {
            reading_.error(entry.key_position, "the parameters stand below '" +
                                                   excerpt(call_.inline_entry->key) +
                                                   "' already, so there can be no 'with'");
        } else {
            read_setting(entry);
        }
    }

    void read_setting(const YamlNode::Entry& entry) {
        const std::string& key = entry.key;
        const YamlNode& node = *entry.value;
        Task& task = draft_.task;
        if (key == "when") {
            task.when =
                read_condition(reading_, node, "'when'", ExpressionPlace::When, place_.index);
        } else if (key == "for_each") {
            has_loop_ = true;
            task.for_each = read_loop(reading_, node, place_.index);
        } else if (key == "max_parallel") {
            max_parallel_ = &entry;
        } else if (key == "retry") {
            task.retry = read_retry(reading_, node, defaults_.retry, place_.index);
        } else if (key == "timeout") {
            task.timeout = read_timeout(reading_, node);
        } else if (key == "allow_failure") {
            task.allow_failure = read_bool(reading_, node, "'allow_failure'").value_or(false);
        } else if (key == "idempotent") {
            task.idempotent = read_bool(reading_, node, "'idempotent'");
        } else if (key == "isolation") {
            task.isolation = read_isolation(reading_, node);
        } else if (key == "output") {
            task.output =
                read_expression(reading_, node, {ExpressionPlace::TaskOutput, place_.index});
        }
    }

    void check_max_parallel() {
        if (max_parallel_ == nullptr) {
            return;
        }
        const auto limit = read_max_parallel(reading_, *max_parallel_->value);
        if (!has_loop_) {
            reading_.error(max_parallel_->key_position,
                           "'max_parallel' of a task is for 'for_each', which is not there",
                           "concurrency.max_parallel limits how many tasks run at a time");
        } else if (draft_.task.for_each && draft_.task.for_each->max_parallel) {
            reading_.error(max_parallel_->key_position,
                           "'max_parallel' stands below 'for_each' already");
        } else if (draft_.task.for_each) {
            draft_.task.for_each->max_parallel = limit;
        }
    }

    // ----- parameters -----

    void read_parameters() {
        const YamlNode::Entry* with = workflow_ != nullptr ? node_.find("with") : call_.with;
        const YamlNode::Entry* holder = call_.inline_entry != nullptr ? call_.inline_entry : with;
        if (holder != nullptr) {
            for (const YamlNode::Entry& entry :
                 read_mapping(reading_, *holder->value, "'" + excerpt(holder->key) + "'")) {
                parameters_.push_back(&entry);
            }
        }
        if (workflow_ == nullptr) {
            read_call_parameters(reading_, call_, std::move(parameters_), place_.index,
                                 draft_.task);
            return;
        }
        draft_.task.params = Template(read_fields(reading_, parameters_, place_.index));
        reading_.sub_workflow_calls.push_back({place_.index, std::move(parameters_)});
    }

    Reading& reading_;
    const YamlNode& node_;
    const TaskDefaults& defaults_;
    TaskPlace place_;
    TaskDraft draft_;
    Call call_;
    const YamlNode::Entry* workflow_ = nullptr;
    const YamlNode::Entry* wait_ = nullptr;
    bool ignores_waits_ = false;  // in the older system these keys meant nothing
    const YamlNode::Entry* max_parallel_ = nullptr;
    bool has_loop_ = false;
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
            defaults.retry = read_retry(reading, *entry.value, std::nullopt, no_task);
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
                                   const TaskDefaults& defaults,
                                   TaskPlace place) {
    if (node.kind != YamlNode::Kind::Mapping) {
        reading.error(node.position, "a task is a mapping, not " + describe(node), {},
                      "wrong-type");
        return std::nullopt;
    }
    return TaskReader(reading, node, defaults, place).read();
}

void read_task_name(Reading& reading, const YamlNode& node, TaskDraft& draft) {
    const auto name = read_text(reading, node, "'name'");
    if (!name) {
        return;
    }
    draft.name_position = node.position;
    if (auto problem = name_problem(*name)) {
        reading.error(node.position, std::move(*problem));
    } else if (*name == end_target) {
        const std::string message = "no task can be named 'end', which as a target ends the branch";
        if (reading.compat_oa3) {
            reading.warn(node.position, message);
        } else {
            reading.error(node.position, message, "give it another name");
        }
    }
    draft.task.name = *name;
}

std::vector<PlacedText> read_targets(Reading& reading,
                                     const YamlNode& node,
                                     std::string_view what) {
    std::vector<PlacedText> targets = read_texts(reading, node, what);
    for (PlacedText& target : targets) {
        if (reading.compat_oa3 && target.text == older_end_target) {
            reading.warn(target.position, "'END' is read as 'end'");
            target.text = end_target;
        }
    }
    return targets;
}

}  // namespace oa::core
