#include "sdk/manifest/manifest.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "oa/json.hpp"

namespace oa::manifest {
namespace {

struct ManifestTest : testing::Test {
    std::array<const char*, 3> module_aliases{"web", "net", nullptr};
    std::array<const char*, 2> function_aliases{"fetch", nullptr};
    oa_deprecation deprecation{sizeof(oa_deprecation), "1.1.0", "http.get", nullptr};
    oa_function get = [this] {
        oa_function out{};
        out.struct_size = sizeof(out);
        out.flags = OA_F_IDEMPOTENT | OA_F_NETWORK | (1U << 31U);
        out.name = "get";
        out.aliases = function_aliases.data();
        out.title = "Get a page";
        out.summary = "Gets a page.";
        out.params_schema = R"({"type": "object", "required": ["url"]})";
        out.output_schema = "{}";
        out.examples = R"([{"title": "It", "params": {"url": "x"}}])";
        out.deprecated = &deprecation;
        out.default_timeout_ms = 5000;
        out.max_concurrency = 3;
        return out;
    }();
    oa_function bare = [] {
        oa_function out{};
        out.struct_size = sizeof(out);
        out.name = "bare";
        out.params_schema = R"({"type":"object"})";
        out.examples = "[]";
        return out;
    }();
    std::vector<const oa_function*> functions{&get, &bare};
    oa_module module = [this] {
        oa_module out{};
        out.struct_size = sizeof(out);
        out.abi = OA_ABI_VERSION;
        out.abi_min = OA_ABI_MIN_VERSION;
        out.flags = OA_M_NO_FORK | OA_M_SIGNALS;
        out.id = "com.acme.http";
        out.name = "http";
        out.aliases = module_aliases.data();
        out.version = "1.4.0";
        out.vendor = "Acme \"&\" Sons";
        out.license = "0BSD";
        out.homepage = "https://acme.example";
        out.summary = "Pages.";
        out.build = "gcc";
        out.config_schema = R"({"type":"object"})";
        out.function_count = 2;
        out.functions = functions.data();
        return out;
    }();

    [[nodiscard]] std::string problem() const {
        try {
            return "no problem: " + write(module);
        } catch (const ManifestError& error) {
            return error.what();
        }
    }
};

TEST_F(ManifestTest, TellsEverythingInOrder) {
    EXPECT_EQ(
        write(module),
        R"({"manifest":1,"abi":"1.0","abi_min":"1.0","id":"com.acme.http","name":"http",)"
        R"("version":"1.4.0","aliases":["web","net"],"vendor":"Acme \"&\" Sons","license":"0BSD",)"
        R"("homepage":"https://acme.example","summary":"Pages.","build":"gcc",)"
        R"("flags":["no_fork","signals"],"config_schema":{"type":"object"},"functions":[)"
        R"({"name":"get","aliases":["fetch"],"title":"Get a page","summary":"Gets a page.",)"
        R"("flags":["idempotent","network"],)"
        R"("params_schema":{"type":"object","required":["url"]},"output_schema":{},)"
        R"("examples":[{"title":"It","params":{"url":"x"}}],)"
        R"("deprecated":{"since":"1.1.0","replace_with":"http.get"},)"
        R"("default_timeout_ms":5000,"max_concurrency":3},)"
        R"({"name":"bare","params_schema":{"type":"object"},)"
        R"("default_timeout_ms":0,"max_concurrency":0}]})");
}

TEST_F(ManifestTest, NamesEveryFlag) {
    get.flags = ~0U;
    module.flags = ~0U;
    const Json manifest = Json::parse(write(module));
    EXPECT_EQ(manifest.at("flags").dump(),
              R"(["no_unload","no_fork","isolate","singleton","signals"])");
    EXPECT_EQ(manifest.at("functions").at(0).at("flags").dump(),
              R"(["idempotent","pure","blocking","thread_safe","cancellable","isolate","secrets",)"
              R"("network","filesystem","processes"])");
}

TEST_F(ManifestTest, ReadsNoMemberBeyondTheSizeOfATable) {
    get.struct_size = offsetof(oa_function, deprecated);
    deprecation.since = nullptr;
    bare.deprecated = &deprecation;
    deprecation.struct_size = offsetof(oa_deprecation, replace_with);
    const Json manifest = Json::parse(write(module));
    const Json& first = manifest.at("functions").at(0);
    EXPECT_TRUE(first.contains("examples"));
    EXPECT_FALSE(first.contains("deprecated"));
    EXPECT_EQ(first.at("max_concurrency"), Json(0));
    EXPECT_EQ(manifest.at("functions").at(1).at("deprecated").dump(), "{}");

    module.struct_size = offsetof(oa_module, functions);
    EXPECT_NE(problem().find("list of functions"), std::string::npos) << problem();
    module.struct_size = offsetof(oa_module, id);
    EXPECT_EQ(problem(), "the module has no id");
    module.struct_size = 0;
    EXPECT_EQ(problem(), "the module has no id");
}

TEST_F(ManifestTest, RefusesWhatNoManifestCanHold) {
    const auto refuses = [&](auto& place, auto value, const std::string& words) {
        const auto before = place;
        place = value;
        EXPECT_NE(problem().find(words), std::string::npos) << problem();
        place = before;
    };
    const std::string endless(16385, 'x');
    const std::string deep = std::string(63, '[') + std::string(63, ']');
    const std::string too_deep = std::string(65, '[') + std::string(65, ']');
    refuses(module.id, static_cast<const char*>(nullptr), "the module has no id");
    refuses(module.version, "", "the module has no version");
    refuses(module.vendor, endless.c_str(), "vendor of the module is longer than 16384 bytes");
    refuses(module.summary, "\xC3(", "summary of the module is not valid UTF-8");
    refuses(module.config_schema, "{type: object}", "config_schema of the module is not JSON");
    refuses(module.function_count, 0U, "list of functions");
    refuses(module.function_count, 4'000'000'000U, "list of functions");
    refuses(get.name, static_cast<const char*>(nullptr), "function 1 has no name");
    refuses(get.params_schema, "", "params_schema of function get is not JSON");
    refuses(get.output_schema, too_deep.c_str(), "output_schema of function get is not JSON");
    refuses(get.output_schema, deep.c_str(), "nested too deeply");
    refuses(functions[1], static_cast<const oa_function*>(nullptr), "function 2 is NULL");
    const std::vector<const char*> many(300, "x");
    refuses(get.aliases, many.data(), "aliases of function get are more than 256");
    EXPECT_EQ(problem().substr(0, 12), "no problem: ");
}

}  // namespace
}  // namespace oa::manifest
