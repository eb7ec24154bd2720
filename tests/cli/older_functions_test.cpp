// Documents of the older system, with the functions that saw its variables and outputs.

#include "tests/cli/cli_test.hpp"

namespace oa::test {
namespace {

struct OlderFunctionsTest : CliTest {
    /// The `oa run --json` document of a run that has to succeed.
    boost::json::object run(std::string_view document) {
        const std::string file = folder.write("older.yaml", document);
        Subprocess::Options options;
        options.environment["API_TOKEN"] = "hush-hush-4711";
        const ProcessResult result = oa({"run", file, "--json"}, options);
        EXPECT_EQ(result.exit_status, 0) << result.out << result.err;
        EXPECT_EQ((result.out + result.err).find("hush-hush-4711"), std::string::npos);
        return json(result);
    }
    static std::string output(const boost::json::object& document, std::string_view name) {
        return core::write_json(task(document, name).at("output"));
    }
};

TEST_F(OlderFunctionsTest, PrintSetAndDumpVariablesWithoutTheirSecrets) {
    const std::string dump = folder.at("dump.json");
    const auto ran = run(R"(compat: oa3
variables: {host: db1, token: "${ENV:API_TOKEN}", header: "Bearer {token}"}
tasks:
  - {name: set, module: oa-utility, function: setvar, varname: port, varvalue: 5432}
  - {name: print, module: oa-utility, function: printvar, varname: port}
  - {name: secret, module: oautils, function: printvar, varname: token}
  - {name: dump, module: oa-utility, function: dumpvar, savetofile: )" +
                         dump + R"(}
  - {name: write, module: oa-io, function: writefile, filename: )" +
                         folder.at("port") + R"(, varname: port}
)");
    EXPECT_EQ(output(ran, "print"), "5432");
    EXPECT_EQ(output(ran, "secret"), R"("***")");
    EXPECT_EQ(output(ran, "dump"), R"({"host":"db1","port":5432,"token":"***","header":"***"})");
    EXPECT_EQ(core::write_json(core::parse_json(folder.read("dump.json"))), output(ran, "dump"));
    EXPECT_EQ(folder.read("port"), "5432");
}

TEST_F(OlderFunctionsTest, MergeWhatNamedTasksGave) {
    const auto ran = run(R"(compat: oa3
tasks:
  - {name: a, utils.set: {value: {x: 1, y: {p: 1}}}}
  - {name: b, utils.set: {value: {x: 2, y: {q: 2}}}}
  - {name: merged, module: oa-utility, function: merge, sources: [a]}
  - {name: deep, module: oa-json, function: jsonmerge, merge_type: deep, sources: [a, b, merged]}
)");
    EXPECT_EQ(output(ran, "merged"), R"({"x":2,"y":{"q":2}})");
    EXPECT_EQ(core::write_json(task(ran, "deep").at("output").at("merged")),
              R"({"x":2,"y":{"p":1,"q":2}})");
    EXPECT_EQ(task(ran, "deep").at("output").at("sources_count"), 4);
}

TEST_F(OlderFunctionsTest, BranchOnConditionsAndFollowEachOther) {
    const auto ran = run(R"(compat: oa3
tasks:
  - name: people
    oa-utility.setvar: {varname: people, varvalue: [{n: Ada, age: 36}, {n: Bob, age: 17}]}
    on_success: adults
  - name: adults
    module: oa-json
    function: jsonfilter
    data: "{people}"
    field: age
    operator: ">"
    value: 18
    saveonvar: adults
    on_success: count
  - {name: count, module: oa-json, function: jsonaggregate, operation: count, on_success: one}
  - {name: one, module: oa-utility, function: condition, left: "${tasks.count.output.result}",
     operator: equals, right: 1, on_success: tell, on_failure: end}
  - {name: tell, module: oautils, function: print_text, text: "adults: {adults}"}
)");
    EXPECT_EQ(output(ran, "tell"), R"({"content":"adults: [{\"n\":\"Ada\",\"age\":36}]"})");
}

}  // namespace
}  // namespace oa::test
