#pragma once

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/StreamCopier.h>
#include <boost/json.hpp>

#include "tests/cli/cli_test.hpp"

namespace oa::test {

struct Answer {
    int status = 0;
    std::string body;
    Poco::Net::HTTPResponse head;

    [[nodiscard]] boost::json::object json() const { return boost::json::parse(body).as_object(); }
};

/// The real program as a service, and a client of it.
struct ServeTest : CliTest {
    std::unique_ptr<Subprocess> host;
    int port = 0;
    std::string wanted_port = "0";  ///< any that is free
    std::string token;

    ServeTest() {
        folder.write("workflows/hello.yaml",
                     "inputs:\n  who: {type: string, default: world}\n"
                     "tasks:\n  - name: greet\n    utils.print:\n      text: hello ${inputs.who}\n"
                     "outputs:\n  greeted: ${inputs.who}\n");
    }

    [[nodiscard]] std::vector<std::string> serve(std::vector<std::string> more = {}) const {
        std::vector<std::string> arguments{
            "serve",  "--data",   folder.at("data"), "--workflows", folder.at("workflows"),
            "--port", wanted_port};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return command(std::move(arguments));
    }
    void start(std::vector<std::string> more = {},
               std::map<std::string, std::string> environment = {}) {
        Subprocess::Options options;
        options.patience = std::chrono::minutes(2);
        options.environment = std::move(environment);
        host = std::make_unique<Subprocess>(serve(std::move(more)), options);
        const std::string mark = "listening on http";
        ASSERT_TRUE(host->wait_for(mark)) << host->said();
        const std::string said = host->said();
        const std::size_t line = said.find(mark);
        const std::size_t address = said.find("://", line) + 3;
        port = std::stoi(said.substr(said.find(':', address) + 1));
        std::ifstream(folder.at("data/admin-token")) >> token;
    }
    ProcessResult stop(int signal = SIGTERM) {
        host->signal(signal);
        ProcessResult result = host->wait();
        host.reset();
        return result;
    }
    [[nodiscard]] Answer ask(const std::string& method,
                             const std::string& target,
                             const std::string& body = {},
                             const std::string& type = "application/json") const {
        Poco::Net::HTTPClientSession session("127.0.0.1", static_cast<Poco::UInt16>(port));
        session.setTimeout(Poco::Timespan(30, 0));
        Poco::Net::HTTPRequest request(method, target, Poco::Net::HTTPMessage::HTTP_1_1);
        request.set("Authorization", "Bearer " + token);
        if (!body.empty()) {
            request.setContentType(type);
            request.setContentLength(static_cast<int>(body.size()));
        }
        session.sendRequest(request) << body;
        Answer answer;
        std::istream& stream = session.receiveResponse(answer.head);
        Poco::StreamCopier::copyToString(stream, answer.body);
        answer.status = answer.head.getStatus();
        return answer;
    }
    [[nodiscard]] boost::json::object get(const std::string& target) const {
        const Answer answer = ask("GET", target);
        EXPECT_EQ(answer.status, 200) << target << ' ' << answer.body;
        return answer.json();
    }
};

}  // namespace oa::test
