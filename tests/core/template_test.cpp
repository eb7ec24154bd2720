#include "core/expression/template.hpp"

#include <ctime>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/core/fake_scope.hpp"

namespace oa::core {
namespace {

namespace json = boost::json;

bool mentions(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

TextTemplate parsed(std::string_view text) {
    auto result = TextTemplate::parse(text);
    for (const auto& error : result.errors) {
        ADD_FAILURE() << text << " at " << error.offset << ": " << error.message;
    }
    return std::move(result.text_template);
}

std::vector<ExpressionError> errors_of(std::string_view text) {
    auto result = TextTemplate::parse(text);
    EXPECT_FALSE(result.errors.empty()) << text;
    return result.errors;
}

const Placeholder& placeholder_of(const TextTemplate& text, std::size_t part = 0) {
    return std::get<Placeholder>(text.parts().at(part));
}

struct TextTemplateTest : testing::Test {
    FakeScope scope;

    TextTemplateTest() {
        scope.roots = json::parse(R"({"inputs": {"name": "Ada", "n": 7, "x": 0.5, "yes": true,
            "none": null, "list": [1, "two"], "odd}key>": "odd"}, "greeting": "hello"})")
                          .as_object();
        scope.tasks = json::parse(R"({"my task": {"output": {"a": 1}}})").as_object();
        scope.variables = {{"HOME", "/home/ada"}, {"EMPTY", ""}, {"_x1", "low"}};
    }

    json::value value(std::string_view text) const { return parsed(text).resolve(scope); }

