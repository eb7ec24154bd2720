#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/control/control_client.hpp"
#include "host/control/control_server.hpp"
#include "host/control/control_socket.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::host {
namespace {

using namespace std::chrono_literals;

struct ControlTest : testing::Test {
    test::TemporaryFolder folder;
    std::filesystem::path sockets = folder / "hosts";

    static boost::json::object echo(const boost::json::object& request) {
        if (request.contains("throw")) {
            throw std::runtime_error("it does not work");
        }
        return {{"asked", request}};
    }
};

TEST_F(ControlTest, AHostIsFoundAndAnswers) {
    const ControlServer server(sockets, echo);

    const auto hosts = running_hosts(sockets);

    ASSERT_EQ(hosts.size(), 1U);
    EXPECT_EQ(hosts[0].pid, ::getpid());
    EXPECT_EQ(hosts[0].socket, server.socket());
    EXPECT_EQ(boost::json::serialize(ask_host(hosts[0], {{"command", "x"}}, 10s)),
              R"({"asked":{"command":"x"}})");
}

TEST_F(ControlTest, AFailureIsAnAnswerToo) {
    const ControlServer server(sockets, echo);

    EXPECT_EQ(ask_host(running_hosts(sockets).at(0), {{"throw", 1}}, 10s).at("error"),
              "it does not work");
}

TEST_F(ControlTest, ManyAskAtOneTime) {
    std::atomic<int> asked{0};
    const ControlServer server(sockets, [&](const boost::json::object&) {
        ++asked;
        return boost::json::object{};
    });
    const auto host = running_hosts(sockets).at(0);
    std::vector<std::thread> clients;
    for (int i = 0; i < 8; ++i) {
        clients.emplace_back([&host] { static_cast<void>(ask_host(host, {}, 10s)); });
    }
    for (auto& client : clients) {
        client.join();
    }
    EXPECT_EQ(asked, 8);
}

TEST_F(ControlTest, AnEndedHostLeavesNothingBehind) {
    { const ControlServer server(sockets, echo); }
    EXPECT_TRUE(std::filesystem::is_empty(sockets));
}

TEST_F(ControlTest, TheSocketOfADeadProcessIsRemoved) {
    std::filesystem::create_directory(sockets);
    // No process can have this number: it is above the largest that Linux gives.
    folder.write("hosts/oa-99999999.sock", "");
    folder.write("hosts/other.sock", "");

    EXPECT_TRUE(running_hosts(sockets).empty());
    EXPECT_FALSE(std::filesystem::exists(sockets / "oa-99999999.sock"));
    EXPECT_TRUE(std::filesystem::exists(sockets / "other.sock"));
}

TEST_F(ControlTest, AHostThatIsGoneIsNamed) {
    const RunningHost gone{42, sockets / "oa-42.sock"};
    try {
        static_cast<void>(ask_host(gone, {}, 10s));
        FAIL() << "nobody answered, and nothing was thrown";
    } catch (const std::runtime_error& error) {
        EXPECT_EQ(std::string(error.what()),
                  "the host with process id 42 cannot be reached: No such file or directory");
    }
}

TEST_F(ControlTest, AFolderThatOthersMayEnterIsRefused) {
    std::filesystem::create_directory(sockets);
    ASSERT_EQ(::chmod(sockets.c_str(), 0755), 0);

    EXPECT_THROW(ControlServer(sockets, echo), std::runtime_error);
}

TEST_F(ControlTest, WhatIsNoRequestGetsAnAnswer) {
    const ControlServer server(sockets, echo);
    const auto say = [&](const std::string& text) {
        const control::Socket socket = control::make_socket();
        const sockaddr_un address = control::address_of(server.socket());
        EXPECT_EQ(
            ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)),
            0);
        const auto until = std::chrono::steady_clock::now() + 10s;
        EXPECT_TRUE(control::write_line(socket.get(), text, until));
        return control::read_line(socket.get(), until).value_or("nothing");
    };

    EXPECT_EQ(say("[]"), R"({"error":"a request is a JSON object"})");
    EXPECT_NE(say("{").find("error"), std::string::npos);
    EXPECT_EQ(say(std::string(100'000, ' ')), "nothing");
    EXPECT_EQ(say("{}"), R"({"asked":{}})");
}

}  // namespace
}  // namespace oa::host
