#include "host/plugin/module_manifest.hpp"

#include <string>

#include <boost/json/serialize.hpp>
#include <dlfcn.h>
#include <gtest/gtest.h>

#include "host/plugin/module_descriptor.hpp"
#include "host/plugin/plugin_problem.hpp"
#include "sdk/manifest/manifest.hpp"
#include "tests/host/plugin/fixtures.hpp"

namespace oa::host {
namespace {

using Names = std::vector<std::string>;

constexpr std::string_view full_manifest = R"({
    "manifest": 1, "abi": "1.3", "abi_min": "1.0", "id": "com.example.full", "name": "full",
    "version": "1.2.3-rc.1", "aliases": ["old-full"], "vendor": "Example", "license": "0BSD",
    "homepage": "https://example.com", "summary": "Has it all", "build": "gcc",
    "flags": ["no_unload", "no_fork", "isolate", "singleton", "signals", "of_the_future"],
    "config_schema": {"type": "object"}, "of_the_future": 5,
    "functions": [
        {"name": "act", "aliases": ["do-it", "oa-io.act"], "title": "Act", "summary": "Acts",
         "flags": ["idempotent", "pure", "blocking", "thread_safe", "cancellable", "isolate",
                   "secrets", "network", "filesystem", "processes", "of_the_future"],
         "params_schema": {"type": "object", "additionalProperties": false,
                           "properties": {"path": {"type": "string"}}},
         "output_schema": {"type": "object"}, "examples": [{"title": "One", "params": {}}],
         "deprecated": {"since": "1.1.0", "replace_with": "full.other", "reason": "Because."},
         "default_timeout_ms": 5000, "max_concurrency": 3},
        {"name": "other", "params_schema": {"type": "object"}}]})";

std::string minimal(const std::string& member = "") {
    return R"({"manifest":1,"abi":"1.0","abi_min":"1.0","id":"com.example.x","name":"x",)"
           R"("version":"1.0.0",)" +
           member + R"("functions":[{"name":"act","params_schema":{"type":"object"}}]})";
}

std::string with_function(const std::string& members) {
    return R"({"manifest":1,"abi":"1.0","abi_min":"1.0","id":"com.example.x","name":"x",)"
           R"("version":"1.0.0","functions":[{"params_schema":{"type":"object"},)" +
           members + "}]}";
}

TEST(ModuleManifestTest, ReadsEveryMember) {
    const auto module = read_manifest(full_manifest);

    const ModuleInfo& info = module.info;
    EXPECT_EQ(info.abi, (1U << 16U) | 3U);
    EXPECT_EQ(info.abi_min, 1U << 16U);
    EXPECT_EQ(info.id, "com.example.full");
    EXPECT_EQ(info.name, "full");
    EXPECT_EQ(info.version, "1.2.3-rc.1");
    EXPECT_EQ(info.aliases, Names{"old-full"});
    EXPECT_EQ(info.vendor, "Example");
    EXPECT_EQ(info.license, "0BSD");
    EXPECT_EQ(info.homepage, "https://example.com");
    EXPECT_EQ(info.summary, "Has it all");
    EXPECT_EQ(info.build, "gcc");
    EXPECT_EQ(info.flags, 0x1FU);
    EXPECT_EQ(boost::json::serialize(info.config_schema), R"({"type":"object"})");
    ASSERT_EQ(module.functions.size(), 2U);
}

TEST(ModuleManifestTest, ReadsEveryMemberOfAFunction) {
    const auto module = read_manifest(full_manifest);

    const LoadedFunction& act = *module.functions.at(0);
    EXPECT_EQ(act.module, "full");
    EXPECT_EQ(act.version, "1.2.3-rc.1");
    EXPECT_EQ(act.function, "act");
    EXPECT_EQ(act.index, 0U);
    EXPECT_EQ(act.descriptor, nullptr);
    EXPECT_EQ(act.aliases, (Names{"do-it", "oa-io.act"}));
    EXPECT_EQ(act.title, "Act");
    EXPECT_EQ(act.summary, "Acts");
    EXPECT_EQ(act.flags, 0x3FFU);
    EXPECT_EQ(act.parameters, Names{"path"});
    EXPECT_FALSE(act.open);
    EXPECT_TRUE(act.idempotent);
    EXPECT_TRUE(act.thread_safe);
    EXPECT_EQ(act.examples.size(), 1U);
    EXPECT_TRUE(act.deprecated);
    EXPECT_EQ(act.deprecated_since, "1.1.0");
    EXPECT_EQ(act.replaced_by, "full.other");
    EXPECT_EQ(act.deprecation_reason, "Because.");
    EXPECT_EQ(act.default_timeout_ms, 5000U);
    EXPECT_EQ(act.max_concurrency, 3U);
    EXPECT_EQ(act.limit.active_max, 3U);
    const LoadedFunction& other = *module.functions.at(1);
    EXPECT_EQ(other.index, 1U);
    EXPECT_EQ(other.flags, 0U);
    EXPECT_TRUE(other.limit.exclusive);
    EXPECT_TRUE(other.output_schema.is_null());
}

