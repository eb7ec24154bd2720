#include "tests/support/http_server.hpp"
#include "tests/workflows/workflow_fixture.hpp"

namespace oa::test {
namespace {

struct SiteCheckTest : WorkflowTest {
    HttpServer sites;
};

TEST_F(SiteCheckTest, IsQuietWhenAllIsWell) {
    const auto document = run("site-check",
                              {{"sites",
                                {{{"url", sites.http("/hello.txt")}, {"text", "Hello"}},
                                 {{"url", sites.http("/orders.json")}}}},
                               {"slow_ms", 60000}},
                              0);

    EXPECT_EQ(document.at("outputs").at("sites"), 2);
    EXPECT_EQ(told(), std::vector<std::string>());
}

TEST_F(SiteCheckTest, TellsWhatIsWrongWithEachSite) {
    const std::string gone = "http://127.0.0.1:" + std::to_string(refusing_port()) + "/";
    const std::string text = sites.http("/hello.txt");
    const std::string broken = sites.http("/status/500");

    const auto document = run("site-check",
                              {{"sites",
                                {{{"url", gone}},
                                 {{"url", text}, {"text", "Good bye"}},
                                 {{"url", broken}},
                                 {{"url", sites.http("/orders.json")}}}},
                               {"slow_ms", 60000}},
                              1);

    EXPECT_EQ(told_once(), ":warning: " + gone + " does not answer\n" + text +
                               " lacks the text \"Good bye\"\n" + broken +
                               " answers with status 500");
    EXPECT_TRUE(has(error(document), "3 of 4 sites need care")) << error(document);
}

TEST_F(SiteCheckTest, TellsWhatIsSlow) {
    const std::string url = notices.url("/slow/page");
    noticed.write("slow.json", R"({"delay": 0.05})");

    run("site-check", {{"sites", {{{"url", url}}}}, {"slow_ms", 20}}, 1);

    EXPECT_TRUE(has(told().back(), "took ")) << told().back();
}

TEST_F(SiteCheckTest, FailsEvenWhenNobodyCanBeTold) {
    secrets({{"slack_webhook", "https://localhost:" + std::to_string(refusing_port()) + "/"}});

    const auto document = run("site-check", {{"sites", {{{"url", sites.http("/status/404")}}}}}, 1);

    EXPECT_EQ(task(document, "alert").at("error").at("code"), "unavailable");
    EXPECT_EQ(task(document, "verdict").at("status"), "failed");
}

}  // namespace
}  // namespace oa::test
