#include "host/client/run_event_stream.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "tests/host/client/scripted_host.hpp"

namespace oa::test {
namespace {

namespace json = boost::json;
using host::client::ApiClient;
using host::client::ApiError;
using host::client::Interruption;
using host::client::NotReached;
using host::client::RunEventStream;

std::string event(const std::string& type) {
    return "data: {\"type\": \"" + type + "\"}\n\n";
}
std::string last_event(int record, const std::string& type) {
    return "id: " + std::to_string(record) + "\n" + event(type);
}

struct Heard {
    std::vector<std::string> types;
    std::vector<std::string> notes;
    bool has_ended = false;
};

Heard follow(const ScriptedHost& host, Interruption& interruption) {
    ApiClient client(host.access());
    Heard heard;
    heard.has_ended = RunEventStream(client, interruption, "R")
                          .follow(
                              [&](const json::object& one) {
                                  heard.types.emplace_back(one.at("type").as_string());
                                  if (heard.types.back() == "stop") {
                                      interruption.raise();
                                  }
                              },
                              [&](const std::string& note) { heard.notes.push_back(note); });
    return heard;
}

// A record's events are told again from its first one when they broke off in the middle.
TEST(RunEventStream, TellsEachEventOnceWhateverBreaks) {
    ScriptedHost host(
        {ScriptedHost::stream("retry: 1000\n\n" + last_event(1, "a") + event("b") + event("c")),
         ScriptedHost::stream(event("b")),
         ScriptedHost::stream(event("b") + event("c") + event("d") + "data: {\"ty"),
         ScriptedHost::stream(event("b") + event("c") + event("d") + last_event(2, "e") + ":\n\n" +
                              last_event(3, "run.ended"))});
    Interruption interruption;
    const Heard heard = follow(host, interruption);
    EXPECT_TRUE(heard.has_ended);
    EXPECT_EQ(heard.types, (std::vector<std::string>{"a", "b", "c", "d", "e", "run.ended"}));
    const std::vector<std::string> requests = host.requests();
    ASSERT_EQ(requests.size(), 4U);
    EXPECT_EQ(requests[0].find("Last-Event-ID"), std::string::npos);
    for (std::size_t i = 1; i < requests.size(); ++i) {
        EXPECT_NE(requests[i].find("\r\nLast-Event-ID: 1\r\n"), std::string::npos) << requests[i];
    }
    EXPECT_FALSE(heard.notes.empty());
}

TEST(RunEventStream, GoesOnWhenTheHostIsBusyForAWhile) {
    ScriptedHost host({ScriptedHost::stream(last_event(1, "a")),
                       ScriptedHost::answer("503 Service Unavailable", "text/plain", ""),
                       ScriptedHost::stream(last_event(2, "run.ended"))});
    Interruption interruption;
    EXPECT_EQ(follow(host, interruption).types, (std::vector<std::string>{"a", "run.ended"}));
}

TEST(RunEventStream, EndsWhenItIsInterrupted) {
    ScriptedHost host({ScriptedHost::stream(last_event(1, "stop"))});
    Interruption interruption;
    EXPECT_FALSE(follow(host, interruption).has_ended);
}

TEST(RunEventStream, RefusalsAreNotAskedAgain) {
    ScriptedHost host({ScriptedHost::answer("404 Not Found", "application/problem+json", "{}")});
    Interruption interruption;
    EXPECT_THROW(static_cast<void>(follow(host, interruption)), ApiError);
}

TEST(RunEventStream, AHostThatWasNeverThereIsNotWaitedFor) {
    ScriptedHost host({""});
    Interruption interruption;
    EXPECT_THROW(static_cast<void>(follow(host, interruption)), NotReached);
}

}  // namespace
}  // namespace oa::test
