#include "core/workflow/reader.hpp"

#include <algorithm>
#include <filesystem>
#include <span>
#include <utility>
#include <vector>

#include "core/workflow/declaration_reader.hpp"
#include "core/workflow/flow_reader.hpp"
#include "core/workflow/reading.hpp"
#include "core/workflow/reference_check.hpp"
#include "core/workflow/task_reader.hpp"
#include "core/workflow/value_reader.hpp"

namespace oa::core {
namespace {

constexpr std::uint32_t max_parallel_limit = 1'000;

const std::vector<std::string> document_keys = {
    "name",    "description", "tags",      "inputs",      "variables", "variable", "tasks",
    "outputs", "timeout",     "fail_fast", "concurrency", "defaults",  "compat"};
/// Keys of the language that this version does not carry out.
const std::vector<std::string> unavailable_document_keys = {"finally", "schedule"};
const std::vector<std::string> concurrency_keys = {"max_parallel"};
const std::vector<std::string> unavailable_concurrency_keys = {"max_runs", "overlap", "key"};

bool contains(const std::vector<std::string>& words, const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

std::string default_name(const std::string& file) {
    const std::string stem = std::filesystem::path(file).stem().string();
    return stem.empty() ? "workflow" : stem;
}

class DocumentReader {
public:
    DocumentReader(Reading& reading, const std::string& file, const ReadLimits& limits)
        : reading_(reading), limits_(limits) {
        workflow_.file = file;
        workflow_.name = default_name(file);
    }

    Workflow read(const YamlNode& root) {
        const bool found =
            root.kind == YamlNode::Kind::Mapping ? sort_mapping(root) : sort_list(root);
        if (found) {
            read_parts();
        }
        return std::move(workflow_);
    }

private:
    // ----- the two shapes of a document -----

    bool sort_mapping(const YamlNode& root) {
        read_compat(root);
        for (const YamlNode::Entry& entry : root.entries) {
            if (contains(unavailable_document_keys, entry.key)) {
                reading_.unavailable(entry.key_position, entry.key);
            } else if (!contains(document_keys, entry.key)) {
                reading_.unknown_key(entry.key_position, entry.key, document_keys);
            } else if (entry.key == "tasks") {
                tasks_ = entry.value;
            } else if (!is_null(*entry.value)) {
                sort_key(entry);
            }
        }
        if (tasks_ == nullptr) {
            reading_.error(root.position, "the workflow has no 'tasks'");
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
        } else if (entry.key == "concurrency") {
            read_concurrency(node);
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

    void read_concurrency(const YamlNode& node) {
        for (const YamlNode::Entry& entry : read_mapping(reading_, node, "'concurrency'")) {
            if (contains(unavailable_concurrency_keys, entry.key)) {
                reading_.unavailable(entry.key_position, "concurrency." + entry.key);
            } else if (!contains(concurrency_keys, entry.key)) {
                reading_.unknown_key(entry.key_position, entry.key, concurrency_keys);
            } else if (!is_null(*entry.value)) {
                workflow_.concurrency.max_parallel =
                    read_count(reading_, *entry.value, "'max_parallel'", max_parallel_limit);
            }
        }
    }

    // ----- the parts, in the order in which they can refer to each other -----

    void read_parts() {
        if (inputs_ != nullptr) {
            for (const YamlNode::Entry& entry : inputs_->entries) {
                reading_.inputs.add(entry.key);
            }
        }
        for (const YamlNode::Entry* entry : variable_entries_) {
            reading_.variables.add(entry->key);
        }
        if (inputs_ != nullptr) {
            workflow_.inputs = read_inputs(reading_, *inputs_);
        }
        workflow_.variables = read_variables(reading_, variable_entries_);
        if (tasks_ != nullptr) {
            read_tasks(*tasks_);
        }
        if (outputs_ != nullptr) {
            read_outputs(*outputs_);
        }
        workflow_.compat_oa3 = reading_.compat_oa3;
    }

    void read_tasks(const YamlNode& node) {
        TaskDefaults defaults;
        if (defaults_ != nullptr) {
            defaults = read_task_defaults(reading_, *defaults_);
        }
        if (!check_task_list(node)) {
            return;
        }
        std::vector<TaskDraft> drafts;
        drafts.reserve(node.items.size());
        for (const YamlNode* item : node.items) {
            if (auto draft = read_task(reading_, *item, defaults)) {
                drafts.push_back(std::move(*draft));
            }
        }
        if (drafts.empty()) {
            return;
        }
        name_tasks(reading_, drafts);
        read_flow(reading_, std::move(drafts), workflow_);
        for (const Task& task : workflow_.tasks) {
            check_references(reading_, task.params, TemplatePlace::Parameters);
            if (task.output) {
                check_references(reading_, *task.output, TemplatePlace::TaskOutput);
            }
        }
    }

    bool check_task_list(const YamlNode& node) {
        if (node.kind != YamlNode::Kind::Sequence) {
            reading_.error(node.position, "'tasks' takes a list of tasks, not " + describe(node));
            return false;
        }
        if (node.items.empty()) {
            reading_.error(node.position, "'tasks' is empty; a workflow has at least one task");
            return false;
        }
        if (node.items.size() > limits_.tasks_max) {
            reading_.error(
                node.items[limits_.tasks_max]->position,
                "the workflow has more than " + std::to_string(limits_.tasks_max) + " tasks");
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
                {entry.key, entry.key_position, read_expression(reading_, *entry.value)});
            check_references(reading_, workflow_.outputs.back().value,
                             TemplatePlace::WorkflowOutput);
        }
    }

    Reading& reading_;
    const ReadLimits& limits_;
    Workflow workflow_;
    std::vector<const YamlNode::Entry*> variable_entries_;
    const YamlNode* inputs_ = nullptr;
    const YamlNode* variables_ = nullptr;
    const YamlNode* outputs_ = nullptr;
    const YamlNode* defaults_ = nullptr;
    const YamlNode* tasks_ = nullptr;
};

}  // namespace

ReadResult read_workflow(std::string_view text,
                         const std::string& file,
                         const FunctionCatalog& catalog,
                         const ReadLimits& limits) {
    YamlLimits yaml_limits = limits.yaml;
    yaml_limits.tasks_max = limits.tasks_max;
    YamlResult yaml = parse_yaml(text, file, yaml_limits);
    ReadResult result;
    if (yaml.root == nullptr) {
        result.diagnostics = std::move(yaml.diagnostics);
        return result;
    }
    Reading reading(text, file, catalog, std::move(yaml.diagnostics));
    Workflow workflow = DocumentReader(reading, file, limits).read(*yaml.root);
    result.diagnostics = reading.take_diagnostics();
    if (!has_errors(result.diagnostics)) {
        result.workflow = std::move(workflow);
    }
    return result;
}

ReadResult read_workflow(std::string_view text,
                         const std::string& file,
                         std::shared_ptr<const FunctionCatalog> catalog,
                         const ReadLimits& limits) {
    ReadResult result = read_workflow(text, file, *catalog, limits);
    if (result.workflow) {
        result.workflow->catalog = std::move(catalog);
    }
    return result;
}

}  // namespace oa::core