    TemplateError failure(const TextTemplate& text) const {
        try {
            const auto value = text.resolve(scope);
            ADD_FAILURE() << "gave " << json::serialize(value);
        } catch (const TemplateError& error) {
            return error;
        }
        return TemplateError("", "", {});
    }
};

TEST_F(TextTemplateTest, KeepsTextWithoutPlaceholdersAsItIs) {
    for (const auto* const text : {"", "plain", "$", "$$", "a$b", "$5 and $$", "{name}", "<b>",
                                   "}{", "100%", "$ {x}", "日本語 $é"}) {
        EXPECT_TRUE(parsed(text).is_literal()) << text;
        EXPECT_EQ(value(text), json::value(text));
    }
}

TEST_F(TextTemplateTest, KeepsTheTypeOfAPlaceholderThatStandsAlone) {
    EXPECT_EQ(value("${inputs.n}"), json::value(7));
    EXPECT_EQ(value("$<inputs.n>"), json::value(7));
    EXPECT_EQ(value("${ inputs.yes }"), json::value(true));
    EXPECT_EQ(value("${inputs.none}"), json::value(nullptr));
    EXPECT_EQ(value("${inputs.list}"), json::parse(R"([1, "two"])"));
    EXPECT_EQ(value("${inputs.name}"), json::value("Ada"));
    EXPECT_EQ(value("${tasks[\"my task\"].output}"), json::parse(R"({"a": 1})"));
}

TEST_F(TextTemplateTest, InsertsStringsAsTheyAreAndOthersAsJson) {
    EXPECT_EQ(value("${greeting}, ${inputs.name}!"), json::value("hello, Ada!"));
    EXPECT_EQ(value("n=${inputs.n} x=$<inputs.x> ${inputs.yes}${inputs.none}"),
              json::value("n=7 x=0.5 truenull"));
    EXPECT_EQ(value(" ${inputs.list}"), json::value(R"( [1,"two"])"));
}

TEST_F(TextTemplateTest, ReadsAnotherPlaceholderRightAfterOne) {
    EXPECT_EQ(value("${inputs.n}${inputs.n}"), json::value("77"));
    EXPECT_EQ(value("${inputs.n}}"), json::value("7}"));
}

TEST_F(TextTemplateTest, WritesADoubledDollarBeforeABracketOnce) {
    EXPECT_EQ(value("$${inputs.n}"), json::value("${inputs.n}"));
    EXPECT_EQ(value("$$<inputs.n>"), json::value("$<inputs.n>"));
    EXPECT_EQ(value("$$${inputs.n}"), json::value("$${inputs.n}"));
    EXPECT_EQ(value("$${ ${inputs.n} }"), json::value("${ 7 }"));
    EXPECT_EQ(value("a$$b$$"), json::value("a$$b$$"));
    EXPECT_TRUE(parsed("$${x}").is_literal());
}

TEST_F(TextTemplateTest, TakesBracketsAndQuotesInKeys) {
    EXPECT_EQ(value("${inputs[\"odd}key>\"]}!"), json::value("odd!"));
    EXPECT_EQ(value("$<inputs['odd}key>']>!"), json::value("odd!"));
}

TEST_F(TextTemplateTest, ReadsTheEnvironment) {
    EXPECT_EQ(value("${ENV:HOME}"), json::value("/home/ada"));
    EXPECT_EQ(value("$<ENV:HOME>/x ${ ENV:_x1 }"), json::value("/home/ada/x low"));
    EXPECT_EQ(value("${ENV:EMPTY}"), json::value(""));
    EXPECT_EQ(value("${ENV:EMPTY:-as in a shell}"), json::value("as in a shell"));
}

TEST_F(TextTemplateTest, TakesTheDefaultAsTextWhenAVariableIsNotSet) {
    EXPECT_EQ(value("${ENV:UNSET:-8080}"), json::value("8080"));
    EXPECT_EQ(value("${ENV:UNSET:-}"), json::value(""));
    EXPECT_EQ(value("${ENV:UNSET:-{\"a\": {}}}!"), json::value("{\"a\": {}}!"));
    EXPECT_EQ(value("$<ENV:UNSET:-<b>:-}>!"), json::value("<b>:-}!"));
    EXPECT_EQ(value("${ENV:UNSET:-a > b}"), json::value("a > b"));
    EXPECT_EQ(value("${ENV:UNSET:-${ENV:HOME}}"), json::value("${ENV:HOME}"));
}

TEST_F(TextTemplateTest, TellsWhatAPlaceholderIs) {
    const auto text = parsed("é ${ENV:A:-b} $<VAULT:db/main> ${tasks.t.output}");

    const auto& environment = placeholder_of(text, 1);
    EXPECT_EQ(environment.source, Placeholder::Source::Environment);
    EXPECT_EQ(environment.name, "A");
    EXPECT_EQ(environment.default_text, "b");
    EXPECT_EQ(environment.text, "${ENV:A:-b}");
    EXPECT_EQ(environment.offset, 3U);
    const auto& wallet = placeholder_of(text, 3);
    EXPECT_EQ(wallet.source, Placeholder::Source::Vault);
    EXPECT_EQ(wallet.name, "db/main");
    EXPECT_EQ(wallet.default_text, std::nullopt);
    const auto& expression = placeholder_of(text, 5);
    EXPECT_EQ(expression.source, Placeholder::Source::Expression);
    EXPECT_EQ(expression.expression.value().as_path()->task(), "t");
}

TEST_F(TextTemplateTest, NamesThePlaceholderAndItsPlaceWhenItHasNoValue) {
    auto text = parsed("x ${ENV:UNSET}");
    std::get<Placeholder>(text.parts().at(1)).position = {4, 11};
    const auto unset = failure(text);
    EXPECT_EQ(std::string(unset.what()),
              "${ENV:UNSET}: the environment variable 'UNSET' is not set");
    EXPECT_EQ(unset.position(), (SourcePosition{4, 11}));
    EXPECT_TRUE(mentions(unset.hint(), "${ENV:UNSET:-default}"));

    const auto missing = failure(parsed("${inputs.nam}"));
    EXPECT_TRUE(mentions(missing.what(), "${inputs.nam}: the input 'nam' was not given"))
        << missing.what();
    EXPECT_TRUE(mentions(missing.hint(), "did you mean 'name'?")) << missing.hint();
    EXPECT_TRUE(mentions(failure(parsed("is ${nope}")).what(), "${nope}"));
}

TEST_F(TextTemplateTest, ReadsSecrets) {
    scope.secrets = {{"db/main", "s3cret"}, {"tricky", "${inputs.n}"}};
    EXPECT_EQ(value("${WALLET:db/main}"), json::value("s3cret"));
    EXPECT_EQ(value("pw=$<VAULT:db/main>!"), json::value("pw=s3cret!"));
    EXPECT_EQ(value("${WALLET:tricky}${inputs.n}"), json::value("${inputs.n}7"));
    EXPECT_EQ(value("${WALLET:none:-a}, ${VAULT:db/main:-b}"), json::value("a, s3cret"));
}

TEST_F(TextTemplateTest, TellsWhichSecretIsMissing) {
    const std::pair<const char*, const char*> cases[] = {
        {"${WALLET:key}", "put it into the wallet, or give a default: ${WALLET:key:-default}"},
        {"a $<VAULT:key> b", "put it into the vault, or give a default: ${VAULT:key:-default}"}};
    for (const auto& [text, hint] : cases) {
        const auto error = failure(parsed(text));
        EXPECT_TRUE(mentions(error.what(), ":key")) << error.what();
        EXPECT_TRUE(mentions(error.what(), "there is no secret 'key'")) << error.what();
        EXPECT_EQ(error.hint(), hint);
    }
}

TEST_F(TextTemplateTest, RefusesEmptyPlaceholders) {
    for (const auto* const text : {"a ${}", "a $<>", "a ${  }"}) {
        const auto errors = errors_of(text);
        EXPECT_EQ(errors.at(0).offset, 2U) << text;
        EXPECT_TRUE(mentions(errors.at(0).message, "empty")) << errors.at(0).message;
    }
}

TEST_F(TextTemplateTest, ReportsAnUnterminatedPlaceholderAtItsStart) {
    for (const auto* const text :
         {"ab${", "ab$<", "ab${  ", "ab${x", "ab${x.", "ab${x[0]  ", "ab${ENV:", "ab${ENV:A",
          "ab${ENV:A:-", "ab${ENV:A:-{}", "ab$<WALLET:k:-<>", "ab${ENV:A:"}) {
        const auto errors = errors_of(text);
        EXPECT_EQ(errors.size(), 1U) << text;
        EXPECT_EQ(errors.at(0).offset, 2U) << text;
        EXPECT_TRUE(mentions(errors.at(0).message, "not closed")) << errors.at(0).message;
    }
}

TEST_F(TextTemplateTest, ReportsEveryMistakeAtItsPlace) {
    const auto errors = errors_of("é${a ? b} ${c} ${)} ${ENV:1X} ${WALLET:} ${a['x}");

    ASSERT_EQ(errors.size(), 5U);
    EXPECT_EQ(errors[0].offset, 9U);
    EXPECT_TRUE(mentions(errors[0].message, "':' and the other value are expected"));
    EXPECT_EQ(errors[1].offset, 18U);
    EXPECT_EQ(errors[2].offset, 21U);
    EXPECT_TRUE(mentions(errors[2].message, "environment variable"));
    EXPECT_EQ(errors[3].offset, 31U);
    EXPECT_EQ(errors[4].offset, 46U);
}

TEST_F(TextTemplateTest, RefusesTheWrongClosingBracket) {
    EXPECT_EQ(errors_of("${inputs.n>").at(0).offset, 0U);
    EXPECT_EQ(errors_of("$<inputs.n}").at(0).offset, 10U);
}

TEST_F(TextTemplateTest, TakesExpressionsInBracesAndPathsInAngleBrackets) {
    EXPECT_EQ(value("${ {\"a}\": inputs.n > 3}[\"a}\"] }!"), json::value("true!"));
    EXPECT_EQ(value("${inputs.n + 1}"), json::value(8));
    EXPECT_EQ(value("$<inputs.n>3"), json::value("73"));
    const auto error = errors_of("$<inputs.n + 1>").at(0);
    EXPECT_EQ(error.offset, 11U);
    EXPECT_TRUE(mentions(error.hint, "only a path")) << error.hint;
}

TEST_F(TextTemplateTest, PointsToTheSourcesWhenAnotherIsWritten) {
    EXPECT_TRUE(mentions(errors_of("${env:HOME}").at(0).hint, "ENV, WALLET and VAULT"));
}

TEST_F(TextTemplateTest, KnowsThePlaceholdersOfOtherSystems) {
    for (const std::string text : {"${{ inputs.n }}", "${{inputs.n}}", "${{ inputs.n == 7 }}"}) {
        const auto errors = errors_of("a " + text);
        ASSERT_EQ(errors.size(), 1U) << text;
        EXPECT_EQ(errors[0].offset, 2U);
        EXPECT_EQ(errors[0].message, "a placeholder has one pair of braces");
        EXPECT_EQ(errors[0].hint, "write ${...}, not ${{...}}");
    }
    EXPECT_TRUE(mentions(errors_of("${{\"a\" 1}}").at(0).message, "':' and a value"));
    EXPECT_EQ(value("${{1: 2}[1]}"), json::value(2));
}

TEST_F(TextTemplateTest, NeverScansInsertedTextAgain) {
    const std::vector<std::string> hostile{"${ENV:HOME}", "$<ENV:HOME>", "$${x}", "$$", "$",
                                           "{",           "ENV:HOME}",   "}",     ">",  "${",
                                           "ENV:HOME",    "${greeting}"};
    std::mt19937 random(20);
    std::uniform_int_distribution<std::size_t> pick(0, hostile.size() - 1);
    for (int round = 0; round < 500; ++round) {
        const auto& first = hostile[pick(random)];
        const auto& second = hostile[pick(random)];
        scope.roots["first"] = first;
        scope.roots["second"] = second;
        scope.variables["THIRD"] = second + first;

        EXPECT_EQ(value("${first}"), json::value(first));
        std::string both = first + second;
        both.append(second).append(first);
        EXPECT_EQ(value("${first}${second}$<ENV:THIRD>"), json::value(both));
        EXPECT_EQ(value("$$${first}${second}"), json::value("$${first}" + second));
    }
}

TEST_F(TextTemplateTest, ReassemblesEveryTextFromItsParts) {
    const std::vector<std::string> pieces{"$", "{", "}",  "<", ">",  "inputs.n", "ENV:HOME",
                                          " ", "é", ":-", "'", "\"", "[0]",      "$$"};
    std::mt19937 random(7);
    std::uniform_int_distribution<std::size_t> pick(0, pieces.size() - 1);
    for (int round = 0; round < 5'000; ++round) {
        std::string text;
        for (int i = 0; i < 12; ++i) {
            text += pieces[pick(random)];
        }
        const auto result = TextTemplate::parse(text);
        for (const auto& error : result.errors) {
            EXPECT_LE(error.offset, text.size()) << text;
        }
        for (const auto& part : result.text_template.parts()) {
            if (const auto* const placeholder = std::get_if<Placeholder>(&part)) {
                EXPECT_EQ(text.substr(placeholder->offset, placeholder->text.size()),
                          placeholder->text);
            } else {
                EXPECT_FALSE(std::get<std::string>(part).empty());
            }
        }
    }
}

std::string repeated(std::string_view unit, std::size_t bytes) {
    std::string text;
    text.reserve(bytes + unit.size());
    while (text.size() < bytes) {
        text += unit;
    }
    return text;
}

TEST_F(TextTemplateTest, TakesTimeInProportionToHostileTexts) {
    // A quadratic reader needs minutes for a text of this size; the bound leaves room for slow
    // machines.
    const std::clock_t started = std::clock();  // of the processor: others may be at work, too
    for (const auto* const unit :
         {"${", "$", "$$", "$<", "$${", "${a}", "${ENV:A:-", "${ENV:A:-{", "${a[\"", "${a['x",
          "${}", "${a[\"\\", "${a ", "${ENV:", "$<WALLET:k:-<", "${a.", "$<a[0]"}) {
        const auto result = TextTemplate::parse(repeated(unit, std::size_t{1} << 20U));
        EXPECT_LE(result.errors.size(), 10U) << unit;
    }
    EXPECT_LT((std::clock() - started) / CLOCKS_PER_SEC, 20);
}

TEST_F(TextTemplateTest, ResolvesAVeryLongText) {
    const auto text = repeated("${inputs.n},", std::size_t{1} << 20U);
    const auto resolved = value(text);
    EXPECT_EQ(resolved.as_string().size(), text.size() / 12 * 2);
}

// ----- the dialect of the older system -----

struct OlderTextTest : TextTemplateTest {
    OlderTextTest() {
        scope.roots["vars"] = json::parse(R"({"name": "v", "NAME": "V", "n": 5, "none": null,
            "d": {"k": "deep", "a b": 1, "list": [10, 20]}, "json": {"a": [true]},
            "hostile": "{name} ${NAME} }}"})");
        scope.roots["NAME"] = "V";
        scope.secrets = {{"k", "s"}};
    }

