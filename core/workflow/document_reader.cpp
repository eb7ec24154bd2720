#include "core/workflow/document_reader.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/workflow/declaration_reader.hpp"
#include "core/workflow/flow_reader.hpp"
#include "core/workflow/schedule_reader.hpp"
#include "core/workflow/task_reader.hpp"
#include "core/workflow/value_reader.hpp"

namespace oa::core {
namespace {

const std::vector<std::string> document_keys = {
    "name",     "description", "tags",     "inputs",    "variables",
    "variable", "tasks",       "finally",  "outputs",   "timeout",
    "schedule", "concurrency", "defaults", "fail_fast", "compat"};

bool contains(const std::vector<std::string>& words, const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

std::string default_name(const std::string& file) {
    const std::string stem = std::filesystem::path(file).stem().string();
    return stem.empty() ? "workflow" : stem;
}

class DocumentReader {
public:
    DocumentReader(Reading& reading, std::size_t tasks_max)
        : reading_(reading), workflow_(reading.workflow), tasks_max_(tasks_max) {
        workflow_.name = default_name(workflow_.file);
    }

    void read(const YamlNode& root) {
        const bool found =
            root.kind == YamlNode::Kind::Mapping ? sort_mapping(root) : sort_list(root);
        if (found) {
            read_parts();
        }
    }

private:
    // ----- the two shapes of a document -----

    bool sort_mapping(const YamlNode& root) {
        read_compat(root);
        for (const YamlNode::Entry& entry : root.entries) {
            if (!contains(document_keys, entry.key)) {
                reading_.unknown_key(entry.key_position, entry.key, document_keys);
            } else if (entry.key == "tasks") {
                tasks_ = entry.value;
            } else if (!is_null(*entry.value)) {
                sort_key(entry);
            }
        }
        if (tasks_ == nullptr) {
            reading_.error(root.position, "the workflow has no 'tasks'", {}, "missing-key");
        }
        return true;
    }

    void read_compat(const YamlNode& root) {
        const YamlNode::Entry* compat = root.find("compat");
        if (compat == nullptr || is_null(*compat->value)) {
            return;
        }
        const auto word = read_text(reading_, *compat->value, "'compat'");
        if (word && *word != "oa3") {
            reading_.error(compat->value->position,
                           "'compat' takes oa3, not " + describe(*compat->value));
        }
        reading_.compat_oa3 = word == "oa3";
    }

    void sort_key(const YamlNode::Entry& entry) {
        if (entry.key == "inputs") {
            inputs_ = entry.value;
        } else if (entry.key == "variables" || entry.key == "variable") {
            if (variables_ != nullptr) {
                reading_.error(entry.key_position,
                               "'variables' and 'variable' are the same; give one of them");
                return;
            }
            variables_ = entry.value;
            for (const auto& variable :
                 read_mapping(reading_, *entry.value, "'" + entry.key + "'")) {
                variable_entries_.push_back(&variable);
            }
        } else if (entry.key == "outputs") {
            outputs_ = entry.value;
        } else if (entry.key == "defaults") {
            defaults_ = entry.value;
        } else if (entry.key == "finally") {
            finally_ = entry.value;
        } else if (entry.key == "schedule") {
            schedule_ = entry.value;
        } else if (entry.key == "concurrency") {
            concurrency_ = entry.value;
        } else if (entry.key != "compat") {
            read_setting(entry);
        }
    }

    /// The older shape: all keys beside the tasks are variables.
    bool sort_list(const YamlNode& root) {
        const YamlNode* first = root.items.empty() ? nullptr : root.items.front();
        if (first == nullptr || first->find("tasks") == nullptr) {
            reading_.error(root.position, "a workflow is a mapping with 'tasks', not a list",
                           "a list is read only when its first item is such a mapping");
            return false;
        }
        reading_.compat_oa3 = true;
        for (const YamlNode::Entry& entry : first->entries) {
            if (entry.key == "tasks") {
                tasks_ = entry.value;
                continue;
            }
            variable_entries_.push_back(&entry);
            const bool text = entry.value->kind == YamlNode::Kind::Scalar && !is_null(*entry.value);
            if (entry.key == "name" && text) {
                read_name(*entry.value);
            }
        }
        if (root.items.size() > 1) {
            reading_.warn(root.items[1]->position,
                          "only the first item of the list is a workflow; the rest is ignored");
        }
        return true;
    }

    // ----- settings -----

    void read_setting(const YamlNode::Entry& entry) {
        const YamlNode& node = *entry.value;
        if (entry.key == "name") {
            read_name(node);
        } else if (entry.key == "description") {
            workflow_.description = read_text(reading_, node, "'description'").value_or("");
        } else if (entry.key == "tags") {
            for (PlacedText& tag : read_texts(reading_, node, "'tags'")) {
                workflow_.tags.push_back(std::move(tag.text));
            }
        } else if (entry.key == "timeout") {
            workflow_.timeout = read_duration(reading_, node, "'timeout'");
            if (workflow_.timeout == Milliseconds(0)) {
                reading_.error(node.position, "'timeout' takes a duration above 0");
            }
        } else if (entry.key == "fail_fast") {
            workflow_.fail_fast = read_bool(reading_, node, "'fail_fast'").value_or(false);
        }
    }

    void read_name(const YamlNode& node) {
        const auto name = read_text(reading_, node, "'name'");
        if (!name) {
            return;
        }
        if (auto problem = name_problem(*name)) {
            reading_.error(node.position, std::move(*problem));
        }
        workflow_.name = *name;
    }

    // ----- the parts, in the order in which they can refer to each other -----

    void read_parts() {
        if (inputs_ != nullptr) {
            for (const YamlNode::Entry& entry : inputs_->entries) {
                reading_.inputs.add(entry.key);
            }
        }
        for (const YamlNode::Entry* entry : variable_entries_) {
            reading_.variables->declared.add(entry->key);
        }
        if (inputs_ != nullptr) {
            workflow_.inputs = read_inputs(reading_, *inputs_);
        }
        if (schedule_ != nullptr) {
            workflow_.schedules = read_schedules(reading_, *schedule_);
        }
        if (concurrency_ != nullptr) {
            workflow_.concurrency = read_concurrency(reading_, *concurrency_);
        }
        workflow_.variables = read_variables(reading_, variable_entries_);
        if (tasks_ != nullptr) {
            read_tasks();
        }
        if (outputs_ != nullptr) {
            read_outputs(*outputs_);
        }
        workflow_.compat_oa3 = reading_.compat_oa3;
    }

    void read_tasks() {
        if (defaults_ != nullptr) {
            task_defaults_ = read_task_defaults(reading_, *defaults_);
        }
        if (!check_task_list(*tasks_, "'tasks'")) {
            return;
        }
        read_list(*tasks_, false);
        const std::size_t main_count = drafts_.size();
        if (finally_ != nullptr && check_task_list(*finally_, "'finally'")) {
            read_list(*finally_, true);
        }
        if (main_count == 0) {
            return;
        }
        const std::size_t finally_count = drafts_.size() - main_count;
        name_tasks(reading_, drafts_);
        read_flow(reading_, std::move(drafts_), finally_count);
    }

    void read_list(const YamlNode& node, bool in_finally) {
        drafts_.reserve(drafts_.size() + node.items.size());
        for (const YamlNode* item : node.items) {
            if (reading_.session.findings.give_up()) {
                return;
            }
            const TaskPlace place{static_cast<TaskIndex>(drafts_.size()), in_finally};
            if (auto draft = read_task(reading_, *item, task_defaults_, place)) {
                drafts_.push_back(std::move(*draft));
            }
        }
    }

    bool check_task_list(const YamlNode& node, const std::string& what) {
        if (node.kind != YamlNode::Kind::Sequence) {
            const bool by_name = node.kind == YamlNode::Kind::Mapping;
            reading_.error(node.position, what + " takes a list of tasks, not " + describe(node),
                           by_name ? "begin each task with '- ', and give its name as 'name'" : "",
                           "wrong-type");
            return false;
        }
        if (node.items.empty() && &node == tasks_) {
            reading_.error(node.position, "'tasks' is empty; a workflow has at least one task");
            return false;
        }
        if (drafts_.size() + node.items.size() > tasks_max_) {
            reading_.error(node.items[tasks_max_ - std::min(tasks_max_, drafts_.size())]->position,
                           "the workflow has more than " + std::to_string(tasks_max_) + " tasks",
                           {}, "limit");
            return false;
        }
        return true;
    }

    void read_outputs(const YamlNode& node) {
        for (const YamlNode::Entry& entry : read_mapping(reading_, node, "'outputs'")) {
            if (auto problem = name_problem(entry.key)) {
                reading_.error(entry.key_position, std::move(*problem));
            }
            workflow_.outputs.push_back(
                {entry.key, entry.key_position,
                 read_expression(reading_, *entry.value, {ExpressionPlace::WorkflowOutput})});
        }
    }

    Reading& reading_;
    Workflow& workflow_;
    std::size_t tasks_max_;
    TaskDefaults task_defaults_;
    std::vector<TaskDraft> drafts_;
    std::vector<const YamlNode::Entry*> variable_entries_;
    const YamlNode* inputs_ = nullptr;
    const YamlNode* variables_ = nullptr;
    const YamlNode* outputs_ = nullptr;
    const YamlNode* defaults_ = nullptr;
    const YamlNode* tasks_ = nullptr;
    const YamlNode* finally_ = nullptr;
    const YamlNode* schedule_ = nullptr;
    const YamlNode* concurrency_ = nullptr;
};

}  // namespace

void read_document(Reading& reading, const YamlNode& root, std::size_t tasks_max) {
    DocumentReader(reading, tasks_max).read(root);
}

}  // namespace oa::core
