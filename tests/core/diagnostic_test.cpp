#include "core/diagnostic.hpp"

#include <gtest/gtest.h>

namespace oa::core {
namespace {

TEST(DiagnosticTest, SaysThePlaceTheMistakeAndTheFix) {
    const Diagnostic diagnostic{.file = "a.yaml",
                                .position = {3, 7},
                                .message = "unknown key 'nmae'",
                                .hint = "did you mean 'name'?"};
    EXPECT_EQ(to_string(diagnostic), "a.yaml:3:7: error: unknown key 'nmae'; did you mean 'name'?");
}

TEST(DiagnosticTest, LeavesOutWhatIsNotKnown) {
    EXPECT_EQ(to_string(Diagnostic{.file = "a.yaml", .message = "not found"}),
              "a.yaml: error: not found");
    EXPECT_EQ(to_string(Diagnostic{.severity = Severity::Warning, .message = "odd"}),
              "warning: odd");
    EXPECT_EQ(to_string(Diagnostic{.file = "f", .position = {2, 0}, .message = "m"}),
              "f:2: error: m");
}

TEST(DiagnosticTest, TellsErrorsFromWarnings) {
    EXPECT_FALSE(has_errors({}));
    EXPECT_FALSE(has_errors({{.severity = Severity::Warning}}));
    EXPECT_TRUE(has_errors({{.severity = Severity::Warning}, {.severity = Severity::Error}}));
}

TEST(DiagnosticTest, SortsByFileAndPlaceAndKeepsTheOrderOfEquals) {
    Diagnostics diagnostics = {{.file = "b", .position = {1, 1}, .message = "5"},
                               {.file = "a", .position = {2, 1}, .message = "3"},
                               {.file = "a", .position = {1, 9}, .message = "2"},
                               {.file = "a", .position = {2, 1}, .message = "4"},
                               {.file = "a", .position = {1, 2}, .message = "1"}};
    sort_by_position(diagnostics);
    std::string order;
    for (const Diagnostic& diagnostic : diagnostics) {
        order += diagnostic.message;
    }
    EXPECT_EQ(order, "12345");
}

TEST(DiagnosticTest, HasACodeForTools) {
    EXPECT_EQ(code_of({.code = "unknown-key"}), "unknown-key");
    EXPECT_EQ(code_of({}), "workflow-error");
    EXPECT_EQ(code_of({.severity = Severity::Warning}), "workflow-warning");
}

}  // namespace
}  // namespace oa::core