struct RefusedManifest {
    std::string json;
    const char* words;
    PluginProblem problem = PluginProblem::InvalidDescriptor;
};

struct RefusedManifestTest : testing::TestWithParam<RefusedManifest> {};

TEST_P(RefusedManifestTest, IsRefusedWithTheMemberThatIsWrong) {
    try {
        static_cast<void>(read_manifest(GetParam().json));
        FAIL() << GetParam().json;
    } catch (const PluginRefused& why) {
        EXPECT_EQ(why.problem(), GetParam().problem);
        EXPECT_NE(why.reason().find(GetParam().words), std::string::npos) << why.reason();
    }
}

INSTANTIATE_TEST_SUITE_P(
    Manifests,
    RefusedManifestTest,
    testing::Values(
        RefusedManifest{"", "is not JSON"},
        RefusedManifest{"{\"manifest\":1,\"manifest\":1}", "is not JSON"},
        RefusedManifest{"[]", "something else than a JSON object"},
        RefusedManifest{"{}", "\"manifest\": 1"},
        RefusedManifest{R"({"manifest":2})", "\"manifest\": 1"},
        RefusedManifest{R"({"manifest":1})", "\"abi\""},
        RefusedManifest{R"({"manifest":1,"abi":"1","abi_min":"1.0"})", "\"abi\""},
        RefusedManifest{R"({"manifest":1,"abi":"1.x","abi_min":"1.0"})", "\"abi\""},
        RefusedManifest{R"({"manifest":1,"abi":"2.0","abi_min":"2.0"})", "ABI 2.0"},
        RefusedManifest{R"({"manifest":1,"abi":"1.9","abi_min":"1.9"})", "ABI 1.9",
                        PluginProblem::AbiTooNew},
        RefusedManifest{R"({"manifest":1,"abi":"1.0","abi_min":"1.0"})", "name is missing"},
        RefusedManifest{minimal("\"summary\":5,"), "\"summary\" that is not a text"},
        RefusedManifest{minimal("\"aliases\":\"y\","), "\"aliases\" that is not a list of texts"},
        RefusedManifest{minimal("\"aliases\":[1],"), "\"aliases\" that is not a list of texts"},
        RefusedManifest{minimal("\"aliases\":[\"a b\"],"), "'a b'"},
        RefusedManifest{minimal("\"config_schema\":5,"), "config_schema is not a JSON Schema"},
        RefusedManifest{minimal("\"summary\":\"" + std::string(20000, 'x') + "\","),
                        "summary is longer"},
        RefusedManifest{R"({"manifest":1,"abi":"1.0","abi_min":"1.0","id":"a.b","name":"x",)"
                        R"("version":"1.0"})",
                        "'1.0' is not a semantic version"},
        RefusedManifest{R"({"manifest":1,"abi":"1.0","abi_min":"1.0","id":"a.b","name":"x",)"
                        R"("version":"1.0.0"})",
                        "\"functions\""},
        RefusedManifest{R"({"manifest":1,"abi":"1.0","abi_min":"1.0","id":"a.b","name":"x",)"
                        R"("version":"1.0.0","functions":[]})",
                        "number of its functions is 0"},
        RefusedManifest{R"({"manifest":1,"abi":"1.0","abi_min":"1.0","id":"a.b","name":"x",)"
                        R"("version":"1.0.0","functions":[5]})",
                        "function 1 of module x"},
        RefusedManifest{with_function("\"title\":\"No name\""), "name of function 1"},
        RefusedManifest{with_function("\"name\":\"A\""), "'A'"},
        RefusedManifest{with_function(R"("name":"a","max_concurrency":-1)"), "max_concurrency"},
        RefusedManifest{with_function(R"("name":"a","default_timeout_ms":4294967296)"),
                        "default_timeout_ms"},
        RefusedManifest{with_function(R"("name":"a","examples":{})"), "not a JSON array"},
        RefusedManifest{with_function(R"("name":"a","deprecated":"yes")"), "deprecation"},
        RefusedManifest{with_function(R"("name":"a","aliases":["a"])"), "called 'a'"}),
    [](const auto& param) { return "Number" + std::to_string(param.index); });