    static TextTemplate::Result split(std::string_view text) {
        return TextTemplate::parse(text, TextDialect::Oa3);
    }
    json::value older(std::string_view text) const {
        return split(text).text_template.resolve(scope);
    }
};

TEST_F(OlderTextTest, InsertsVariablesAsText) {
    EXPECT_EQ(older("{name}"), json::value("v"));
    EXPECT_EQ(older("{n}"), json::value("5"));
    EXPECT_EQ(older("{none}"), json::value("null"));
    EXPECT_EQ(older("a {json}{name}, { name }"), json::value(R"(a {"a":[true]}v, v)"));
    EXPECT_EQ(older("say \"hi\" {name}\n"), json::value("say \"hi\" v\n"));
    EXPECT_EQ(older("{missing} {name}"), json::value("{missing} v"));
    EXPECT_EQ(older("${NAME} {name}"), json::value("V v"));
}

TEST_F(OlderTextTest, LooksIntoVariables) {
    EXPECT_EQ(older("{d['k']} {d[\"k\"]} {d[k]} {d.k}"), json::value("deep deep deep deep"));
    EXPECT_EQ(older("{d['a b']}{d.list[1]}"), json::value("120"));
    EXPECT_EQ(older("{d.nope} {d.list[7]} {n.k} {name[0]}"),
              json::value("{d.nope} {d.list[7]} {n.k} {name[0]}"));
}

