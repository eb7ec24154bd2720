#include "core/run/run_view.hpp"

#include <utility>

#include <boost/json.hpp>

#include "core/run/report.hpp"

namespace oa::core {

namespace json = boost::json;

namespace {

constexpr std::string_view run_name = "run";

}  // namespace

json::object task_for_expressions(const TaskReport& report) {
    json::object task;
    task["output"] = output_of(report);
    task["status"] = std::string(to_string(report.status));
    task["error"] = to_json(report.failure);
    task["attempts"] = report.attempts;
    task["started_at"] =
        report.started_at ? json::value(format_time(*report.started_at)) : json::value(nullptr);
    task["duration"] = static_cast<double>(report.duration.count()) / 1000.0;
    return task;
}

void RunData::View::show(std::string_view name, json::value value) {
    keep(name, std::move(value));
    shown_.push_back(name);
}

const json::value* RunData::View::keep(std::string_view name, json::value value) const {
    return &kept_.insert_or_assign(std::string(name), std::move(value)).first->second;
}

const json::value* RunData::View::find(std::string_view name) const {
    if (!kept_.empty()) {
        if (const auto kept = kept_.find(std::string(name)); kept != kept_.end()) {
            return &kept->second;
        }
    }
    if (place_) {
        if (name == "input") {
            return keep(name, data_.input_of(*place_));
        }
        if (place_->element) {
            if (const json::value* found = find_of_element(name)) {
                return found;
            }
        }
    }
    if (!data_.secret_variables_.empty()) {
        if (name == "vars") {
            return all_variables();
        }
        if (const json::value* found = find_secret_variable(name)) {
            return found;
        }
    }
    return data_.find_root(name);
}

const json::value* RunData::View::find_of_element(std::string_view name) const {
    const auto loop = data_.loops_.find(place_->element->loop);
    if (loop == data_.loops_.end()) {
        return nullptr;
    }
    const std::uint32_t index = place_->element->index;
    if (name == "item") {
        return &loop->second.items.at(index);
    }
    if (name == "index") {
        return keep(name, index);
    }
    if (name == "key" && !loop->second.keys.empty()) {
        return keep(name, json::string(loop->second.keys.at(index)));
    }
    return nullptr;
}

const json::value* RunData::View::find_secret_variable(std::string_view name) const {
    const auto found = data_.secret_variables_.find(name);
    return found == data_.secret_variables_.end() ? nullptr
                                                  : keep(name, found->second->resolve(*this));
}

// One that cannot be had is left out: whoever reads it is told that it is not there.
const json::value* RunData::View::all_variables() const {
    json::object all = data_.variables();
    for (const auto& [name, value] : data_.secret_variables_) {
        try {
            all[name] = value->resolve(*this);
        } catch (const TemplateError&) {
            continue;
        }
    }
    return keep("vars", std::move(all));
}

const json::value* RunData::View::find_task(std::string_view name) const {
    return data_.find_task(name);
}

std::optional<std::string> RunData::View::environment(std::string_view name) const {
    auto value = data_.sources_.environment ? data_.sources_.environment(name) : std::nullopt;
    if (value && !value->empty() && data_.is_secret_environment(name)) {
        data_.used_secrets_ = true;
        if (data_.sources_.masker != nullptr) {
            data_.sources_.masker->add(Secret(*value));
        }
    }
    return value;
}

std::optional<Secret> RunData::View::secret(SecretStore store, std::string_view key) const {
    if (data_.sources_.secrets == nullptr) {
        return std::nullopt;
    }
    auto value = data_.sources_.secrets->find(store, key, user());
    if (value) {
        data_.used_secrets_ = true;
        if (data_.sources_.masker != nullptr) {
            data_.sources_.masker->add(*value);
        }
    }
    return value;
}

std::string RunData::View::user() const {
    std::string text = "run " + std::string(data_.roots_.at(run_name).at("id").get_string()) +
                       " of '" + data_.workflow_.name + "'";
    if (place_) {
        text += ", task '" + data_.workflow_.tasks[place_->task].name + "'";
    }
    return text;
}

std::string RunData::View::secret_advice(SecretStore store) const {
    return data_.sources_.secrets == nullptr ? std::string()
                                             : data_.sources_.secrets->advice(store);
}

std::optional<bool> RunData::View::status(StatusFunction function) const {
    if (!standing_) {
        return std::nullopt;
    }
    switch (function) {
        case StatusFunction::Success: return standing_->success;
        case StatusFunction::Failure: return standing_->failure;
        case StatusFunction::Always: break;
    }
    return true;
}

std::vector<std::string> RunData::View::names() const {
    std::vector<std::string> names{"tasks"};
    for (const auto& root : data_.roots_) {
        names.emplace_back(root.key());
    }
    for (const auto& variable : data_.variables()) {
        names.emplace_back(variable.key());
    }
    for (const auto& [name, value] : data_.secret_variables_) {
        names.emplace_back(name);
    }
    if (place_) {
        names.emplace_back("input");
        if (place_->element) {
            names.insert(names.end(), {"item", "index"});
        }
    }
    names.insert(names.end(), shown_.begin(), shown_.end());
    return names;
}

std::vector<std::string> RunData::View::task_names() const {
    std::vector<std::string> names;
    names.reserve(data_.workflow_.tasks.size());
    for (const Task& task : data_.workflow_.tasks) {
        names.push_back(task.name);
    }
    return names;
}

}  // namespace oa::core
