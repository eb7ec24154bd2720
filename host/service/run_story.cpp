#include "host/service/run_story.hpp"

#include <string_view>
#include <utility>
#include <variant>

#include <boost/json.hpp>

#include "core/run/report.hpp"
#include "core/wall_time.hpp"
#include "host/service/json_values.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

json::value number_of(const std::optional<core::Element>& element) {
    return element ? json::value(element->index) : json::value();
}

}  // namespace

/// Makes events of one record.
class RunStory::Teller {
public:
    Teller(const RunStory& story,
           const core::JournalRecord& record,
           std::vector<RunEventText>& events)
        : story_(story), record_(record), at_(core::format_time(record.at)), events_(events) {}

    json::object& tell(std::string_view type) {
        events_.push_back({{"run", story_.run_id_},
                           {"workflow", story_.workflow_->name},
                           {"number", record_.number},
                           {"at", at_},
                           {"type", type}});
        return events_.back();
    }
    json::object& tell(std::string_view type, core::TaskIndex task) {
        json::object& event = tell(type);
        event["task"] = story_.workflow_->tasks.at(task).name;
        return event;
    }

private:
    const RunStory& story_;
    const core::JournalRecord& record_;
    std::string at_;
    std::vector<RunEventText>& events_;
};

RunStory::RunStory(std::shared_ptr<const core::Workflow> workflow, std::string run_id)
    : workflow_(std::move(workflow)), run_id_(std::move(run_id)) {}

void RunStory::add(const core::JournalRecord& record, std::vector<RunEventText>& events) {
    Teller teller(*this, record, events);
    number_ = record.number;
    if (const auto* created = std::get_if<core::RunCreated>(&record.entry)) {
        machine_.emplace(*workflow_, created->settings);
        json::object& event = teller.tell("run.created");
        event["trigger"] = text_or_null(created->trigger);
        event["attempt"] = created->attempt;
        event["priority"] = created->priority;
        event["key"] = text_or_null(created->key);
        event["parent"] = text_or_null(created->parent_run_id);
        event["retry_of"] = text_or_null(created->retry_of);
    } else if (const auto* resumed = std::get_if<core::RunResumed>(&record.entry)) {
        if (!resumed->is_settled) {
            teller.tell("run.taken_up")["deaths"] = resumed->deaths;
        }
    } else if (const auto* started = std::get_if<core::AttemptStarted>(&record.entry)) {
        json::object& event = teller.tell("task.started", started->task);
        event["element"] = number_of(started->element);
        event["attempt"] = started->attempt;
    } else if (const auto* taken = std::get_if<core::MachineEvent>(&record.entry)) {
        take(*taken, teller);
    } else if (const auto* ended = std::get_if<core::RunEnded>(&record.entry)) {
        has_ended_ = true;
        json::object& event = teller.tell("run.ended");
        event["status"] = core::to_string(ended->status);
        event["error"] = core::to_json(ended->failure);
    }
}

void RunStory::take(const core::MachineEvent& taken, Teller& teller) {
    if (!machine_) {
        return;  // the records do not begin with the run's creation
    }
    tell_event(taken, teller);
    commands_.clear();
    machine_->apply(taken.event, commands_);
    for (const core::RunCommand& command : commands_) {
        tell_command(command, teller);
    }
}

void RunStory::tell_event(const core::MachineEvent& taken, Teller& teller) {
    if (std::holds_alternative<core::RunStarted>(taken.event)) {
        teller.tell("run.started");
    } else if (const auto* cancel = std::get_if<core::CancelRequested>(&taken.event)) {
        teller.tell("run.cancelling")["reason"] = cancel->reason;
    } else if (const auto* pause = std::get_if<core::PauseRequested>(&taken.event)) {
        teller.tell("run.paused")["reason"] = pause->reason;
    } else if (std::holds_alternative<core::ResumeRequested>(taken.event)) {
        teller.tell("run.continued");
    } else if (std::holds_alternative<core::WaitBegun>(taken.event)) {
        tell_wait(taken, teller);
    }
}

void RunStory::tell_wait(const core::MachineEvent& taken, Teller& teller) {
    const auto& begun = std::get<core::WaitBegun>(taken.event);
    const auto place = places_.find(begun.execution);
    if (place == places_.end() || begun.failure || !taken.output || !taken.output->is_object()) {
        return;
    }
    const core::Task& task = workflow_->tasks.at(place->second.task);
    json::object& event = teller.tell("task.waiting", place->second.task);
    event["element"] = number_of(place->second.element);
    event["kind"] = core::to_string(task.wait ? task.wait->kind : core::Wait::Kind::Sleep);
    for (const auto& member : taken.output->get_object()) {  // until, message, by
        event[member.key()] = member.value();
    }
}

void RunStory::tell_command(const core::RunCommand& command, Teller& teller) {
    if (const auto* wait = std::get_if<core::BeginWait>(&command)) {
        places_[wait->execution] = {wait->task, wait->element};
    } else if (const auto* retry = std::get_if<core::RetryScheduled>(&command)) {
        json::object& event = teller.tell("task.retrying", retry->task);
        event["element"] = number_of(retry->element);
        event["attempt"] = retry->attempt;
        event["delay_ms"] = retry->delay.count();
        event["error"] = core::to_json(retry->failure);
    } else if (const auto* element = std::get_if<core::ElementEnded>(&command)) {
        places_.erase(element->execution);
        const core::TaskState& state = machine_->task(element->task);
        json::object& event = teller.tell("task.element_ended", element->task);
        event["element"] = element->element.index;
        event["status"] = core::to_string(element->status);
        event["error"] = core::to_json(element->failure);
        event["elements_ended"] = state.elements_ended;
        event["elements"] = state.elements ? json::value(*state.elements) : json::value();
    } else if (const auto* end = std::get_if<core::TaskEnded>(&command)) {
        if (end->execution) {
            places_.erase(*end->execution);
        }
        json::object& event = teller.tell("task.ended", end->task);
        event["status"] = core::to_string(end->status);
        event["error"] = core::to_json(end->failure);
        event["attempts"] = end->attempts;
    }
}

}  // namespace oa::host