TEST_F(OlderTextTest, TakesPairsOfBracesForLiteralOnes) {
    EXPECT_EQ(older("{{literal}}"), json::value("{literal}"));
    EXPECT_EQ(older("{{name}} {{{name}}}"), json::value("{name} {v}"));
    EXPECT_EQ(older("{{a {{b}} {name}}}"), json::value("{a {b} v}"));
    EXPECT_EQ(older("${{name}}"), json::value("${name}"));
    EXPECT_EQ(older("{{open {name}"), json::value("{{open v"));
    EXPECT_EQ(older("close}} {name} {{a}}"), json::value("close}} v {a}"));
}

TEST_F(OlderTextTest, LeavesAllOtherBracesAlone) {
    for (const auto* const text : {R"({"a":{"b":1}})",
                                   R"({"a":{"b":{"c":[{}]}}})",
                                   "awk {print $1}",
                                   "{}",
                                   "}",
                                   "{",
                                   "}}",
                                   "{{",
                                   "{1+1}",
                                   "{name!r}",
                                   "{name:>5}",
                                   "{a b}",
                                   "{name",
                                   "{d[}",
                                   "{d['k'}",
                                   "{d.}",
                                   "{d[]}",
                                   "{.k}",
                                   "{é}",
                                   "{name\n}",
                                   "function f() { return 1; }",
                                   "{__import__('os').getcwd()}",
                                   "WALLET{}",
                                   "{WALLET:}",
                                   "{ENV:1X}",
                                   "ENV{a b}",
                                   "${{WALLET:k}",
                                   "$"}) {
        EXPECT_EQ(older(text), json::value(text));
    }
}

