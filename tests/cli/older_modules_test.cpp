// The tables of older functions in docs/compatibility.md: every function that is offered is found
// by its name, has the parameters and fields that its row names, and is called by a test of its
// module.

#include <map>
#include <regex>
#include <sstream>

#include <boost/json.hpp>

#include "tests/cli/cli_test.hpp"
#include "tests/cli/doc_pages.hpp"

namespace oa::test {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

using Cells = std::vector<std::string>;

/// The rows of the tables below a heading, without those that begin with no name in backticks.
std::vector<Cells> rows_below(const std::string& heading) {
    std::istringstream page(slurp(fs::path(OA_SOURCE_DIR) / "docs/compatibility.md"));
    std::vector<Cells> rows;
    bool inside = false;
    for (std::string line; std::getline(page, line);) {
        if (line.rfind("##", 0) == 0) {
            inside = line == heading;
        } else if (inside && line.rfind("| `", 0) == 0) {
            const std::regex bar(R"(\s*\|\s*)");
            rows.emplace_back(std::sregex_token_iterator(line.begin() + 2, line.end(), bar, -1),
                              std::sregex_token_iterator());
        }
    }
    return rows;
}

/// What a cell has in backticks.
std::vector<std::string> names_in(const std::string& cell) {
    const std::regex name("`([^`]+)`");
    return {std::sregex_token_iterator(cell.begin(), cell.end(), name, 1),
            std::sregex_token_iterator()};
}

/// A test has the name, or puts it together of "oa-module." and "function".
bool is_called_by_a_test(const std::string& name) {
    const std::size_t dot = name.find('.') + 1;
    const std::string module = name.substr(0, dot);
    const std::string function = "\"" + name.substr(dot) + "\"";
    for (const auto& entry : fs::recursive_directory_iterator(OA_SOURCE_DIR "/tests/plugins")) {
        if (entry.path().extension() == ".cpp") {
            const std::string text = slurp(entry.path());
            if (text.find("\"" + name + "\"") != std::string::npos ||
                (text.find("\"" + module + "\"") != std::string::npos &&
                 text.find(function) != std::string::npos)) {
                return true;
            }
        }
    }
    return false;
}

struct OlderModulesTest : CliTest {
    /// What the program says of a function; empty where there is none.
    static json::object described(const std::string& name) {
        const ProcessResult said = oa({"plugin", "describe", name, "--json"});
        EXPECT_EQ(said.exit_status, 0) << said.err;
        return said.exit_status == 0 ? json(said) : json::object();
    }
    /// That a function is there, deprecated, and tested.
    static json::object expect_offered(const std::string& name) {
        json::object function = described(name);
        EXPECT_TRUE(function.contains("deprecated")) << name;
        EXPECT_TRUE(is_called_by_a_test(name)) << "no test in tests/plugins calls " << name;
        return function;
    }
    /// That a schema knows the names, if it tells any.
    static void expect_known(const json::object& function,
                             const char* schema,
                             const std::vector<std::string>& names,
                             const std::string& where) {
        const json::value* found = function.if_contains(schema);
        const json::value* known = found != nullptr && found->is_object()
                                       ? found->as_object().if_contains("properties")
                                       : nullptr;
        for (const std::string& name : names) {
            EXPECT_TRUE(known == nullptr || known->as_object().contains(name))
                << where << " has no '" << name << "'";
        }
    }
};

struct OlderModuleTest : OlderModulesTest,
                         testing::WithParamInterface<std::pair<const char*, int>> {};

TEST_P(OlderModuleTest, IsAsItsTableSays) {
    const auto& [module, count] = GetParam();
    const std::vector<Cells> rows = rows_below(std::string("### ") + module);
    EXPECT_EQ(rows.size(), static_cast<std::size_t>(count));
    for (const Cells& row : rows) {
        ASSERT_EQ(row.size(), 4U) << row.front();
        const std::string name = names_in(row.front()).front();
        EXPECT_EQ(name.rfind(std::string(module) + ".", 0), 0U) << name;
        const std::string& here = row.back();
        if (here.rfind("not offered: ", 0) == 0) {
            continue;
        }
        EXPECT_TRUE(std::regex_search(here, std::regex("^(same($|[:;,] )|corrected: )"))) << here;
        const json::object function = expect_offered(name);
        expect_known(function, "params_schema", names_in(row[1]), name);
        expect_known(function, "output_schema", names_in(row[2]), name);
    }
}

INSTANTIATE_TEST_SUITE_P(Modules,
                         OlderModuleTest,
                         testing::Values(std::pair("oa-docker", 3),
                                         std::pair("oa-git", 6),
                                         std::pair("oa-io", 12),
                                         std::pair("oa-json", 7),
                                         std::pair("oa-moduletemplate", 2),
                                         std::pair("oa-network", 4),
                                         std::pair("oa-notify", 3),
                                         std::pair("oa-pg", 3),
                                         std::pair("oa-system", 6),
                                         std::pair("oa-utility", 7)),
                         [](const auto& module) {
                             return std::string(module.param.first).substr(3);
                         });

TEST_F(OlderModulesTest, OfferTheNamesThatWereOnlyWrittenDown) {
    const std::vector<Cells> rows = rows_below("### Names that were only written down");
    EXPECT_GE(rows.size(), 15U);
    for (const Cells& row : rows) {
        for (const std::string& name : names_in(row.front())) {
            expect_offered(name);
        }
    }
}

}  // namespace
}  // namespace oa::test
