#pragma once

#include <fstream>
#include <regex>
#include <set>
#include <string>

#include "tests/host/api/api_fixture.hpp"

namespace oa::host::test_api {

/// The names of an object's members in their order, with a space between.
[[nodiscard]] inline std::string keys_of(const boost::json::value& value) {
    std::set<std::string> names;
    for (const auto& member : value.as_object()) {
        names.insert(member.key());
    }
    std::string text;
    for (const std::string& name : names) {
        text += (text.empty() ? "" : " ") + name;
    }
    return text;
}

[[nodiscard]] inline bool is_local_time(const boost::json::value& value) {
    static const std::regex form(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6})");
    return value.is_string() && std::regex_match(std::string(value.as_string()), form);
}

/// The API with the paths of the older servers, and workflows for them.
struct LegacyTest : testing::Test {
    test::TemporaryFolder folder;
    Api api{folder.path(), true};

    LegacyTest() {
        api.house.invoker.on("say", [](test::ScriptedCall& call) {
            call.observer.log(*call.invocation, core::TaskLogLevel::Info, "hello", {});
            core::Outcome outcome;
            outcome.output = boost::json::object{{"said", "hello"}};
            return outcome;
        });
        api.house.invoker.on("break", [](test::ScriptedCall&) {
            core::Outcome outcome;
            outcome.failure = core::Failure{.code = "not_found", .message = "it is not there"};
            return outcome;
        });
        api.house.write(
            "job.yaml",
            "description: says something\ntags: [demo]\n"
            "tasks:\n  - name: say\n    test.do: {}\n  - name: rest\n    test.do: {}\n");
        api.house.write("fails.yml", "tasks:\n  - name: break\n    test.do: {}\n");
        api.house.write("ask.yaml", "tasks:\n  - name: ask\n    approval: go on?\n");
        api.house.write("bad.yaml", "tasks: 7\n");
        api.house.library.reload();
    }
    boost::json::object got(const Ask& ask, int status = 200) const {
        const HttpResponse response = api.ask(ask);
        EXPECT_EQ(response.status, status) << ask.target << ' ' << response.body;
        EXPECT_TRUE(response.status != 200 || problem_with(ask, response).empty())
            << ask.target << ' ' << problem_with(ask, response);
        return boost::json::parse(response.body).as_object();
    }
    [[nodiscard]] std::string problem_with(const Ask& ask, const HttpResponse& response) const {
        const Router router(api.routes);
        const HttpRequest request = Api::request(ask);
        const Router::Match match = router.find(request.method, request.segments);
        return match.route == nullptr ? "no route"
                                      : test_api::problem_of_answer(*match.route, response);
    }
    boost::json::object get(const std::string& target, int status = 200) const {
        return got({.target = target}, status);
    }
    boost::json::object post_form(const std::string& target,
                                  const std::string& form,
                                  int status = 200) const {
        return got({.method = "POST",
                    .target = target,
                    .body = form,
                    .type = "application/x-www-form-urlencoded"},
                   status);
    }
    [[nodiscard]] HttpResponse upload(const std::string& file, const std::string& text) const {
        return api.ask(
            {.method = "POST",
             .target = "/api/workflows/upload",
             .body = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + file +
                     "\"\r\n\r\n" + text + "\r\n--b--\r\n",
             .type = "multipart/form-data; boundary=b"});
    }
};

}  // namespace oa::host::test_api