TEST_F(OlderTextTest, KnowsTheOtherSpellingsOfSources) {
    EXPECT_EQ(older("{ENV:HOME} ENV{HOME} ${{ENV:HOME}} ${ENV:HOME}"),
              json::value("/home/ada /home/ada /home/ada /home/ada"));
    EXPECT_EQ(older("{WALLET:k}{VAULT:k} WALLET{k}VAULT{k}-${{WALLET:k}}${VAULT:k}"),
              json::value("ss ss-ss"));
    EXPECT_EQ(older("{ENV:UNSET:-x} ENV{UNSET:-y}"), json::value("x y"));
    EXPECT_EQ(older("MY_ENV{HOME}"), json::value("MY_ENV{HOME}"));
    EXPECT_TRUE(mentions(failure(split("{WALLET:none}").text_template).what(), "'none'"));
    EXPECT_TRUE(mentions(failure(split("ENV{UNSET}").text_template).what(), "'UNSET'"));
    EXPECT_TRUE(Template(split("a WALLET{k}").text_template).names_secret());
}

TEST_F(OlderTextTest, NeverScansInsertedTextAgain) {
    EXPECT_EQ(older("{{ {hostile} }}"), json::value("{ {name} ${NAME} }} }"));
}

TEST_F(OlderTextTest, LeavesWhatItCannotReadWithARemark) {
    const auto result = split("${1x} {name} ${} ${ENV:1X} ${a");
    EXPECT_EQ(result.text_template.resolve(scope), json::value("${1x} v ${} ${ENV:1X} ${a"));
    ASSERT_EQ(result.errors.size(), 4U);
    EXPECT_EQ(result.errors[1].offset, 13U);
    EXPECT_EQ(split(std::string(200, '$') + "{}${}").errors.size(), 1U);
}

TEST_F(OlderTextTest, TakesTimeInProportionToHostileTexts) {
    const std::clock_t started = std::clock();  // of the processor: others may be at work, too
    for (const auto* const unit : {"{", "}", "{{", "}}", "{{a", "{a['", "{a[\"x", "{a", "{a.b",
                                   "WALLET{", "ENV{a", "${{", "${{ENV:", "${a[\"", "{a}", "${a"}) {
        const auto result = split(repeated(unit, std::size_t{1} << 20U));
        EXPECT_LE(result.errors.size(), 10U) << unit;
    }
    EXPECT_LT((std::clock() - started) / CLOCKS_PER_SEC, 20);
}

