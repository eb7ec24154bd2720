#include "host/client/run_event_stream.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include <Poco/Exception.h>

#include "core/json/json.hpp"

namespace oa::host::client {

namespace json = boost::json;

bool RunEventStream::follow(const OnEvent& on_event, const Notes& notes) {
    Outage outage(interruption_, notes);
    while (!has_ended_ && !interruption_.is_raised()) {
        std::string why = client_.url().text() + ": the events broke off";
        try {
            std::map<std::string, std::string> fields{{"Accept", "text/event-stream"}};
            if (!last_id_.empty()) {
                fields["Last-Event-ID"] = last_id_;
            }
            OpenAnswer answer =
                client_.open("/api/v1/runs/" + url_encoded(run_) + "/events", fields);
            outage.end();
            read(answer, on_event);
        } catch (const NotReached& error) {
            why = error.what();
        } catch (const ApiError& error) {
            if (!error.passes()) {
                throw;
            }
            why = error.what();
        }
        if (!has_ended_ && !outage.wait(why)) {
            return false;
        }
    }
    return has_ended_;
}

// https://html.spec.whatwg.org/multipage/server-sent-events.html, as far as our hosts use it: an
// event has one line of data.
void RunEventStream::read(OpenAnswer& answer, const OnEvent& on_event) {
    const SocketWatch watch(interruption_, answer.session->socket().impl()->sockfd());
    since_id_ = 0;
    std::string id;
    std::string data;
    std::string line;
    try {
        while (!has_ended_ && std::getline(*answer.body, line)) {
            constexpr std::string_view id_field = "id: ";
            constexpr std::string_view data_field = "data: ";
            if (line.rfind(id_field, 0) == 0) {
                id = line.substr(id_field.size());
            } else if (line.rfind(data_field, 0) == 0) {
                data = line.substr(data_field.size());
            } else if (line.empty() && !data.empty()) {
                take(data, on_event);
                if (!id.empty()) {
                    last_id_ = std::exchange(id, {});
                    since_id_ = 0;
                    known_ = 0;
                }
                data.clear();
            }
        }
    } catch (const Poco::Exception&) {
        client_.throw_not_reached();
    }
}

// The events of a record that broke off in the middle come again from the record's first one.
void RunEventStream::take(const std::string& data, const OnEvent& on_event) {
    if (++since_id_ <= known_) {
        return;
    }
    known_ = since_id_;
    const json::value event = core::parse_json(data);
    on_event(event.as_object());
    has_ended_ = event.as_object().at("type").as_string() == "run.ended";
}

}  // namespace oa::host::client
