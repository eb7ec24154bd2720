#include <memory>
#include <string>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "core/json/json.hpp"
#include "tests/core/reader_fixture.hpp"

namespace oa::core {
namespace {

using namespace std::chrono_literals;

struct ReaderTaskTest : ReaderFixture {
    Task task(const std::string& lines) const {
        Workflow read = workflow("tasks:\n" + lines);
        return read.tasks.empty() ? Task{} : std::move(read.tasks.front());
    }
    static std::string params(const Task& task) { return write_json(task.params.literal()); }
};

// ----- the three forms -----

TEST_F(ReaderTaskTest, ReadsModuleFunctionAndWith) {
    const Task read =
        task("  - name: a\n    module: io\n    function: read\n    with: {path: x, lines: 3}\n");
    EXPECT_EQ(read.name, "a");
    EXPECT_EQ(read.position, (SourcePosition{2, 5}));
    EXPECT_EQ(read.module, "io");
    EXPECT_EQ(read.function, "read");
    EXPECT_EQ(read.info, catalog.find("io", "read"));
    EXPECT_EQ(params(read), R"({"path":"x","lines":3})");
}

TEST_F(ReaderTaskTest, ReadsTheFunctionAsKey) {
    const Task read = task("  - name: a\n    io.read:\n      path: x\n");
    EXPECT_EQ(read.module, "io");
    EXPECT_EQ(read.function, "read");
    EXPECT_EQ(params(read), R"({"path":"x"})");
    EXPECT_EQ(params(task("  - util.print:\n")), "{}");
}

TEST_F(ReaderTaskTest, FindsTheModuleWhoseNameHasDots) {
    const Task read = task("  - com.acme.http.get: {url: x}\n");
    EXPECT_EQ(read.module, "com.acme.http");
    EXPECT_EQ(read.function, "get");
    EXPECT_EQ(read.info, catalog.find("http", "get"));
    EXPECT_EQ(of_tasks("  - com.acme.http.gte: {url: x}\n"),
              "f.yaml:2:5: error: the module 'com.acme.http' has no function 'gte'; did you mean "
              "'get'?\n");
}

TEST_F(ReaderTaskTest, TakesAliases) {
    const Task read = task("  - oa-io.readfile: {path: x}\n");
    EXPECT_EQ(read.module, "oa-io");
    EXPECT_EQ(read.function, "readfile");
    EXPECT_EQ(read.info, catalog.find("io", "read"));
}

TEST_F(ReaderTaskTest, LetsTheCatalogChooseAVersion) {
    catalog.add_range("^1.2", "http");
    const Task read = task("  - name: a\n    module: http@^1.2\n    function: get\n    url: x\n");
    EXPECT_EQ(read.module, "http");
    EXPECT_EQ(read.info, catalog.find("http", "get"));
    EXPECT_EQ(of_tasks("  - module: http@^1.2\n    function: gte\n"),
              "f.yaml:3:15: error: the module 'http' has no function 'gte'; did you mean 'get'?\n");
}

TEST_F(ReaderTaskTest, SaysWhyNoVersionFits) {
    catalog.add_version_problem("http@^3", "module http has no version that fits ^3");
    EXPECT_EQ(of_tasks("  - module: http@^3\n    function: get\n"),
              "f.yaml:2:13: error: module http has no version that fits ^3\n");
    EXPECT_EQ(of_tasks("  - module: htpp@^3\n    function: get\n"),
              "f.yaml:2:13: error: there is no module 'htpp'; did you mean 'http'?\n");
}

TEST_F(ReaderTaskTest, TheShortFormTakesNoVersion) {
    catalog.add_range("1.2", "http");
    EXPECT_EQ(of_tasks("  - http@1.2.get: {url: x}\n"),
              "f.yaml:2:5: error: 'http@1.2.get' names a version, which this form cannot do; write "
              "'module', with the version, and 'function'\n");
}

TEST_F(ReaderTaskTest, KeepsTheCatalogThatItIsGiven) {
    const auto shared = std::make_shared<test::FakeCatalog>();
    shared->add("util", "print");
    const auto result = read_workflow("tasks: [{util.print: {}}]", "f.yaml", shared);
    ASSERT_TRUE(result.workflow);
    EXPECT_EQ(result.workflow->catalog, shared);
    EXPECT_EQ(result.workflow->tasks.front().info, shared->find("util", "print"));
}

TEST_F(ReaderTaskTest, ReadsParametersBesideTheOtherKeys) {
    const Task read =
        task("  - name: a\n    module: io\n    function: read\n    path: x\n    timeout: 3s\n");
    EXPECT_EQ(params(read), R"({"path":"x"})");
    EXPECT_EQ(read.timeout, 3s);
}

TEST_F(ReaderTaskTest, GivesAKeyToTheFunctionThatDeclaresIt) {
    const Task read = task(
        "  - name: a\n    module: http\n    function: get\n    url: x\n    timeout: 3\n"
        "    retry: 2\n");
    EXPECT_EQ(read.name, "a");  // although http.get declares a parameter of that name
    EXPECT_EQ(params(read), R"({"url":"x","timeout":3,"retry":2})");
    EXPECT_FALSE(read.timeout.has_value());
    EXPECT_EQ(read.retry.attempts_max, 1U);
}

TEST_F(ReaderTaskTest, KeepsTheTasksKeysWhereThereIsAWith) {
    const Task read =
        task("  - module: http\n    function: get\n    with: {url: x, name: n}\n    timeout: 3\n");
    EXPECT_EQ(params(read), R"({"url":"x","name":"n"})");
    EXPECT_EQ(read.timeout, 3s);
    EXPECT_EQ(read.name, "http.get");
}

TEST_F(ReaderTaskTest, GivesUnknownKeysToAnOpenFunction) {
    EXPECT_EQ(params(task("  - module: util\n    function: any\n    what: 1\n    retry: 2\n")),
              R"({"what":1})");
}

TEST_F(ReaderTaskTest, PointsAtParametersInTheWrongPlace) {
    EXPECT_EQ(
        of_tasks("  - io.read: {path: x}\n    lines: 3\n    with: {mode: text}\n"
                 "  - module: io\n    function: read\n    with: {path: x}\n    lines: 3\n"
                 "  - module: io\n    function: read\n    path: x\n    lnes: 3\n"),
        "f.yaml:3:5: error: the parameter 'lines' stands beside the task's keys; put it below "
        "'io.read'\n"
        "f.yaml:4:5: error: the parameters stand below 'io.read' already, so there can be no "
        "'with'\n"
        "f.yaml:8:5: error: the parameter 'lines' stands beside the task's keys; put it below "
        "'with'\n"
        "f.yaml:12:5: error: the key 'lnes' is unknown here; did you mean 'lines'?\n");
}

TEST_F(ReaderTaskTest, WantsOneFunctionPerTask) {
    EXPECT_EQ(of_tasks("  - name: a\n"
                       "  - module: io\n"
                       "  - function: read\n"
                       "  - io.read: {path: x}\n    util.print: {}\n"
                       "  - modul: io\n    fnction: read\n    path: x\n"
                       "  - io.read: x\n"
                       "  - io.read: []\n"),
              "f.yaml:2:5: error: the task calls no function; give 'module' and 'function', or "
              "'<module>.<function>:'\n"
              "f.yaml:3:5: error: 'module' is given without 'function'\n"
              "f.yaml:4:5: error: 'function' is given without 'module'\n"
              "f.yaml:6:5: error: a task calls one function, and this one calls 'io.read' already\n"
              "f.yaml:7:5: error: the task calls no function; give 'module' and 'function', or "
              "'<module>.<function>:'\n"
              "f.yaml:7:5: error: the key 'modul' is unknown here; did you mean 'module'?\n"
              "f.yaml:8:5: error: the key 'fnction' is unknown here; did you mean 'function'?\n"
              "f.yaml:10:5: error: the parameter 'path' of io.read is missing\n"
              "f.yaml:10:14: error: 'io.read' takes a mapping, not the text 'x'\n"
              "f.yaml:11:5: error: the parameter 'path' of io.read is missing\n"
              "f.yaml:11:14: error: 'io.read' takes a mapping, not a list\n");
}

TEST_F(ReaderTaskTest, WarnsOfADeprecatedFunction) {
    const ReadResult result = read("tasks: [{util.old: }]");
    ASSERT_TRUE(result.workflow);
    EXPECT_EQ(words(result), "f.yaml:1:10: warning: util.old is deprecated; use util.print\n");
}

// ----- names -----

TEST_F(ReaderTaskTest, NamesATaskAfterItsFunction) {
    const Workflow read = workflow(
        "tasks:\n"
        "  - util.print: {}\n"
        "  - util.print: {}\n"
        "  - {name: util.print-3, util.print: {}}\n"
        "  - util.print: {text: '${tasks[\"util.print-2\"].output}'}\n"
        "  - {module: util, function: any}\n");
    std::string names;
    for (const Task& task : read.tasks) {
        names += task.name + " ";
    }
    EXPECT_EQ(names, "util.print util.print-2 util.print-3 util.print-4 util.any ");
}

TEST_F(ReaderTaskTest, ChecksNames) {
    const std::string long_name(129, 'x');
    EXPECT_EQ(
        of_tasks("  - {name: '', util.print: {}}\n"
                 "  - {name: \"a\\nb\", util.print: {}}\n"
                 "  - {name: " +
                 long_name +
                 ", util.print: {}}\n"
                 "  - {name: end, util.print: {}}\n"
                 "  - {name: [a], util.print: {}}\n"),
        "f.yaml:2:12: error: a name cannot be empty\n"
        "f.yaml:3:12: error: a name has printable characters only, on one line\n"
        "f.yaml:4:12: error: a name has at most 128 characters, this one has 129\n"
        "f.yaml:5:12: error: no task can be named 'end', which as a target ends the branch; give "
        "it another name\n"
        "f.yaml:6:12: error: 'name' takes a text, not a list\n");
    std::string umlauts;
    for (int i = 0; i < 128; ++i) {
        umlauts += "\u00e4";
    }
    EXPECT_EQ(task("  - {name: " + umlauts + ", util.print: {}}\n").name, umlauts);
    EXPECT_EQ(task("  - {name: 7, util.print: {}}\n").name, "7");
}

// ----- parameters -----

TEST_F(ReaderTaskTest, ChecksLiteralParameters) {
    EXPECT_EQ(
        of_tasks("  - io.read:\n"
                 "      path: 5\n"
                 "      mode: txt\n"
                 "      lines: 1.5\n"
                 "      ratio: many\n"
                 "      strict: 'true'\n"
                 "      fields: {a: 1}\n"
                 "      options: []\n"
                 "      limit: x\n"
                 "      pth: x\n"),
        "f.yaml:3:13: error: the parameter 'path' of io.read takes a string, not the number "
        "5; put it into quotes to have it as a text\n"
        "f.yaml:4:13: error: the parameter 'mode' of io.read takes 'text' or 'bytes', not the "
        "text 'txt'; did you mean 'text'?\n"
        "f.yaml:5:14: error: the parameter 'lines' of io.read takes an integer, not the "
        "number 1.5\n"
        "f.yaml:6:14: error: the parameter 'ratio' of io.read takes a number, not the text "
        "'many'\n"
        "f.yaml:7:15: error: the parameter 'strict' of io.read takes a boolean, not the text "
        "'true'\n"
        "f.yaml:8:15: error: the parameter 'fields' of io.read takes an array, not a mapping\n"
        "f.yaml:9:16: error: the parameter 'options' of io.read takes an object, not a list\n"
        "f.yaml:10:14: error: the parameter 'limit' of io.read takes an integer or a null, "
        "not the text 'x'\n"
        "f.yaml:11:7: error: io.read has no parameter 'pth'; did you mean 'path'?\n");
}

TEST_F(ReaderTaskTest, LetsPlaceholdersAndFittingValuesPass) {
    EXPECT_EQ(of_tasks("  - io.read:\n"
                       "      path: '5'\n"
                       "      mode: ${inputs}\n"
                       "      lines: 2.0\n"
                       "      ratio: 5\n"
                       "      fields: ['${ENV:X}']\n"
                       "      limit: null\n"),
              "");
}

TEST_F(ReaderTaskTest, KnowsThatSourcesAndLongerTextsAreTexts) {
    const std::string hint =
        "; what is filled into a text is a text; a placeholder with an expression that stands "
        "alone "
        "keeps its type, as in ${int(vars.port)}\n";
    EXPECT_EQ(of_tasks("  - io.read:\n"
                       "      path: a ${ENV:X}\n"
                       "      strict: ${ENV:STRICT}\n"
                       "      lines: 1${run.attempt}\n"),
              "f.yaml:4:15: error: the parameter 'strict' of io.read takes a boolean, not the text "
              "'${ENV:STRICT}'" +
                  hint +
                  "f.yaml:5:14: error: the parameter 'lines' of io.read takes an integer, not the "
                  "text '1${run.attempt}'" +
                  hint);
    EXPECT_EQ(diagnostics("compat: oa3\ntasks: [{io.read: {path: x, lines: '{n}'}}]\n"), "");
}

TEST_F(ReaderTaskTest, ChecksWhatLiesWithinParameters) {
    catalog.add("mail", "send", R"({
        "type": "object", "additionalProperties": false,
        "required": ["to"],
        "anyOf": [{"required": ["text"]}, {"required": ["html"]}],
        "properties": {
            "to": {"type": "array", "items": {"type": "string", "format": "email"}, "minItems": 1},
            "text": {"type": "string", "maxLength": 5}, "html": {},
            "options": {"type": "object", "additionalProperties": false,
                        "properties": {"retries": {"type": "integer", "maximum": 5}}}}})");
    EXPECT_EQ(
        of_tasks("  - mail.send:\n"
                 "      to: [a@example.org, nobody, '${run.id}', 5]\n"
                 "      text: too long\n"
                 "      options: {retries: 9, retires: 1}\n"
                 "  - mail.send: {to: []}\n"),
        "f.yaml:3:27: error: the parameter 'to' of mail.send at /1 takes an e-mail address, "
        "not the text 'nobody'\n"
        "f.yaml:3:48: error: the parameter 'to' of mail.send at /3 takes a string, not the "
        "number 5; put it into quotes to have it as a text\n"
        "f.yaml:4:13: error: the parameter 'text' of mail.send takes a text of at most 5 "
        "characters, not of 8\n"
        "f.yaml:5:26: error: the parameter 'options' of mail.send at /retries takes at most 5, "
        "not 9\n"
        "f.yaml:5:29: error: the parameter 'options' of mail.send has no field 'retires'; did "
        "you mean 'retries'?\n"
        "f.yaml:6:5: error: the parameter 'text' of mail.send is missing\n"
        "f.yaml:6:21: error: the parameter 'to' of mail.send takes at least 1 item, not an "
        "empty list\n");
}

TEST_F(ReaderTaskTest, CompilesWhatAFunctionDeclaresOnce) {
    const Workflow read = workflow("tasks: [{io.read: {path: x}}, {io.read: {path: y}}]\n");
    ASSERT_TRUE(read.tasks[0].params_schema);
    EXPECT_EQ(read.tasks[0].params_schema, read.tasks[1].params_schema);
    EXPECT_EQ(read.tasks[0].params_schema->validate(read.tasks[0].params.literal()).size(), 0U);
    catalog.add("util", "free");
    EXPECT_EQ(workflow("tasks: [{util.free: {}}]").tasks[0].params_schema, nullptr);
}

TEST_F(ReaderTaskTest, NamesEveryRequiredParameterThatIsMissing) {
    EXPECT_EQ(of_tasks("  - module: http\n    function: get\n  - io.read: {lines: 1}\n"),
              "f.yaml:3:15: error: the parameter 'url' of http.get is missing\n"
              "f.yaml:4:5: error: the parameter 'path' of io.read is missing\n");
}

TEST_F(ReaderTaskTest, LeavesTheParameterInputToTheEngine) {
    EXPECT_EQ(of_tasks("  - util.pipe:\n"), "");
}

TEST_F(ReaderTaskTest, RefusesNumbersThatJsonCannotHold) {
    EXPECT_EQ(
        of_tasks("  - util.any: {a: .inf, b: .NaN, c: 18446744073709551616, d: 1e999}\n"),
        "f.yaml:2:19: error: '.inf' is no number that JSON knows; put it into quotes to have "
        "it as a text\n"
        "f.yaml:2:28: error: '.NaN' is no number that JSON knows; put it into quotes to have "
        "it as a text\n"
        "f.yaml:2:37: error: the whole number 18446744073709551616 does not fit into 64 bits; "
        "put it into quotes to have it as a text\n"
        "f.yaml:2:62: error: the number 1e999 is too large; put it into quotes to have it as "
        "a text\n");
}

// ----- settings of a task -----

TEST_F(ReaderTaskTest, ReadsEverySetting) {
    const Task read = task(
        "  - util.print: {}\n"
        "    retry: {max_attempts: 5, delay: 2s, backoff: 1.5, max_delay: 1m, jitter: 0}\n"
        "    timeout: 90\n"
        "    allow_failure: true\n"
        "    idempotent: false\n"
        "    isolation: in-process\n");
    EXPECT_EQ(read.retry.attempts_max, 5U);
    EXPECT_EQ(read.retry.delay, 2s);
    EXPECT_EQ(read.retry.backoff, 1.5);
    EXPECT_EQ(read.retry.delay_max, 1min);
    EXPECT_EQ(read.retry.jitter, 0);
    EXPECT_EQ(read.timeout, 90s);
    EXPECT_TRUE(read.allow_failure);
    EXPECT_EQ(read.idempotent, false);
    EXPECT_EQ(read.isolation, Isolation::InProcess);
}

TEST_F(ReaderTaskTest, ReadsRetryOverTheDefaults) {
    const Workflow read = workflow(
        "defaults: {retry: {max_attempts: 4, delay: 3s}, timeout: 5s}\n"
        "tasks:\n"
        "  - util.print: {}\n"
        "  - {util.print: {}, retry: 2, timeout: 1s}\n"
        "  - {util.print: {}, retry: {delay: 9s}}\n"
        "  - {util.print: {}, retry: {delay: 10m}}\n");
    EXPECT_EQ(read.tasks[0].retry.attempts_max, 4U);
    EXPECT_EQ(read.tasks[0].timeout, 5s);
    EXPECT_EQ(read.tasks[1].retry.attempts_max, 2U);
    EXPECT_EQ(read.tasks[1].retry.delay, 3s);
    EXPECT_EQ(read.tasks[1].timeout, 1s);
    EXPECT_EQ(read.tasks[2].retry.attempts_max, 4U);
    EXPECT_EQ(read.tasks[2].retry.delay, 9s);
    EXPECT_EQ(read.tasks[3].retry.delay_max, 10min);
}

TEST_F(ReaderTaskTest, ChecksSettings) {
    EXPECT_EQ(
        of_tasks("  - util.print: {}\n"
                 "    retry: {max_attempts: 0, delay: x, backoff: 0.5, jitter: 2, dely: 1}\n"
                 "    timeout: 0s\n"
                 "    allow_failure: perhaps\n"
                 "    idempotent: 1\n"
                 "    isolation: [process]\n"
                 "  - {util.print: {}, retry: 1.5}\n"
                 "  - {util.print: {}, retry: {delay: 5s}}\n"
                 "  - {util.print: {}, retry: {max_attempts: 2, delay: 5s, max_delay: 1s}}\n"),
        "f.yaml:3:27: error: 'max_attempts' takes a whole number from 1 to 1000, not the "
        "number 0\n"
        "f.yaml:3:37: error: 'delay' takes a duration, not the text 'x'; write 250ms, 30s, "
        "5m, 2h, 1d or a number of seconds, at most 366d\n"
        "f.yaml:3:49: error: 'backoff' takes a number from 1 to 100, not the number 0.5\n"
        "f.yaml:3:62: error: 'jitter' takes a number from 0 to 1, not the number 2\n"
        "f.yaml:3:65: error: the key 'dely' is unknown here; did you mean 'delay'?\n"
        "f.yaml:4:14: error: 'timeout' takes a duration above 0\n"
        "f.yaml:5:20: error: 'allow_failure' takes true or false, not the text 'perhaps'\n"
        "f.yaml:6:17: error: 'idempotent' takes true or false, not the number 1; write true\n"
        "f.yaml:7:16: error: 'isolation' takes a text, not a list\n"
        "f.yaml:8:29: error: 'retry' takes a whole number from 1 to 1000, not the number 1.5\n"
        "f.yaml:9:29: error: 'retry' has no 'max_attempts'\n"
        "f.yaml:10:69: error: 'max_delay' is less than 'delay', 5s\n");
}

TEST_F(ReaderTaskTest, TakesTheTimeoutOfTheFunctionWhereTheDocumentHasNone) {
    catalog.add("util", "slow").default_timeout_ms = 7'000;
    EXPECT_EQ(task("  - util.slow:\n").timeout, 7s);
    EXPECT_EQ(task("  - util.slow: {}\n    timeout: 3s\n").timeout, 3s);
    EXPECT_EQ(workflow("defaults: {timeout: 5s}\ntasks:\n  - util.slow: {}\n").tasks[0].timeout,
              5s);
    EXPECT_EQ(task("  - util.print: {}\n").timeout, std::nullopt);
}

TEST_F(ReaderTaskTest, ReadsWhereATaskRuns) {
    EXPECT_EQ(task("  - util.print: {}\n    isolation: process\n").isolation, Isolation::Process);
    EXPECT_EQ(
        workflow("defaults: {isolation: process}\ntasks:\n  - util.print: {}\n").tasks[0].isolation,
        Isolation::Process);
    EXPECT_EQ(task("  - util.print: {}\n").isolation, std::nullopt);
}

}  // namespace
}  // namespace oa::core
