// `oa store`: what people do with the store that their runs are kept in.

#include <sstream>

#include "host/store/sqlite_database.hpp"
#include "tests/cli/cli_test.hpp"

namespace oa::test {
namespace {

struct StoreCommandTest : CliTest {
    std::string data = folder.at("data");

    void SetUp() override { keep_a_run(); }
    void keep_a_run() const {
        const std::string file =
            folder.write("w.yaml", "name: w\ntasks:\n  - {name: t, utils.sleep: {duration: 0}}\n");
        const ProcessResult result = oa({"run", "--data", data, file});
        ASSERT_EQ(result.exit_status, 0) << result.err;
    }
    [[nodiscard]] ProcessResult store(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), "store");
        arguments.insert(arguments.end(), {"--data", data});
        return oa(arguments);
    }
    /// Changes what is on record of the first run.
    void damage() const {
        host::SqliteDatabase::Settings settings;
        settings.file = folder / "data" / "runs.db";
        host::SqliteDatabase database(settings);
        database.execute(
            "DROP TRIGGER events_stay; UPDATE events SET at = at + 1 WHERE run = 1 AND number = 2");
    }
};

TEST_F(StoreCommandTest, ChecksAStore) {
    const ProcessResult sound = store({"check"});
    EXPECT_EQ(sound.exit_status, 0) << sound.err;
    EXPECT_EQ(sound.out.substr(0, data.size() + 18), data + " is sound: 1 run, ");
    EXPECT_EQ(json(store({"check", "--json"})).at("sound"), true);
    damage();
    const ProcessResult damaged = store({"check"});
    EXPECT_EQ(damaged.exit_status, 1);
    EXPECT_NE(damaged.err.find("is damaged: it is not what its hash was made from"),
              std::string::npos)
        << damaged.err;
    EXPECT_EQ(damaged.out, data +
                               " is damaged: 1 problem among 1 run; `oa store salvage` copies what "
                               "is whole\n");
    const boost::json::object document = json(store({"check", "--json"}));
    EXPECT_EQ(document.at("sound"), false);
    EXPECT_EQ(document.at("problems").as_array().size(), 1U);
}

TEST_F(StoreCommandTest, BacksUpAndRestores) {
    const std::string copy = folder.at("copy");
    const ProcessResult made = store({"backup", copy});
    EXPECT_EQ(made.exit_status, 0) << made.err;
    EXPECT_EQ(store({"backup", copy}).exit_status, 4);
    const ProcessResult restored =
        oa({"store", "restore", copy, "--data", folder.at("new"), "--json"});
    EXPECT_EQ(restored.exit_status, 0) << restored.err;
    EXPECT_EQ(json(restored).at("runs"), 1);
    EXPECT_EQ(oa({"store", "check", "--data", folder.at("new")}).exit_status, 0);
    const ProcessResult again = oa({"store", "restore", copy, "--data", folder.at("new")});
    EXPECT_EQ(again.exit_status, 4);
    EXPECT_EQ(again.err,
              "oa: " + folder.at("new") + " is not empty; choose a folder that is not there yet\n");
    EXPECT_EQ(store({"restore", folder.at("none")}).exit_status, 2);
}

TEST_F(StoreCommandTest, ExportsRunsAsLinesOfJson) {
    keep_a_run();
    const ProcessResult all = store({"export", "--lines"});
    EXPECT_EQ(all.exit_status, 0) << all.err;
    std::istringstream lines(all.out);
    std::string line;
    std::string run;
    while (std::getline(lines, line)) {
        run = core::parse_json(line).as_object().at("run").as_string();
    }
    EXPECT_NE(all.err.find(" records of 2 runs, "), std::string::npos) << all.err;
    const std::string file = folder.at("out.jsonl");
    const ProcessResult one = store({"export", run, "--output", file, "--json"});
    EXPECT_EQ(one.exit_status, 0) << one.err;
    EXPECT_EQ(json(one).at("runs"), 1);
    EXPECT_NE(folder.read("out.jsonl").find("\"kind\":\"run_ended\""), std::string::npos);
    EXPECT_EQ(store({"export", run, "--output", file}).exit_status, 4);
    EXPECT_EQ(store({"export", "nobody"}).exit_status, 2);
    const ProcessResult several = store({"export", run.substr(0, 1)});
    EXPECT_EQ(several.exit_status, 2);
    EXPECT_NE(several.err.find("the ids of several runs begin with '" + run.substr(0, 1)),
              std::string::npos)
        << several.err;
    const ProcessResult last = store({"export", "last"});
    EXPECT_NE(last.err.find(" records of 1 run\n"), std::string::npos) << last.err;
}

TEST_F(StoreCommandTest, SalvagesWhatIsWhole) {
    damage();
    keep_a_run();
    const ProcessResult result = store({"salvage", folder.at("new")});
    EXPECT_EQ(result.exit_status, 1);
    EXPECT_NE(result.err.find(" is left; 1 of "), std::string::npos) << result.err;
    EXPECT_EQ(oa({"store", "check", "--data", folder.at("new")}).exit_status, 0);
    const boost::json::object document = json(store({"salvage", folder.at("other"), "--json"}));
    EXPECT_EQ(document.at("runs"), 1);
    EXPECT_EQ(document.at("left").as_array().size(), 1U);
}

TEST_F(StoreCommandTest, SaysWhereThereIsNoStore) {
    for (const std::string command : {"check", "export"}) {
        const ProcessResult result = oa({"store", command, "--data", folder.at("none")});
        EXPECT_EQ(result.exit_status, 2);
        EXPECT_NE(result.err.find("oa: there is no store in " + folder.at("none") +
                                  "; --data FOLDER names one"),
                  std::string::npos)
            << result.err;
    }
    EXPECT_FALSE(std::filesystem::exists(folder / "none"));
    Subprocess::Options options;
    options.environment = {{"OA_DATA", data}};
    EXPECT_EQ(oa({"store", "check"}, options).exit_status, 0);
}

}  // namespace
}  // namespace oa::test
