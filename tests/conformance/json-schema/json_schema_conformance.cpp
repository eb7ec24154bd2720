// Runs cases in the form of cases.json: json_schema_conformance FILE...
// Prints those that fail, then "N passed, N failed". Succeeds only if none failed.

#include <cstddef>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "core/schema/schema.hpp"

namespace {

namespace json = boost::json;
using oa::core::Schema;

struct Tally {
    std::size_t passed = 0;
    std::size_t failed = 0;
};

std::string text_of(const json::value& group, std::string_view key) {
    const json::value* text = group.as_object().if_contains(key);
    return text != nullptr && text->is_string() ? std::string(text->get_string()) : std::string();
}

void run_case(const Schema& schema,
              const std::string& group,
              const json::value& test,
              Tally& tally) {
    oa::core::ValidateOptions options;
    options.formats = false;
    const auto problems = schema.validate(test.at("data"), options);
    if (problems.empty() == test.at("valid").as_bool()) {
        ++tally.passed;
        return;
    }
    ++tally.failed;
    std::cout << "FAILED " << group << ": " << text_of(test, "description") << ": should be "
              << (problems.empty() ? "invalid" : "valid") << "\n";
    for (const auto& problem : problems) {
        std::cout << "    " << to_string(problem) << "\n";
    }
}

void run_group(const json::value& group, Tally& tally) {
    const std::string name = text_of(group, "file") + ": " + text_of(group, "description");
    const auto compiled = Schema::compile(group.at("schema"));
    const json::array& tests = group.at("tests").as_array();
    if (!compiled.schema) {
        tally.failed += tests.size();
        std::cout << "FAILED " << name << ": the schema does not compile\n";
        for (const auto& mistake : compiled.mistakes) {
            std::cout << "    " << to_string(mistake) << "\n";
        }
        return;
    }
    for (const json::value& test : tests) {
        run_case(*compiled.schema, name, test, tally);
    }
}

void run_file(const std::string& path, Tally& tally) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw std::runtime_error(path + " cannot be opened");
    }
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    const json::value groups = oa::core::parse_json(text);
    for (const json::value& group : groups.as_array()) {
        run_group(group, tally);
    }
}

}  // namespace

int main(int argc, char** argv) {
    Tally tally;
    try {
        if (argc < 2) {
            throw std::runtime_error("give the files with the cases");
        }
        for (int i = 1; i < argc; ++i) {
            run_file(argv[i], tally);
        }
    } catch (const std::exception& error) {
        std::cerr << "json_schema_conformance: " << error.what() << "\n";
        return 2;
    }
    std::cout << tally.passed << " passed, " << tally.failed << " failed\n";
    return tally.failed == 0 ? 0 : 1;
}
