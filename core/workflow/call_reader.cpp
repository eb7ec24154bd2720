#include "core/workflow/call_reader.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/workflow/steps_reader.hpp"

namespace oa::core {
namespace {

class CallReader {
public:
    CallReader(Reading& reading, const YamlNode& node, const std::vector<std::string>& task_keys)
        : reading_(reading), node_(node), task_keys_(task_keys) {}

    Call read() {
        find_entries();
        if (module_ != nullptr || function_ != nullptr) {
            read_explicit();
        } else if (call_.inline_entry != nullptr) {
            read_inline();
        } else {
            reading_.error(call_.position, "the task calls no function",
                           "give 'module' and 'function', or '<module>.<function>:'", "no-call");
        }
        if (call_.info != nullptr && call_.info->deprecated) {
            reading_.warn(
                call_.position, call_.module + "." + call_.function + " is deprecated",
                call_.info->replaced_by.empty() ? std::string() : "use " + call_.info->replaced_by,
                "deprecated-function");
        }
        return std::move(call_);
    }

private:
    void find_entries() {
        call_.position =
            node_.entries.empty() ? node_.position : node_.entries.front().key_position;
        for (const YamlNode::Entry& entry : node_.entries) {
            if (entry.key == "module") {
                module_ = &entry;
            } else if (entry.key == "function") {
                function_ = &entry;
            } else if (entry.key == "with") {
                call_.with = &entry;
            }
        }
        if (module_ != nullptr || function_ != nullptr) {
            return;
        }
        for (const YamlNode::Entry& entry : node_.entries) {
            if (entry.key.find('.') == std::string::npos || is_task_key(entry.key)) {
                continue;
            }
            if (call_.inline_entry == nullptr) {
                call_.inline_entry = &entry;
            } else {
                reading_.error(entry.key_position,
                               "a task calls one function, and this one calls '" +
                                   excerpt(call_.inline_entry->key) + "' already",
                               {}, "second-call");
            }
        }
    }

    [[nodiscard]] bool is_task_key(const std::string& key) const {
        return std::find(task_keys_.begin(), task_keys_.end(), key) != task_keys_.end();
    }

    void read_explicit() {
        if (module_ == nullptr || function_ == nullptr) {
            const bool no_module = module_ == nullptr;
            reading_.error((no_module ? function_ : module_)->key_position,
                           no_module ? "'function' is given without 'module'"
                                     : "'module' is given without 'function'",
                           {}, "no-call");
            return;
        }
        const auto module = read_text(reading_, *module_->value, "'module'");
        const auto function = read_text(reading_, *function_->value, "'function'");
        call_.position = function_->value->position;
        call_.module = std::string(without_range(module.value_or("")));
        call_.function = function.value_or("");
        if (module && function) {
            look_up(*module, module_->value->position, function_->value->position);
        }
    }

    /// "http" of "http@^1.2": the range only chooses among the versions of a module.
    static std::string_view without_range(std::string_view module) {
        return module.substr(0, module.find('@'));
    }

    /// Module names may have dots themselves, so every dot is tried.
    void read_inline() {
        const std::string& key = call_.inline_entry->key;
        call_.position = call_.inline_entry->key_position;
        if (key.find('@') != std::string::npos) {
            reading_.error(call_.position,
                           "'" + excerpt(key) + "' names a version, which this form cannot do",
                           "write 'module', with the version, and 'function'");
            return;
        }
        std::size_t split = std::string::npos;
        for (std::size_t dot = key.find('.'); dot != std::string::npos;
             dot = key.find('.', dot + 1)) {
            const std::string_view module = std::string_view(key).substr(0, dot);
            const std::string_view function = std::string_view(key).substr(dot + 1);
            if (reading_.catalog.find(module, function) != nullptr) {
                split = dot;
                break;
            }
            if (split == std::string::npos && reading_.catalog.has_module(module)) {
                split = dot;
            }
        }
        if (split == std::string::npos) {
            split = key.rfind('.');
        }
        call_.module = key.substr(0, split);
        call_.function = key.substr(split + 1);
        look_up(call_.module, call_.position, call_.position);
    }

    /// `module` as it is written, with a range of versions where there is one.
    void look_up(const std::string& module,
                 SourcePosition module_position,
                 SourcePosition function_position) {
        if (reading_.compat_oa3 && is_run_steps(module, call_.function)) {
            call_.info = &run_steps_function();
            return;
        }
        call_.info = reading_.catalog.find(module, call_.function);
        if (call_.info != nullptr) {
            return;
        }
        if (const auto problem = reading_.catalog.version_problem(module)) {
            reading_.error(module_position, *problem, {}, "unknown-version");
            return;
        }
        if (!reading_.catalog.has_module(module)) {
            reading_.error(module_position, "there is no module '" + excerpt(call_.module) + "'",
                           reading_.suggest(call_.module, module_names()), "unknown-module");
            return;
        }
        reading_.error(
            function_position,
            "the module '" + call_.module + "' has no function '" + excerpt(call_.function) + "'",
            reading_.suggest(call_.function, reading_.catalog.function_names(module)),
            "unknown-function");
    }

    [[nodiscard]] std::vector<std::string> module_names() const {
        return reading_.catalog.module_names();
    }

    Reading& reading_;
    const YamlNode& node_;
    const std::vector<std::string>& task_keys_;
    const YamlNode::Entry* module_ = nullptr;
    const YamlNode::Entry* function_ = nullptr;
    Call call_;
};

}  // namespace

Call read_call(Reading& reading, const YamlNode& node, const std::vector<std::string>& task_keys) {
    return CallReader(reading, node, task_keys).read();
}

}  // namespace oa::core
