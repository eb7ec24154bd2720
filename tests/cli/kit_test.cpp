// The commands for plug-in authors, by the real program.

#include <csignal>
#include <filesystem>

#include <boost/json.hpp>

#include "tests/cli/cli_test.hpp"

namespace oa::test {
namespace {

struct KitTest : CliTest {
    static std::string kit(int flaw) {
        return OA_FIXTURE_FOLDER "/kit/kit_" + std::to_string(flaw) + ".so";
    }
};

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

// ---- check ----

TEST_F(KitTest, ChecksAPluginAndTellsItByTheExitStatus) {
    const ProcessResult good = oa({"plugin", "check", "--quick", kit(0)});
    EXPECT_EQ(good.exit_status, 0) << good.out;
    EXPECT_TRUE(contains(good.out, "Passed: 0 errors, 0 warnings")) << good.out;

    const ProcessResult bad = oa({"plugin", "check", "--quick", kit(0), kit(302)});
    EXPECT_EQ(bad.exit_status, 1);
    EXPECT_TRUE(contains(bad.out, "FAIL  OA302 ")) << bad.out;

    const ProcessResult warned = oa({"plugin", "check", "--quick", kit(306)});
    EXPECT_EQ(warned.exit_status, 0);
    EXPECT_TRUE(contains(warned.out, "warn  OA306 ")) << warned.out;
}

TEST_F(KitTest, ChecksForPrograms) {
    const ProcessResult result = oa({"plugin", "check", "--only", "OA501", "--only", "OA101",
                                     "--seed", "5", "--format", "json", kit(501)});
    EXPECT_EQ(result.exit_status, 1);
    const auto file = json(result).at("files").at(0).as_object();
    EXPECT_EQ(file.at("seed"), 5);
    EXPECT_EQ(file.at("results").as_array().size(), 2U);
    EXPECT_EQ(file.at("results").at(1).at("verdict"), "error");
    const ProcessResult junit =
        oa({"plugin", "check", "--only", "OA501", "--format", "junit", kit(501)});
    EXPECT_TRUE(contains(junit.out, "<testcase classname=\"Run\" name=\"OA501 ")) << junit.out;
}

TEST_F(KitTest, ChecksInItsOwnProcessForADebugger) {
    EXPECT_EQ(oa({"plugin", "check", "--in-process", "--only", "OA501", kit(0)}).exit_status, 0);
    EXPECT_EQ(oa({"plugin", "check", "--in-process", "--only", "OA502", kit(502)}).exit_status,
              128 + SIGABRT);
}

TEST_F(KitTest, RefusesChecksThatDoNotExist) {
    EXPECT_EQ(oa({"plugin", "check", "--only", "OA999", kit(0)}).exit_status, 2);
    EXPECT_EQ(oa({"plugin", "check", folder.at("none.so")}).exit_status, 2);
    EXPECT_EQ(oa({"plugin", "check", "--quick", "--strict", kit(0)}).exit_status, 2);
    EXPECT_FALSE(contains(oa({"plugin", "--help"}).out, "check-child"));
}

// ---- run ----

TEST_F(KitTest, RunsOneFunctionOfAFile) {
    const ProcessResult result =
        oa({"plugin", "run", kit(0), "greet", "--params", R"({"who": "Ada"})"});
    EXPECT_EQ(result.exit_status, 0) << result.err;
    EXPECT_EQ(result.out, "{\n  \"text\": \"hello\"\n}\n");

    folder.write("p.json", R"({"who": "Ada"})");
    EXPECT_EQ(oa({"plugin", "run", kit(0), "kit.greet", "-p", "@" + folder.at("p.json")}).out,
              result.out);
    EXPECT_EQ(
        oa({"plugin", "run", kit(0), "greet", "-p", "@-"}, {.input = R"({"who": ""})"}).exit_status,
        1);
}

TEST_F(KitTest, TellsWhyAFunctionFailed) {
    const ProcessResult text = oa({"plugin", "run", kit(0), "greet", "-p", R"({"who": ""})"});
    EXPECT_EQ(text.exit_status, 1);
    EXPECT_EQ(text.out, "");
    EXPECT_TRUE(contains(text.err, "failed: invalid_params: parameter \"who\" is nobody"))
        << text.err;

    const ProcessResult result =
        oa({"plugin", "run", "--json", kit(0), "greet", "-p", R"({"who": ""})"});
    EXPECT_EQ(result.exit_status, 1);
    const auto error = json(result).at("error").as_object();
    EXPECT_EQ(error.at("code"), "invalid_params");
    EXPECT_EQ(error.at("pointer"), "/who");
}

TEST_F(KitTest, HandsTheConfigurationToTheModule) {
    EXPECT_EQ(oa({"plugin", "run", kit(802), "greet"}).exit_status, 0);
    // This one refuses every configuration but {}.
    EXPECT_EQ(oa({"plugin", "run", kit(802), "greet", "--config", R"({"a": 1})"}).exit_status, 1);
    EXPECT_EQ(oa({"plugin", "run", kit(802), "greet", "--config", "[]"}).exit_status, 2);
}

TEST_F(KitTest, TellsWhatCannotBeRun) {
    const ProcessResult unknown = oa({"plugin", "run", kit(0), "gret"});
    EXPECT_EQ(unknown.exit_status, 4);
    EXPECT_TRUE(contains(unknown.err, "did you mean 'greet'?")) << unknown.err;
    EXPECT_EQ(oa({"plugin", "run", folder.at("none.so"), "greet"}).exit_status, 4);
    EXPECT_EQ(oa({"plugin", "run", kit(0), "greet", "-p", "[]"}).exit_status, 2);
    EXPECT_EQ(oa({"plugin", "run", kit(0), "greet", "-p", "@" + folder.at("none")}).exit_status, 2);
}

TEST_F(KitTest, CancelsAFunctionOnCtrlC) {
    Subprocess process(command({"plugin", "run", kit(1), "greet"}));
    ASSERT_TRUE(process.wait_for("waiting"));
    process.signal(SIGINT);
    const ProcessResult result = process.wait();
    EXPECT_EQ(result.exit_status, 130);
    EXPECT_TRUE(contains(result.err, "failed: cancelled")) << result.err;
}

// ---- describe ----

TEST_F(KitTest, DescribesAFileWithoutRunningIt) {
    // Its entry function refuses to work.
    const ProcessResult text = oa({"plugin", "describe", kit(302)});
    EXPECT_EQ(text.exit_status, 0) << text.err;
    EXPECT_TRUE(contains(text.out, "kit 1.0.0 (com.example.kit)")) << text.out;
    EXPECT_TRUE(contains(text.out, "greet(who?, times?)")) << text.out;

    const ProcessResult bare = oa({"plugin", "describe", kit(103)});
    EXPECT_EQ(bare.exit_status, 4);
    EXPECT_TRUE(contains(bare.err, "oa-manifest")) << bare.err;
    EXPECT_EQ(oa({"plugin", "describe", "--load", kit(103)}).exit_status, 0);
}

TEST_F(KitTest, ComparesAManifestWithTheModule) {
    EXPECT_EQ(oa({"plugin", "describe", "--load", kit(0)}).exit_status, 0);
    const ProcessResult other = oa({"plugin", "describe", "--load", kit(208)});
    EXPECT_EQ(other.exit_status, 4);
    EXPECT_TRUE(contains(other.err, "summary")) << other.err;
}

TEST_F(KitTest, WritesPagesOfAModule) {
    const ProcessResult markdown = oa({"plugin", "describe", "--format", "md", kit(0)});
    EXPECT_TRUE(contains(markdown.out, "# kit 1.0.0\n")) << markdown.out;
    EXPECT_TRUE(contains(markdown.out, "| `who` | string |")) << markdown.out;
    EXPECT_TRUE(contains(markdown.out, "```yaml\n- kit.greet:\n    who: Ada\n```")) << markdown.out;
    EXPECT_TRUE(contains(markdown.out, "| `invalid_params` | Nobody |")) << markdown.out;

    const ProcessResult html = oa({"plugin", "describe", "--format", "html", "utils.log"});
    EXPECT_EQ(html.out.rfind("<!DOCTYPE html>", 0), 0U);
    EXPECT_TRUE(contains(html.out, "<h2 id=\"utilslog\">utils.log</h2>")) << html.out;
    EXPECT_FALSE(contains(html.out, "<script"));
    EXPECT_EQ(oa({"plugin", "describe", "--json", "utils"}).out,
              oa({"plugin", "describe", "--format", "json", "utils"}).out);
}

// ---- dev ----

TEST_F(KitTest, BuildsAndTriesAProject) {
    folder.write("build.sh", "mkdir -p build && cp '" + kit(0) + "' build/kit.so\n");
    const ProcessResult checked = oa({"plugin", "dev", "--once", folder.path().string()});
    EXPECT_EQ(checked.exit_status, 0) << checked.out << checked.err;
    EXPECT_TRUE(contains(checked.out, "Passed: 0 errors")) << checked.out;

    const ProcessResult failed = oa({"plugin", "dev", "--once", "--run", "greet", "--params",
                                     R"({"who": ""})", folder.path().string()});
    EXPECT_EQ(failed.exit_status, 1);
    EXPECT_TRUE(contains(failed.err, "invalid_params")) << failed.err;

    folder.write("build.sh", "exit 3\n");
    EXPECT_EQ(oa({"plugin", "dev", "--once", folder.path().string()}).exit_status, 1);
    const TemporaryFolder empty;
    EXPECT_EQ(oa({"plugin", "dev", "--once", empty.path().string()}).exit_status, 2);
}

TEST_F(KitTest, BuildsAgainWhenASourceChanges) {
    const std::string script = "mkdir -p build && cp '" + kit(0) + "' build/kit.so\n";
    folder.write("build.sh", script);
    Subprocess process(command({"plugin", "dev", "--run", "greet", folder.path().string()}));
    ASSERT_TRUE(process.wait_for("waiting for changes"));
    folder.write("src/new.c", "");
    ASSERT_TRUE(process.wait_for(" changed"));
    // The second time round.
    ASSERT_TRUE(process.wait_for("hello"));
    process.signal(SIGINT);
    EXPECT_EQ(process.wait().exit_status, 130);
}

}  // namespace
}  // namespace oa::test
