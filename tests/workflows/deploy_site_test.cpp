#include "tests/support/git_server.hpp"
#include "tests/workflows/ssh_account.hpp"

namespace oa::test {
namespace {

namespace fs = std::filesystem;

/// A site in a repository that is "built" by make, a machine to deploy it to, and a web server
/// whose root is the link there.
struct DeploySiteTest : WorkflowTest {
    DeploySiteTest() {
        secrets({{"git_token", "secret"}});
        git({"init", "--quiet", "--bare", "--initial-branch=main", repositories.at("site.git")});
        git({"clone", "--quiet", repositories.at("site.git"), seed});
        repositories.write("seed/Makefile",
                           "site:\n\tmkdir -p public/css\n\tcp page.html public/index.html\n"
                           "\techo 'p {}' > public/css/style.css\n");
        fs::create_directories(folder / "site/releases/older");
        folder.write("site/releases/older/index.html", "the version before");
        fs::create_directory_symlink(folder / "site/releases/older", folder / "site/current");
        web.write("nginx.conf", nginx_configuration());
        nginx = std::make_unique<ServerProcess>(std::vector<std::string>{
            "nginx", "-p", web.at(""), "-c", web.at("nginx.conf"), "-e", "stderr"});
        EXPECT_TRUE(wait_for_port(port, *nginx));
    }
    [[nodiscard]] std::string nginx_configuration() const {
        std::string text =
            "daemon off; master_process off; error_log stderr emerg; pid " + web.at("pid") +
            ";\nevents {}\nhttp { access_log off; root " + folder.at("site/current") +
            "; types { text/html html; }\nserver { listen 127.0.0.1:" + std::to_string(port) +
            "; }\n";
        for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
            text += std::string(kind) + "_temp_path " + web.at(kind) + ";\n";
        }
        return text + "}\n";
    }
    void git(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"/usr/bin/git", "-c", "user.name=Ada", "-c",
                                             "user.email=ada@example.com"});
        const ProcessResult result = run_program(arguments, options());
        EXPECT_EQ(result.exit_status, 0) << result.err;
    }
    void commit(const std::string& page) {
        repositories.write("seed/page.html", page);
        git({"-C", seed, "add", "--all"});
        git({"-C", seed, "commit", "--quiet", "-m", "A page"});
        git({"-C", seed, "push", "--quiet", "origin", "HEAD:main"});
    }
    boost::json::object deploy(int exit_status) {
        return run("deploy-site",
                   {{"repository", server.url("private", "site.git")},
                    {"git_user", "ada"},
                    {"host", machine.host()},
                    {"port", machine.port()},
                    {"user", current_user()},
                    {"folder", folder.at("site")},
                    {"url", "http://127.0.0.1:" + std::to_string(port) + "/"},
                    {"text", "Welcome"}},
                   exit_status);
    }
    [[nodiscard]] std::string in_use() const {
        return fs::read_symlink(folder / "site/current").string();
    }

    TemporaryFolder repositories;
    TemporaryFolder web;
    std::string seed = repositories.at("seed");
    GitServer server{repositories};
    SshAccount machine{home()};
    int port = free_port();
    std::unique_ptr<ServerProcess> nginx;
};

TEST_F(DeploySiteTest, PutsAVersionIntoUse) {
    commit("Welcome to the new version");

    const auto document = deploy(0);

    EXPECT_EQ(in_use(), text_of(document.at("outputs").at("release")));
    EXPECT_EQ(folder.read("site/current/index.html"), "Welcome to the new version");
    EXPECT_EQ(folder.read("site/current/css/style.css"), "p {}\n");
    EXPECT_EQ(folder.read("site/releases/older/index.html"), "the version before");
    EXPECT_EQ(told_once(), ":rocket: main is on 127.0.0.1");
    EXPECT_TRUE(fs::is_empty(folder / "work"));
}

TEST_F(DeploySiteTest, GoesBackWhenTheSiteIsNotWhatItShouldBe) {
    commit("Oops");

    const auto document = deploy(1);

    EXPECT_EQ(in_use(), folder.at("site/releases/older"));
    EXPECT_TRUE(has(error(document), "lacks the text 'Welcome'")) << error(document);
    EXPECT_TRUE(has(told_once(), "the version before is in use again")) << told_once();
}

TEST_F(DeploySiteTest, GoesBackWhenTheSiteDoesNotAnswer) {
    commit("Welcome");
    nginx->stop(SIGTERM);

    const auto document = deploy(1);

    EXPECT_EQ(task(document, "look").at("attempts"), 5);
    EXPECT_EQ(in_use(), folder.at("site/releases/older"));
}

TEST_F(DeploySiteTest, TouchesNothingWhenTheBuildFails) {
    repositories.write("seed/Makefile", "site:\n\t@echo it does not build >&2; false\n");
    commit("Welcome");

    deploy(1);

    EXPECT_EQ(in_use(), folder.at("site/releases/older"));
    EXPECT_EQ(std::distance(fs::directory_iterator(folder / "site/releases"), {}), 1);
    EXPECT_TRUE(has(told_once(), ":x: main is not on 127.0.0.1")) << told_once();
    EXPECT_FALSE(has(told_once(), "in use again"));
}

}  // namespace
}  // namespace oa::test
