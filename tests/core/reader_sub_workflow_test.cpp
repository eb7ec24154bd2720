#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "tests/core/reader_fixture.hpp"
#include "tests/support/fake_workflow_source.hpp"

namespace oa::core {
namespace {

struct ReaderSubWorkflowTest : ReaderFixture {
    ReaderSubWorkflowTest() {
        source.documents["deploy.yaml"] =
            "inputs:\n"
            "  env: {type: string, required: true, enum: [test, live]}\n"
            "  count: {type: integer, default: 1}\n"
            "tasks: [{name: t, util.print: {}}]\n"
            "outputs: {url: tasks.t.output, version: tasks.t.output}\n";
        source.documents["plain.yaml"] = "tasks: [{util.print: {}}]\n";
    }

    ReadResult read_all(std::string_view text) const {
        ReadOptions options = limits;
        options.workflows = &source;
        return read_workflow(text, "f.yaml", catalog, options);
    }
    std::string mistakes(const std::string& tasks) const {
        return words(read_all("tasks:\n" + tasks));
    }

    ReadOptions limits;
    test::FakeWorkflowSource source;
};

TEST_F(ReaderSubWorkflowTest, ReadsTheWorkflowThatATaskRuns) {
    const ReadResult result = read_all(
        "tasks:\n"
        "  - name: roll out\n"
        "    workflow: deploy.yaml\n"
        "    with: {env: live}\n"
        "    timeout: 5m\n");
    ASSERT_TRUE(result.workflow) << words(result);
    const Task& task = result.workflow->tasks.at(0);
    ASSERT_TRUE(task.sub_workflow);
    EXPECT_EQ(task.sub_workflow->name, "deploy.yaml");
    EXPECT_EQ(task.sub_workflow->position, (SourcePosition{3, 15}));
    EXPECT_FALSE(task.sub_workflow->shares_variables);
    EXPECT_EQ(task.info, nullptr);
    EXPECT_TRUE(task.module.empty());
    EXPECT_TRUE(task.timeout);
    const Workflow* inner = task.sub_workflow->workflow;
    ASSERT_NE(inner, nullptr);
    EXPECT_EQ(inner->name, "deploy");
    EXPECT_EQ(inner->file, "deploy.yaml");
    EXPECT_EQ(inner->inputs.size(), 2U);
    EXPECT_EQ(inner->tasks.at(0).info, catalog.find("util", "print"));
    EXPECT_EQ(source.last_from, "f.yaml");
}

TEST_F(ReaderSubWorkflowTest, KeepsAllWorkflowsAndTheCatalogAlive) {
    auto shared = std::make_shared<test::FakeCatalog>();
    shared->add("util", "print");
    ReadOptions options;
    options.workflows = &source;
    auto result = read_workflow("tasks: [{workflow: plain.yaml}]", "f.yaml",
                                std::shared_ptr<const FunctionCatalog>(shared), options);
    ASSERT_TRUE(result.workflow) << words(result);
    const std::weak_ptr<const FunctionCatalog> watched = shared;
    shared.reset();
    const std::shared_ptr<const Workflow> root = std::move(result.workflow);
    ASSERT_FALSE(watched.expired());
    EXPECT_EQ(root->tasks.at(0).sub_workflow->workflow->tasks.at(0).name, "util.print");
    EXPECT_EQ(root->tasks.at(0).sub_workflow->workflow->catalog, watched.lock());
}

TEST_F(ReaderSubWorkflowTest, ReadsEachDocumentOnce) {
    source.documents["other.yaml"] = "tasks: [{workflow: plain.yaml}, {workflow: other.yaml}]\n";
    const ReadResult result = read_all(
        "tasks: [{workflow: plain.yaml}, {workflow: other.yaml}, {workflow: plain.yaml}]\n");
    ASSERT_TRUE(result.workflow) << words(result);
    const auto& tasks = result.workflow->tasks;
    EXPECT_EQ(tasks[0].sub_workflow->workflow, tasks[2].sub_workflow->workflow);
    const Workflow& other = *tasks[1].sub_workflow->workflow;
    EXPECT_EQ(other.tasks[0].sub_workflow->workflow, tasks[0].sub_workflow->workflow);
    EXPECT_EQ(other.tasks[1].sub_workflow->workflow, &other);
    EXPECT_EQ(source.asked, 4);  // once for each name in each document
}

TEST_F(ReaderSubWorkflowTest, LetsWorkflowsRunEachOther) {
    source.documents["f.yaml"] = "tasks: [{workflow: b}]";
    source.documents["b"] = "tasks: [{workflow: f.yaml}]";
    const ReadResult result = read_all("tasks: [{workflow: b}]");
    ASSERT_TRUE(result.workflow) << words(result);
    const Workflow* inner = result.workflow->tasks[0].sub_workflow->workflow;
    EXPECT_EQ(inner->tasks[0].sub_workflow->workflow, result.workflow.get());
}

TEST_F(ReaderSubWorkflowTest, NamesATaskAfterTheWorkflow) {
    source.documents["some/folder/step-1.yaml"] = source.documents["plain.yaml"];
    const ReadResult result = read_all(
        "tasks: [{workflow: some/folder/step-1.yaml}, {workflow: some/folder/step-1.yaml}]\n");
    ASSERT_TRUE(result.workflow);
    EXPECT_EQ(result.workflow->tasks[0].name, "step-1");
    EXPECT_EQ(result.workflow->tasks[1].name, "step-1-2");
}

TEST_F(ReaderSubWorkflowTest, ReportsWhatIsWrongInTheOtherFile) {
    source.documents["bad.yaml"] = "tasks:\n  - util.prnt: {}\n    x: 1\n";
    source.documents["worse.yaml"] = "tasks: [";
    source.documents["list.yaml"] = "[a]";
    EXPECT_EQ(mistakes("  - {workflow: bad.yaml, with: {a: 1}}\n"
                       "  - {workflow: nowhere}\n"
                       "  - {workflow: list.yaml}\n"
                       "  - {util.print: {}, tmeout: 1}\n"),
              "f.yaml:2:33: error: the workflow 'bad.yaml' takes no inputs\n"
              "f.yaml:3:16: error: there is no workflow 'nowhere'; look around\n"
              "f.yaml:5:22: error: the key 'tmeout' is unknown here; did you mean 'timeout'?\n"
              "bad.yaml:2:5: error: the module 'util' has no function 'prnt'; did you mean "
              "'print'?\n"
              "bad.yaml:3:5: error: the key 'x' is unknown here\n"
              "list.yaml:1:1: error: a workflow is a mapping with 'tasks', not a list; a list is "
              "read only when its first item is such a mapping\n");
    EXPECT_EQ(mistakes("  - {workflow: worse.yaml}\n").substr(0, 11), "worse.yaml:");
}

TEST_F(ReaderSubWorkflowTest, TakesAWorkflowOrAFunction) {
    EXPECT_EQ(mistakes("  - {workflow: plain.yaml, util.print: {}}\n"
                       "  - {workflow: plain.yaml, module: util, function: print}\n"
                       "  - {workflow: [a]}\n"
                       "  - {workflow: plain.yaml, env: live}\n"),
              "f.yaml:2:28: error: a task runs a workflow or calls a function, not both\n"
              "f.yaml:3:6: error: a task runs a workflow or calls a function, not both\n"
              "f.yaml:4:16: error: 'workflow' takes a text, not a list\n"
              "f.yaml:5:28: error: the key 'env' is unknown here\n");
    catalog.add("gh", "dispatch", R"({"properties": {"workflow": {"type": "string"}}})");
    EXPECT_EQ(mistakes("  - {module: gh, function: dispatch, workflow: build.yml}\n"), "");
}

TEST_F(ReaderSubWorkflowTest, ChecksWhatIsHandedOn) {
    EXPECT_EQ(
        mistakes("  - workflow: deploy.yaml\n"
                 "    with: {evn: live, count: many}\n"
                 "  - workflow: deploy.yaml\n"
                 "    with: {env: prod, count: '${run.attempt}'}\n"
                 "  - {workflow: plain.yaml, with: {a: 1}}\n"
                 "  - {workflow: plain.yaml, with: [a]}\n"
                 "  - {workflow: deploy.yaml, with: {env: '${nope}'}}\n"),
        "f.yaml:2:15: error: the workflow 'deploy.yaml' requires the input 'env', which is not "
        "given; put it below 'with'\n"
        "f.yaml:3:12: error: the workflow 'deploy.yaml' has no input 'evn'; did you mean "
        "'env'?\n"
        "f.yaml:3:30: error: the input 'count' of the workflow 'deploy.yaml' takes an integer, "
        "not the text 'many'\n"
        "f.yaml:5:17: error: the input 'env' of the workflow 'deploy.yaml' takes 'test' or "
        "'live', not the text 'prod'\n"
        "f.yaml:6:35: error: the workflow 'plain.yaml' takes no inputs\n"
        "f.yaml:7:34: error: 'with' takes a mapping, not a list\n"
        "f.yaml:8:42: error: ${nope}: 'nope' is unknown here\n");
}

TEST_F(ReaderSubWorkflowTest, KnowsTheOutputsOfTheWorkflow) {
    EXPECT_EQ(
        mistakes("  - {name: d, workflow: deploy.yaml, with: {env: live}}\n"
                 "  - {name: e, workflow: deploy.yaml, with: {env: live}, for_each: [1]}\n"
                 "  - {name: p, workflow: plain.yaml}\n"
                 "  - name: r\n"
                 "    workflow: deploy.yaml\n"
                 "    with: {env: live}\n"
                 "    output: {own: '${output.url}'}\n"
                 "  - util.any:\n"
                 "      ok: ['${tasks.d.output.url}', '${tasks.d.output}', "
                 "'${tasks.e.output[0].url}', '${tasks.p.output.x}', '${tasks.r.output.own}']\n"
                 "      a: ${tasks.d.output.ulr}\n"
                 "      b: ${tasks.e.output[0].vresion}\n"),
        "f.yaml:11:10: error: ${tasks.d.output.ulr}: the workflow 'deploy.yaml' has no output "
        "'ulr'; did you mean 'url'?\n"
        "f.yaml:12:10: error: ${tasks.e.output[0].vresion}: the workflow 'deploy.yaml' has no "
        "output 'vresion'; did you mean 'version'?\n");
}

TEST_F(ReaderSubWorkflowTest, NeedsAPlaceToLook) {
    EXPECT_EQ(of_tasks("  - {workflow: deploy}\n"),
              "f.yaml:2:16: error: there is no place to look for other workflows here\n");
}

TEST_F(ReaderSubWorkflowTest, ListsTheSecretsOfAllFiles) {
    source.documents["secret.yaml"] = "tasks: [{util.print: {text: '${WALLET:inner}'}}]\n";
    const ReadResult result =
        read_all("tasks: [{workflow: secret.yaml}, {util.print: {text: '${WALLET:outer}'}}]\n");
    ASSERT_EQ(result.secrets.size(), 2U);
    EXPECT_EQ(result.secrets[0].key, "outer");
    EXPECT_EQ(result.secrets[1].key, "inner");
    EXPECT_EQ(result.secrets[1].file, "secret.yaml");
}

TEST_F(ReaderSubWorkflowTest, ReadsAtMostSoManyDocuments) {
    for (int i = 0; i < 300; ++i) {
        source.documents["w" + std::to_string(i)] =
            "tasks: [{workflow: w" + std::to_string(i + 1) + "}]";
    }
    source.documents["w300"] = source.documents["plain.yaml"];
    EXPECT_EQ(mistakes("  - {workflow: w0}\n"),
              "w198:1:20: error: more than 200 workflows would have to be read\n");
    limits.documents_max = 400;
    EXPECT_EQ(mistakes("  - {workflow: w0}\n"), "");
}

TEST_F(ReaderSubWorkflowTest, ReadsAtMostSoManyBytesAndNodes) {
    source.documents["long"] = "description: " + std::string(1'000, 'x') + "\ntasks: [{a.b: }]\n";
    limits.yaml.bytes_max = 500;
    EXPECT_EQ(mistakes("  - {workflow: long}\n"),
              "f.yaml:2:16: error: it and the workflows read before have more than 500 bytes\n");
    limits = {};
    limits.yaml.nodes_max = 20;
    source.documents["many"] = "tags: [a, b, c, d, e, f, g, h, i]\ntasks: [{util.print: }]\n";
    EXPECT_EQ(mistakes("  - {workflow: plain.yaml}\n"), "");
    EXPECT_EQ(mistakes("  - {workflow: plain.yaml}\n  - {workflow: many}\n").substr(0, 5), "many:");
}

TEST_F(ReaderSubWorkflowTest, DoesNotLookForEverEndingNames) {
    std::string tasks;
    for (int i = 0; i < 1'000; ++i) {
        tasks += "  - {workflow: none" + std::to_string(i) + "}\n";
    }
    const ReadResult result = read_all("tasks:\n" + tasks);
    EXPECT_EQ(result.diagnostics.size(), 1'000U);
    EXPECT_EQ(source.asked, 400);
    EXPECT_EQ(result.diagnostics.back().message, "the documents name more than 400 workflows");
}

}  // namespace
}  // namespace oa::core
