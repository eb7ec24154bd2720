#include "host/api/live_routes.hpp"

#include <charconv>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "core/wall_time.hpp"
#include "host/api/api_call.hpp"
#include "host/api/common_parameters.hpp"
#include "host/api/event_socket.hpp"
#include "host/api/event_stream.hpp"
#include "host/service/run_feed.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

using Call = std::shared_ptr<ApiCall>;
using In = RouteParameter::In;

constexpr std::string_view number_schema = R"({"type": "integer", "minimum": 0})";

json::value next_of(const std::optional<std::uint64_t>& next) {
    return next ? json::value(std::to_string(*next)) : json::value();
}

bool wants_stream(const HttpRequest& request) {
    const auto accept = request.fields.find("Accept");
    return accept && accept->find("text/event-stream") != std::string_view::npos;
}

void events(const Call& call, const LiveRoutes& services) {
    std::uint64_t after = static_cast<std::uint64_t>(call->number("cursor").value_or(0));
    if (wants_stream(call->request())) {
        if (const std::optional<std::int64_t> last = call->number("Last-Event-ID")) {
            after = static_cast<std::uint64_t>(*last);
        }
        stream_events(call, services, call->at("run"), after);
        return;
    }
    const RunEventPage page =
        events_of(services.runs, call->at("run"), after,
                  static_cast<std::size_t>(call->number("limit").value_or(100)));
    // The texts are JSON already.
    std::string body = "{\"events\":[";
    for (std::size_t i = 0; i < page.events.size(); ++i) {
        body += (i == 0 ? "" : ",") + *page.events[i].text;
    }
    body += "],\"next\":" + core::write_json(next_of(page.next)) + "}";
    HttpResponse response{.body = std::move(body)};
    response.fields.add("Content-Type", "application/json");
    call->answer(std::move(response));
}

json::object to_json(const StoredLine& stored) {
    json::object line{
        {"number", stored.sequence},
        {"at", core::format_time(stored.line.at)},
        {"task", stored.line.task.empty() ? json::value() : json::value(stored.line.task)},
        {"level", word_of(stored.line.level)},
        {"message", stored.line.message}};
    if (!stored.line.fields.empty()) {
        line["fields"] = core::parse_json(stored.line.fields);
    }
    return line;
}

void logs(const Call& call, const LiveRoutes& services) {
    const std::string& run = call->at("run");
    const auto after = static_cast<std::uint64_t>(call->number("cursor").value_or(0));
    if (call->flag("follow")) {
        follow_log(call, services, run, after);
        return;
    }
    static_cast<void>(services.runs.get(run));
    const auto limit_given = static_cast<std::uint32_t>(call->number("limit").value_or(1'000));
    const std::optional<std::string> task = call->text("task");
    const std::vector<StoredLine> lines = services.runs.store().lines(run, after, limit_given);
    const auto accept = call->request().fields.find("Accept");
    const bool as_json = accept && accept->find("application/json") != std::string_view::npos;
    HttpResponse response;
    std::optional<std::uint64_t> next;
    if (lines.size() == limit_given) {
        next = lines.back().sequence;
        response.fields.add("Link", "</api/v1/runs/" + run + "/logs?cursor=" +
                                        std::to_string(*next) + ">; rel=\"next\"");
    }
    json::array found;
    for (const StoredLine& line : lines) {
        if (task && line.line.task != *task) {
            continue;
        }
        if (as_json) {
            found.push_back(to_json(line));
        } else {
            response.body += line_text(line);
        }
    }
    response.fields.add("Content-Type", as_json ? "application/json" : "text/plain; charset=utf-8");
    if (as_json) {
        response.body =
            core::write_json(json::object{{"lines", std::move(found)}, {"next", next_of(next)}});
    }
    call->answer(std::move(response));
}

}  // namespace

void LiveRoutes::add_to(Routes& routes) const {
    const LiveRoutes services = *this;
    const auto with = [&](auto function) {
        return [services, function](const Call& call) { function(call, services); };
    };
    const RouteParameter after{In::Query, "cursor",
                               "`next` of the page before, or the number of a record.",
                               number_schema};
    routes.push_back(
        {.method = "GET",
         .path = "/api/v1/runs/{run}/events",
         .operation = "listRunEvents",
         .tag = "live",
         .summary = "What happened in a run",
         .description =
             "A page as JSON; with `Accept: text/event-stream` all of it and what happens from "
             "now on, until the run has ended. A client that was cut off goes on after "
             "its `Last-Event-ID`.",
         .access = needs(access::Scope::Read),
         .parameters = {run_in_path,
                        after,
                        page_limit,
                        {In::Header, "Last-Event-ID", "The id of the last event that a client has.",
                         number_schema}},
         .answers = {{200, "Events.", "RunEventPage"}, {200, "Events.", {}, "text/event-stream"}},
         .handler = with(events)});
    routes.push_back(
        {.method = "GET",
         .path = "/api/v1/runs/{run}/logs",
         .operation = "getRunLogs",
         .tag = "live",
         .summary = "What the tasks of a run said",
         .description =
             "As text, or as JSON with `Accept: application/json`. With `follow` as text "
             "until the run has ended.",
         .access = needs(access::Scope::Read),
         .parameters = {run_in_path,
                        after,
                        {In::Query, "limit", "How many lines at most; 1000 where it is not given.",
                         R"({"type": "integer", "minimum": 1, "maximum": 10000})"},
                        {In::Query, "task", "Of this task alone.", text_schema},
                        {In::Query, "follow", "Whether to stay for what comes.",
                         R"({"type": "boolean"})"}},
         .answers = {{200, "Lines.", {}, "text/plain"}, {200, "Lines.", "LogPage"}},
         .handler = with(logs)});
    routes.push_back(
        {.method = "GET",
         .path = "/api/v1/events",
         .operation = "openEvents",
         .tag = "live",
         .summary = "Events of many runs over a WebSocket",
         .description = "docs/events.md says what is sent. A browser, which cannot send "
                        "headers here, signs in first, or offers the subprotocols `oa` "
                        "and `oa.token.TOKEN`.",
         .access = needs(access::Scope::Read),
         .answers = {{101, "A WebSocket.", {}, {}}},
         .handler = [services](const Call& call) { open_event_socket(call, services); }});
}

}  // namespace oa::host