/// The descriptor of a fixture that asks nothing of its host.
const oa_module& live(const std::string& name) {
    void* const library = dlopen(fixture(name).c_str(), RTLD_NOW);
    const auto entry = reinterpret_cast<oa_module_entry_fn>(dlsym(library, OA_ENTRY_SYMBOL));
    return *entry(nullptr, nullptr, 0);
}

TEST(ManifestDifferenceTest, AManifestWrittenFromAModuleAgreesWithIt) {
    const auto manifest = read_manifest(manifest::write(live("good")));

    EXPECT_EQ(find_difference(manifest, read_descriptor(live("good"))), std::nullopt);
}

struct Difference {
    const char* from;
    const char* to;
    const char* words;
};

struct ManifestDifferenceTest : testing::TestWithParam<Difference> {};

TEST_P(ManifestDifferenceTest, NamesTheFirstMemberThatDiffers) {
    std::string changed(full_manifest);
    const auto at = changed.find(GetParam().from);
    ASSERT_NE(at, std::string::npos);
    changed.replace(at, std::string_view(GetParam().from).size(), GetParam().to);

    const auto difference = find_difference(read_manifest(full_manifest), read_manifest(changed));

    EXPECT_EQ(difference, GetParam().words);
}

INSTANTIATE_TEST_SUITE_P(
    Members,
    ManifestDifferenceTest,
    testing::Values(
        Difference{"\"1.3\"", "\"1.2\"", "its manifest says abi 1.3, the module itself 1.2"},
        Difference{"com.example.full", "com.example.other",
                   "its manifest says id com.example.full, the module itself com.example.other"},
        Difference{"\"full\"", "\"empty\"", "its manifest says name full, the module itself empty"},
        Difference{"1.2.3-rc.1", "1.2.4",
                   "its manifest says version 1.2.3-rc.1, the module itself 1.2.4"},
        Difference{"[\"old-full\"]", "[]",
                   "its manifest says aliases old-full, the module itself nothing"},
        Difference{"\"signals\", ", "",
                   "its manifest says flags no_unload, no_fork, isolate, singleton, signals, the "
                   "module itself no_unload, no_fork, isolate, singleton"},
        Difference{"\"config_schema\": {\"type\": \"object\"}", "\"config_schema\": true",
                   "its manifest has another config_schema than the module itself"},
        Difference{",\n        {\"name\": \"other\", \"params_schema\": {\"type\": \"object\"}}",
                   "", "its manifest says functions 2, the module itself 1"},
        Difference{"\"Acts\"", "\"Idles\"",
                   "its manifest says summary Acts of function act, the module itself Idles"},
        Difference{"\"string\"", "\"integer\"",
                   "its manifest has another params_schema of function act than the module itself"},
        Difference{"\"One\"", "\"Two\"",
                   "its manifest has another examples of function act than the module itself"},
        Difference{"\"1.1.0\"", "\"1.1.1\"",
                   "its manifest says since 1.1.0 of function act, the module itself 1.1.1"},
        Difference{"5000", "5001",
                   "its manifest says default_timeout_ms 5000 of function act, the module itself "
                   "5001"}),
    [](const auto& param) { return "Number" + std::to_string(param.index); });

TEST(ManifestDifferenceTest, NumbersAreTheSameHoweverTheyAreWritten) {
    const auto schema = [](const char* number) {
        return read_manifest(minimal(R"("config_schema":{"minimum":)" + std::string(number) +
                                     R"(,"enum":[1,{"a":null}]},)"));
    };

    EXPECT_EQ(find_difference(schema("5"), schema("5.0")), std::nullopt);
    EXPECT_NE(find_difference(schema("5"), schema("5.5")), std::nullopt);
}

}  // namespace
}  // namespace oa::host
