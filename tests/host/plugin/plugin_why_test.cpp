#include "host/cli/plugin_why.hpp"

#include <sstream>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "core/json/json.hpp"
#include "host/plugin/plugin_host.hpp"
#include "tests/host/plugin/steps_fixture.hpp"

namespace oa::host {
namespace {

struct PluginWhyTest : testing::Test {
    PluginWhyTest() {
        install("steps", folder / "a.so");
        install("steps", folder / "a2.so");
        install("steps_1_4", folder / "b.so");
        install("steps_2_0", folder / "c.so");
        install("steps_3_rc", folder / "d.so");
        install("good", folder / "e.so");
        folder.write("f.so", "no library");
        folder.write("notes.txt", "");
    }
    [[nodiscard]] std::string path(std::string_view file) const {
        return std::filesystem::canonical(folder / file).string();
    }
    ExitStatus why(const std::string& name, bool json = false) {
        const PluginRegistry registry({.places = {place(folder.path()),
                                                  {.path = folder / "absent",
                                                   .origin = "beside the program",
                                                   .presence = PluginPlace::Presence::Optional}},
                                       .trust = TrustPolicy::Ignore});
        return print_plugin_why({name, json}, registry, out, problems);
    }
    [[nodiscard]] bool tells(const std::string& words) const {
        return out.str().find(words) != std::string::npos;
    }

    test::TemporaryFolder folder;
    std::ostringstream out;
    std::ostringstream problems;
};

TEST_F(PluginWhyTest, TellsWhatAPlainNameMeansAndWhatBecameOfEveryFile) {
    EXPECT_EQ(why("steps"), ExitStatus::Ok);

    EXPECT_EQ(out.str(),
              "steps 2.0.0 (com.example.steps) from " + path("c.so") +
                  "\nA plain name means the highest version that is no pre-release.\n\n"
                  "Searched, in this order:\n" +
                  folder.path().string() +
                  " (test)\n"
                  "  a.so: steps 1.0.0 (com.example.steps): not chosen, 2.0.0 is higher\n"
                  "  a2.so: has the same content as " +
                  path("a.so") +
                  "\n"
                  "  b.so: steps 1.4.0 (com.example.steps): not chosen, 2.0.0 is higher\n"
                  "  c.so: steps 2.0.0 (com.example.steps): chosen\n"
                  "  d.so: steps 3.0.0-rc.1 (com.example.steps): not chosen, a pre-release has to "
                  "be asked for, as in steps@3.0.0-rc.1\n"
                  "  e.so: good 1.2.3 (com.example.good)\n"
                  "  f.so: refused: it is not a shared library; fix: build it as a shared library, "
                  "or name only plug-ins *.so\n"
                  "  notes.txt: is not named like a plug-in, which ends in .so\n" +
                  folder.at("absent") +
                  " (beside the program)\n"
                  "  does not exist\n");
    EXPECT_EQ(problems.str(), "");
}

TEST_F(PluginWhyTest, TellsWhatARangeMeans) {
    EXPECT_EQ(why("com.example.steps@^1"), ExitStatus::Ok);

    EXPECT_TRUE(tells("It is the highest version that fits ^1."));
    EXPECT_TRUE(tells("a.so: steps 1.0.0 (com.example.steps): not chosen, 1.4.0 is higher\n"));
    EXPECT_TRUE(tells("b.so: steps 1.4.0 (com.example.steps): chosen\n"));
    EXPECT_TRUE(tells("c.so: steps 2.0.0 (com.example.steps): not chosen, it does not fit ^1\n"));
}

TEST_F(PluginWhyTest, TellsThatThereIsNoChoice) {
    EXPECT_EQ(why("good"), ExitStatus::Ok);
    EXPECT_TRUE(tells("It is the only module of that name."));
}

TEST_F(PluginWhyTest, TellsTheVersionsWhenNoneFits) {
    EXPECT_EQ(why("steps@^9"), ExitStatus::PluginTrouble);

    EXPECT_EQ(problems.str(),
              "oa: module steps has no version that fits ^9; loaded are 1.0.0, 1.4.0, 2.0.0 and "
              "3.0.0-rc.1\n");
    EXPECT_TRUE(tells("c.so: steps 2.0.0 (com.example.steps): not chosen, it does not fit ^9\n"));
}

TEST_F(PluginWhyTest, SuggestsTheNearestName) {
    EXPECT_EQ(why("stepps"), ExitStatus::PluginTrouble);
    EXPECT_EQ(problems.str(), "oa: there is no module 'stepps'; did you mean 'steps'?\n");
    EXPECT_TRUE(tells("c.so: steps 2.0.0 (com.example.steps)\n"));
}

TEST_F(PluginWhyTest, ExplainsAnOlderNameOfFunctions) {
    EXPECT_EQ(why("old-steps"), ExitStatus::PluginTrouble);
    EXPECT_EQ(problems.str(),
              "oa: 'old-steps' is no module, but an older name for steps.answer 2.0.0\n");
}

TEST_F(PluginWhyTest, TellsProgramsTheSame) {
    EXPECT_EQ(why("steps@~1.4", true), ExitStatus::Ok);

    const auto document = core::parse_json(out.str());
    EXPECT_EQ(document.at("chosen").at("version"), "1.4.0");
    EXPECT_EQ(document.at("chosen").at("generation"), 1);
    const auto& files = document.at("places").at(0).at("files").as_array();
    std::vector<std::string> states;
    for (const auto& file : files) {
        states.emplace_back(file.at("state").as_string());
    }
    EXPECT_EQ(states, (std::vector<std::string>{"shadowed", "repeated", "chosen", "shadowed",
                                                "shadowed", "other", "refused", "not_a_plugin"}));
    EXPECT_EQ(files.at(6).at("reason"), "is not a shared library");
    EXPECT_EQ(document.at("places").at(1).at("files").at(0).at("state"), "absent");
    out.str("");

    EXPECT_EQ(why("stepps", true), ExitStatus::PluginTrouble);
    EXPECT_TRUE(core::parse_json(out.str()).at("chosen").is_null());
}

TEST_F(PluginWhyTest, TellsThatAnOlderGenerationServes) {
    PluginHost plugins({.places = {place(folder.path())}, .trust = TrustPolicy::Ignore});
    install("no_entry", folder / "e.so");
    plugins.reload();

    print_plugin_why({"good", false}, *plugins.current(), out, problems);

    EXPECT_TRUE(
        tells("e.so: good 1.2.3 (com.example.good): chosen; what the file holds now is "
              "refused: it is a shared library but no plug-in"))
        << out.str();
    install("same_name", folder / "e.so");
    plugins.reload();
    out.str("");
    print_plugin_why({"good", false}, *plugins.current(), out, problems);
    EXPECT_TRUE(tells("e.so: good 1.2.3 (com.example.another), generation 2: chosen\n"))
        << out.str();
}

}  // namespace
}  // namespace oa::host
