#include "host/cli/validation_report.hpp"

#include <filesystem>
#include <sstream>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "core/json/json.hpp"

namespace oa::host {
namespace {

namespace json = boost::json;

struct ValidationReportTest : testing::Test {
    std::ostringstream out;
    std::ostringstream err;
    SourceTexts texts{1'000};

    ValidationReportTest() { texts.put("a b.yaml", "tasks:\n  - \"🚀\": {neds: x}\n"); }

    static CheckedDocument document() {
        CheckedDocument checked;
        checked.file = "a b.yaml";
        core::Diagnostic unknown;
        unknown.file = "a b.yaml";
        unknown.position = {2, 11};
        unknown.message = "the key 'neds'\nis 100% unknown";
        unknown.hint = "did you mean 'needs'?";
        unknown.code = "unknown-key";
        core::Diagnostic odd;
        odd.severity = core::Severity::Warning;
        odd.file = "a b.yaml";
        odd.message = "odd";
        checked.diagnostics = {unknown, odd, odd};
        return checked;
    }

    static CheckedDocument fine() {
        CheckedDocument checked;
        checked.file = "fine.yaml";
        core::Workflow workflow;
        workflow.name = "fine";
        workflow.tasks.resize(2);
        checked.workflow = std::make_shared<const core::Workflow>(std::move(workflow));
        return checked;
    }

    std::string told(const std::unique_ptr<ValidationReport>& report) {
        report->add(document(), texts);
        report->add(fine(), texts);
        report->finish(ExitStatus::InvalidWorkflow);
        return out.str();
    }
};

TEST_F(ValidationReportTest, WritesFindingsAsCompilersDo) {
    EXPECT_EQ(told(text_report({}, out, err)),
              "fine.yaml: valid: sequence of 2 tasks\n"
              "1 error and 2 warnings in 1 file\n");
    EXPECT_EQ(err.str(),
              "a b.yaml:2:11: error: the key 'neds'\\nis 100% unknown; did you mean 'needs'?\n"
              "a b.yaml: warning: odd\n"
              "a b.yaml: warning: odd\n");
}

TEST_F(ValidationReportTest, ShowsTheLinesOfFindings) {
    told(text_report({.context = true, .terminal = {}}, out, err));
    EXPECT_NE(err.str().find("2 |   - \"🚀\": {neds: x}\n"
                             "  |            ^^^^ did you mean 'needs'?\n\n"
                             "a b.yaml: warning: odd\n"),
              std::string::npos)
        << err.str();
}

TEST_F(ValidationReportTest, SaysNothingMoreWhenNothingWasFound) {
    const auto report = text_report({}, out, err);
    report->add(fine(), texts);
    report->finish(ExitStatus::Ok);
    EXPECT_EQ(out.str(), "fine.yaml: valid: sequence of 2 tasks\n");
}

TEST_F(ValidationReportTest, GivesFindingsAsJson) {
    const auto documents = core::parse_json(told(json_report(out)));
    EXPECT_EQ(documents.at(0).at("valid"), false);
    EXPECT_EQ(documents.at(0).at("findings").at(0), json::parse(R"({
        "severity": "error", "code": "unknown-key", "file": "a b.yaml", "line": 2, "column": 11,
        "message": "the key 'neds'\nis 100% unknown", "hint": "did you mean 'needs'?"})"));
    EXPECT_EQ(documents.at(0).at("findings").at(1).at("code"), "workflow-warning");
    EXPECT_EQ(documents.at(1), json::parse(R"({
        "file": "fine.yaml", "valid": true, "name": "fine", "flow": "sequence", "tasks": 2,
        "findings": []})"));
}

TEST_F(ValidationReportTest, GivesCommandsToGithub) {
    EXPECT_EQ(told(github_report(out)),
              "::error file=a b.yaml,line=2,col=11,endColumn=15,title=unknown-key::"
              "the key 'neds'%0Ais 100%25 unknown; did you mean 'needs'?\n"
              "::warning file=a b.yaml,title=workflow-warning::odd\n"
              "::warning file=a b.yaml,title=workflow-warning::odd\n"
              "1 error and 2 warnings in 1 file\n");
}

TEST_F(ValidationReportTest, EscapesWhatEndsAPropertyForGithub) {
    CheckedDocument checked = document();
    checked.diagnostics.resize(1);
    checked.diagnostics[0].file = "a,b:c%\r.yaml";
    checked.diagnostics[0].message = "a,b:c";
    github_report(out)->add(checked, texts);
    EXPECT_EQ(out.str(),
              "::error file=a%2Cb%3Ac%25%0D.yaml,line=2,col=11,title=unknown-key::"
              "a,b:c; did you mean 'needs'?\n");
}

TEST_F(ValidationReportTest, GivesSarifWithARuleForEachKindOfFinding) {
    const auto sarif = core::parse_json(told(sarif_report(out)));
    EXPECT_EQ(sarif.at("version"), "2.1.0");
    EXPECT_EQ(sarif.at("$schema"), "https://json.schemastore.org/sarif-2.1.0.json");
    ASSERT_EQ(sarif.at("runs").as_array().size(), 1U);
    const auto& run = sarif.at("runs").at(0);
    EXPECT_EQ(run.at("columnKind"), "utf16CodeUnits");
    EXPECT_EQ(run.at("invocations").at(0).at("exitCode"), 3);
    EXPECT_EQ(run.at("invocations").at(0).at("executionSuccessful"), true);
    const auto& driver = run.at("tool").at("driver");
    EXPECT_EQ(driver.at("name"), "oa");
    EXPECT_EQ(driver.at("rules"), json::parse(R"([
        {"id": "unknown-key", "shortDescription": {"text": "Unknown key"},
         "defaultConfiguration": {"level": "error"}},
        {"id": "workflow-warning", "shortDescription": {"text": "Workflow warning"},
         "defaultConfiguration": {"level": "warning"}}])"));
    EXPECT_EQ(run.at("results").as_array().size(), 3U);
    EXPECT_EQ(run.at("results").at(0), json::parse(R"({
        "ruleId": "unknown-key", "ruleIndex": 0, "level": "error",
        "message": {"text": "the key 'neds'\nis 100% unknown; did you mean 'needs'?"},
        "locations": [{"physicalLocation": {
            "artifactLocation": {"uri": "a%20b.yaml"},
            "region": {"startLine": 2, "startColumn": 12, "endColumn": 16}}}]})"));
    EXPECT_EQ(run.at("results").at(1).at("ruleIndex"), 1);
    EXPECT_EQ(run.at("results").at(1).at("level"), "warning");
    EXPECT_EQ(run.at("results").at(1).at("locations").at(0).at("physicalLocation").at("region"),
              json::parse(R"({"startLine": 1})"));
}

TEST_F(ValidationReportTest, NamesFilesBelowTheWorkingFolderRelativelyInSarif) {
    const auto uri = [](const std::string& file) {
        std::ostringstream text;
        SourceTexts none{0};
        CheckedDocument checked = document();
        checked.diagnostics.resize(1);
        checked.diagnostics[0].file = file;
        const auto report = sarif_report(text);
        report->add(checked, none);
        report->finish(ExitStatus::Ok);
        return core::parse_json(text.str())
            .at("runs")
            .at(0)
            .at("results")
            .at(0)
            .at("locations")
            .at(0)
            .at("physicalLocation")
            .at("artifactLocation")
            .at("uri");
    };
    const std::string here = std::filesystem::current_path().string();
    EXPECT_EQ(uri(here + "/sub/w.yaml"), "sub/w.yaml");
    EXPECT_EQ(uri("./sub/../w#1.yaml"), "w%231.yaml");
    EXPECT_EQ(uri("/no/größe.yaml"), "file:///no/gr%C3%B6%C3%9Fe.yaml");
    EXPECT_EQ(uri("a:b.yaml"), "a%3Ab.yaml") << "else a would be a scheme";
}

TEST_F(ValidationReportTest, GivesAnEmptySarifRunWhenNothingWasFound) {
    const auto report = sarif_report(out);
    report->add(fine(), texts);
    report->finish(ExitStatus::Ok);
    const auto sarif = core::parse_json(out.str());
    EXPECT_EQ(sarif.at("runs").at(0).at("results"), json::array());
    EXPECT_EQ(sarif.at("runs").at(0).at("tool").at("driver").at("rules"), json::array());
}

}  // namespace
}  // namespace oa::host
