#include <stdexcept>
#include <string>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/plugins/database/database_fixture.hpp"

namespace oa::test {
namespace {

TEST(DatabaseModuleTest, DescribesEveryFunction) {
    const PluginHarness database{OA_PLUGIN_FILE};
    EXPECT_EQ(joined(database.check_descriptor()), "");
}

TEST(DatabaseModuleTest, OffersTheFunctionsThatItsPageNames) {
    const PluginHarness database{OA_PLUGIN_FILE};
    EXPECT_EQ(database.function_names(),
              (std::vector<std::string>{"query", "execute", "insert", "transaction", "export",
                                        "pg_select", "pg_execute", "pg_insert"}));
}

TEST(DatabaseModuleTest, RunsItsExamples) {
    PluginHarness database{OA_PLUGIN_FILE};
    for (const char* function : {"query", "execute", "insert", "transaction", "export"}) {
        EXPECT_EQ(joined(database.run_examples(function)), "") << function;
    }
}

TEST(DatabaseModuleTest, AnswersToTheOlderNames) {
    const PluginHarness database{OA_PLUGIN_FILE};
    for (const auto& [older, name] :
         {std::pair("oa-pg.select", "pg_select"), std::pair("oa-pg.execute", "pg_execute"),
          std::pair("oa-pg.exexute", "pg_execute"), std::pair("oa-pg.insert", "pg_insert"),
          std::pair("oadatabase.select", "pg_select"),
          std::pair("oadatabase.insert_records", "pg_insert")}) {
        const oa_function& function = database.function(older);
        EXPECT_STREQ(function.name, name);
        EXPECT_NE(function.deprecated, nullptr);
    }
    EXPECT_EQ(Json::parse(database.function("pg_select").params_schema)["x-saves"], Json("/rows"));
}

struct ConnectionTest : DatabaseFixture {
    /// What is said about a connection that is wrong.
    Reply refused(Json wrong) {
        Reply reply = run("query", {{"connection", std::move(wrong)}, {"sql", "SELECT 1"}});
        EXPECT_EQ(reply.status, OA_INVALID_PARAMS) << reply.message;
        return reply;
    }
};

TEST_F(ConnectionTest, NamesWhatIsWrong) {
    EXPECT_EQ(refused(Json::object()).pointer, "/connection/kind");
    EXPECT_EQ(refused({{"kind", "oracle"}}).pointer, "/connection/kind");
    EXPECT_EQ(refused({{"kind", "sqlite"}}).pointer, "/connection/file");
    EXPECT_EQ(refused({{"kind", "odbc"}}).pointer, "/connection/dsn");
    EXPECT_EQ(refused({{"kind", "mysql"}}).pointer, "/connection/host");
    EXPECT_EQ(refused({{"kind", "mysql"}, {"host", "h"}, {"port", 70000}}).pointer,
              "/connection/port");
    EXPECT_EQ(refused({{"kind", "postgresql"}, {"host", "h"}, {"tls", {{"mode", "on"}}}}).pointer,
              "/connection/tls");
    EXPECT_EQ(refused({{"kind", "sqlite"}, {"file", "f"}, {"tls", {{"mode", "require"}}}}).pointer,
              "/connection/tls");
    EXPECT_EQ(refused({{"kind", "sqlite"}, {"file", std::string("a\0b", 3)}}).pointer,
              "/connection/file");
    EXPECT_EQ(refused(5).pointer, "/connection");
}

TEST_F(ConnectionTest, NeverQuotesAUrl) {
    for (const char* url :
         {"oracle://ada:hush-hush@db", "hush-hush", "postgresql://ada:hush-hush@db:x/y",
          "mysql://ada:hush-hush@db/x?unknown=hush-hush", "postgresql://ada:hush-hush@/shop",
          "postgresql://ada:hush-hush@db/shop?sslmode=hush-hush",
          "postgresql://ada:hush-hush@db/shop?connect_timeout=hush-hush"}) {
        const Reply reply = refused(url);
        EXPECT_EQ(reply.message.find("hush-hush"), std::string::npos) << reply.message;
    }
}

TEST_F(ConnectionTest, TellsWhereNobodyListens) {
    for (const char* kind : {"postgresql", "mysql"}) {
        const Reply reply = run("query", {{"connection",
                                           {{"kind", kind},
                                            {"host", "127.0.0.1"},
                                            {"port", 1},
                                            {"user", "ada"},
                                            {"password", "hush-hush"}}},
                                          {"sql", "SELECT 1"}});
        EXPECT_EQ(reply.status, OA_UNAVAILABLE) << reply.message;
        EXPECT_EQ(reply.retry, OA_RETRY_YES);
        EXPECT_NE(reply.message.find("127.0.0.1:1"), std::string::npos) << reply.message;
        EXPECT_EQ(reply.message.find("hush-hush"), std::string::npos) << reply.message;
    }
}

/// A port of 127.0.0.1 that takes connections and says nothing.
class SilentServer {
public:
    SilentServer() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(address);
        auto* const generic = reinterpret_cast<sockaddr*>(&address);
        if (::bind(fd_, generic, size) != 0 || ::listen(fd_, 16) != 0 ||
            ::getsockname(fd_, generic, &size) != 0) {
            throw std::runtime_error("cannot listen");
        }
        port_ = ntohs(address.sin_port);
    }
    SilentServer(const SilentServer&) = delete;
    SilentServer& operator=(const SilentServer&) = delete;
    ~SilentServer() { ::close(fd_); }

    [[nodiscard]] int port() const { return port_; }
    /// Whether somebody has connected.
    [[nodiscard]] bool has_guest() const {
        pollfd waiting{fd_, POLLIN, 0};
        return ::poll(&waiting, 1, 0) == 1;
    }

private:
    int fd_;
    int port_ = 0;
};

TEST_F(ConnectionTest, DoesNotWaitForASilentServer) {
    for (const char* kind : {"postgresql", "mysql"}) {
        const SilentServer server;
        connection = {{"kind", kind},
                      {"host", "127.0.0.1"},
                      {"port", server.port()},
                      {"user", "ada"},
                      {"connect_timeout", "100ms"}};
        const Reply late = run("query", {{"sql", "SELECT 1"}});
        EXPECT_EQ(late.status, OA_UNAVAILABLE) << late.message;
        EXPECT_EQ(late.retry, OA_RETRY_YES);
        const SilentServer other;
        connection["port"] = other.port();
        connection["connect_timeout"] = "60s";
        Reply reply;
        const auto took = cancel_when(
            "query", {{"sql", "SELECT 1"}}, [&] { return other.has_guest(); }, reply);
        EXPECT_EQ(reply.status, OA_CANCELLED) << reply.message;
        EXPECT_LT(took.count(), 1000);
    }
}

}  // namespace
}  // namespace oa::test
