// The examples of docs/expressions.md are true.

#include <fstream>
#include <string>
#include <vector>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "core/expression/cel/function.hpp"
#include "core/expression/expression.hpp"
#include "core/json/json.hpp"
#include "tests/core/fake_scope.hpp"

namespace oa::core {
namespace {

struct Example {
    int line = 0;
    std::string expression;
    std::string expected;
};

struct Page {
    std::string bindings;  ///< the first block of JSON
    std::string text;
    std::vector<Example> examples;  ///< lines with => in blocks of cel
};

std::string trimmed(const std::string& text) {
    const auto begin = text.find_first_not_of(' ');
    return begin == std::string::npos ? ""
                                      : text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

Page read_page() {
    Page page;
    std::ifstream file(OA_SOURCE_DIR "/docs/expressions.md");
    std::string language;
    bool bindings_read = false;
    int number = 0;
    for (std::string line; std::getline(file, line);) {
        ++number;
        page.text += line + "\n";
        if (line.rfind("```", 0) == 0) {
            bindings_read = bindings_read || language == "json";
            language = language.empty() ? line.substr(3) : "";
        } else if (language == "json" && !bindings_read) {
            page.bindings += line;
        } else if (const auto arrow = line.find(" => "); language == "cel") {
            EXPECT_NE(arrow, std::string::npos) << "line " << number << ": " << line;
            page.examples.push_back(
                {number, trimmed(line.substr(0, arrow)), trimmed(line.substr(arrow + 4))});
        }
    }
    return page;
}

struct ExpressionDocsTest : testing::Test {
    Page page = read_page();
};

TEST_F(ExpressionDocsTest, ShowWhatExpressionsGive) {
    FakeScope scope;
    scope.roots = parse_json(page.bindings).as_object();
    scope.tasks = scope.roots.at("tasks").as_object();
    scope.roots.erase("tasks");
    EXPECT_GE(page.examples.size(), 150U);
    for (const auto& example : page.examples) {
        const auto where = "line " + std::to_string(example.line) + ": " + example.expression;
        const auto parsed = Expression::parse(example.expression);
        ASSERT_TRUE(parsed.expression) << where << ": " << parsed.error.message;
        EXPECT_EQ(parsed.consumed, example.expression.size()) << where;
        try {
            const auto value = parsed.expression->evaluate(scope);
            EXPECT_EQ(write_json(value), write_json(parse_json(example.expected))) << where;
        } catch (const EvaluationError& error) {
            ASSERT_EQ(example.expected.rfind("error: ", 0), 0U) << where << ": " << error.what();
            EXPECT_NE(std::string(error.what()).find(example.expected.substr(7)), std::string::npos)
                << where << ": " << error.what();
        }
    }
}

TEST_F(ExpressionDocsTest, SpeakOfEveryFunction) {
    for (const bool method : {false, true}) {
        for (const auto& name : cel::function_names(method)) {
            EXPECT_NE(page.text.find((method ? "." : "") + name + "("), std::string::npos) << name;
        }
    }
}

}  // namespace
}  // namespace oa::core