TEST_F(TextTemplateTest, KnowsOlderSpellingsOnlyInTheOlderDialect) {
    for (const auto* const text : {"{name}", "{{a}}", "{ENV:HOME}", "WALLET{k}"}) {
        EXPECT_EQ(value(text), json::value(text));
    }
}

struct TemplateTest : TextTemplateTest {
    static Template text(std::string_view written) { return Template(parsed(written)); }

    static Template sample() {
        Template::Object inner;
        inner.push_back({"${greeting}", text("x${inputs.n}")});
        Template::Array items;
        items.push_back(text("${inputs.n}"));
        items.emplace_back(json::value(2.5));
        items.push_back(Template(std::move(inner)));
        Template::Object fields;
        fields.push_back({"items", Template(std::move(items))});
        fields.push_back({"plain", Template(json::value("${never scanned}"))});
        return Template(std::move(fields));
    }
};

TEST_F(TemplateTest, IsNullByDefault) {
    const Template empty;
    EXPECT_TRUE(empty.is_literal());
    EXPECT_EQ(empty.resolve(scope), json::value(nullptr));
}

TEST_F(TemplateTest, ResolvesStringsInArraysAndObjectsButNoKeys) {
    EXPECT_EQ(sample().resolve(scope), json::parse(R"({"items": [7, 2.5, {"${greeting}": "x7"}],
                              "plain": "${never scanned}"})"));
}

TEST_F(TemplateTest, KeepsTheOrderOfFields) {
    Template::Object fields;
    fields.push_back({"z", text("${inputs.n}")});
    fields.push_back({"a", text("1")});
    EXPECT_EQ(json::serialize(Template(std::move(fields)).resolve(scope)), R"({"z":7,"a":"1"})");
}

TEST_F(TemplateTest, BecomesAValueWhereNothingIsToBeFilledIn) {
    Template::Object fields;
    fields.push_back({"text", text("$${literal}")});
    Template::Array items;
    items.push_back(text("plain"));
    fields.push_back({"items", Template(std::move(items))});
    const Template literal(std::move(fields));

    ASSERT_TRUE(literal.is_literal());
    EXPECT_EQ(literal.literal(), json::parse(R"({"text": "${literal}", "items": ["plain"]})"));
    EXPECT_EQ(literal.find("text"), nullptr);
    EXPECT_TRUE(Template(Template::Object{}).literal().is_object());
    EXPECT_TRUE(Template(Template::Array{}).literal().is_array());
    EXPECT_EQ(text("").literal(), json::value(""));
}

TEST_F(TemplateTest, VisitsEveryPlaceholder) {
    std::vector<std::string> seen;
    sample().for_each_placeholder([&seen](const Placeholder& p) { seen.push_back(p.text); });
    EXPECT_EQ(seen, (std::vector<std::string>{"${inputs.n}", "${inputs.n}"}));
    Template().for_each_placeholder([](const Placeholder&) { ADD_FAILURE(); });
}

TEST_F(TemplateTest, KnowsWhetherItNamesASecret) {
    EXPECT_TRUE(text("${WALLET:k}").names_secret());
    EXPECT_TRUE(text("a ${inputs.n} $<VAULT:k:-x>").names_secret());
    EXPECT_FALSE(text("${inputs.n} ${ENV:HOME} $${WALLET:k}").names_secret());
    EXPECT_FALSE(sample().names_secret());
    Template::Object fields;
    Template::Array items;
    items.push_back(text("${VAULT:k}"));
    fields.push_back({"items", Template(std::move(items))});
    EXPECT_TRUE(Template(std::move(fields)).names_secret());
    EXPECT_FALSE(Template().names_secret());
}

TEST_F(TemplateTest, FindsTheTemplateOfAField) {
    const auto object = sample();
    ASSERT_NE(object.find("plain"), nullptr);
    EXPECT_EQ(object.find("plain")->literal(), json::value("${never scanned}"));
    EXPECT_EQ(object.find("other"), nullptr);
    EXPECT_EQ(text("${inputs.n}").find("x"), nullptr);
}

TEST_F(TemplateTest, CanBeCopied) {
    const auto original = sample();
    const auto copy = original;  // NOLINT(performance-unnecessary-copy-initialization)
    EXPECT_EQ(copy.resolve(scope), original.resolve(scope));
}

}  // namespace
}  // namespace oa::core
