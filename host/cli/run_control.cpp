#include "host/cli/run_control.hpp"

#include <future>
#include <map>
#include <stdexcept>
#include <string_view>

#include <boost/json.hpp>

#include "host/engine/execution_id.hpp"
#include "host/engine/ulid.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

using Action = RunsOptions::Action;

const std::map<Action, std::string_view>& action_words() {
    static const std::map<Action, std::string_view> words{
        {Action::Cancel, "cancel"},   {Action::Pause, "pause"},   {Action::Resume, "resume"},
        {Action::Approve, "approve"}, {Action::Reject, "reject"}, {Action::Retry, "retry"}};
    return words;
}

std::string text_of(const json::object& request, std::string_view key) {
    const json::value* value = request.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

std::string label(const OpenApproval& approval) {
    return numbered(approval.task, approval.element);
}

OpenApproval choose(const std::vector<OpenApproval>& open, const json::object& request) {
    const std::string task = text_of(request, "task");
    const json::value* element = request.if_contains("element");
    std::vector<OpenApproval> fitting;
    std::string names;
    for (const OpenApproval& approval : open) {
        const bool same_element =
            element == nullptr || !element->is_int64() || approval.element == element->get_int64();
        if ((task.empty() || approval.task == task) && same_element) {
            fitting.push_back(approval);
        }
        names += (names.empty() ? "" : ", ") + label(approval);
    }
    if (open.empty()) {
        throw std::runtime_error("the run waits for no approval");
    }
    if (fitting.empty()) {
        throw std::runtime_error("no task '" + task +
                                 "' waits for an approval; those that do: " + names);
    }
    if (fitting.size() > 1) {
        throw std::runtime_error("several tasks wait for an approval, so say which: " + names);
    }
    return fitting.front();
}

json::object answer_approval(RunLoop& loop, const json::object& request, bool approved) {
    const OpenApproval approval = choose(loop.approvals(), request);
    ApprovalAnswer answer;
    answer.approved = approved;
    answer.by = text_of(request, "by");
    answer.comment = text_of(request, "reason");
    auto taken = std::make_shared<std::promise<bool>>();
    std::future<bool> result = taken->get_future();
    const bool was_open = loop.answer(approval.task, approval.element, answer,
                                      [taken](bool is_taken) { taken->set_value(is_taken); });
    if (!was_open || !result.get()) {
        throw std::runtime_error("something else ended the wait first");
    }
    return {{"done", label(approval) + (approved ? " is approved" : " is rejected")}};
}

json::object do_again(const json::object& request, const std::string& id, RunHouse& house) {
    const json::value* all = request.if_contains("all");
    RunRequest again =
        house.engine().retry(id, make_ulid(house.clock().wall()),
                             {.from = text_of(request, "from"),
                              .all = all != nullptr && all->is_bool() && all->get_bool()});
    const std::string new_id = again.run_id;
    again.trigger = "cli";
    auto accepted = std::make_shared<std::promise<std::string>>();
    again.on_accepted = [accepted](const core::JournalFailure* failure) {
        accepted->set_value(failure == nullptr ? std::string() : failure->message);
    };
    std::future<std::string> refusal = accepted->get_future();
    house.engine().submit(std::move(again));
    if (const std::string why = refusal.get(); !why.empty()) {
        throw std::runtime_error(why);
    }
    return {{"done", "the run " + new_id + " does it again"}, {"run", new_id}};
}

json::object carry_out(const json::object& request, RunHouse& house) {
    const std::string id = text_of(request, "run");
    const std::string action = text_of(request, "action");
    if (action == "retry") {
        return do_again(request, id, house);
    }
    if (action == "cancel") {
        if (!house.engine().cancel(id, text_of(request, "reason"))) {
            throw std::runtime_error("the run " + id + " has ended, or is not worked on here");
        }
        return {{"done", "the run " + id + " is told to stop"}};
    }
    const std::shared_ptr<RunLoop> loop = house.engine().find(id);
    if (!loop) {
        throw std::runtime_error("the run " + id + " has ended, or has not started");
    }
    if (action == "pause") {
        loop->pause(text_of(request, "reason"));
        return {{"done", "the run " + id + " starts nothing until it is resumed"}};
    }
    if (action == "resume") {
        loop->resume();
        return {{"done", "the run " + id + " goes on"}};
    }
    if (action == "approve" || action == "reject") {
        return answer_approval(*loop, request, action == "approve");
    }
    throw std::runtime_error("this host knows no '" + action + "' of runs");
}

}  // namespace

json::object run_request(const RunsOptions& options,
                         const std::string& run_id,
                         const std::filesystem::path& folder) {
    json::object request;
    request["command"] = "runs";
    request["folder"] = std::filesystem::weakly_canonical(folder).string();
    request["action"] = action_words().at(options.action);
    request["run"] = run_id;
    request["reason"] = options.reason;
    request["task"] = options.task;
    if (options.element) {
        request["element"] = *options.element;
    }
    request["by"] = options.by;
    request["from"] = options.from;
    request["all"] = options.all;
    return request;
}

json::object answer_run_request(const json::object& request, RunHouse& house) {
    RunStore* const store = house.store();
    if (store == nullptr ||
        text_of(request, "folder") !=
            std::filesystem::weakly_canonical(store->file().parent_path()).string()) {
        return {{"error", "this host does not keep its runs there"}};
    }
    try {
        return carry_out(request, house);
    } catch (const std::exception& error) {
        return {{"error", error.what()}};
    }
}

}  // namespace oa::host
