#include "core/workflow/yaml.hpp"

#include <string>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "core/json/json.hpp"
#include "core/workflow/yaml_value.hpp"

namespace oa::core {
namespace {

std::string diagnostics(std::string_view text, const YamlLimits& limits = {}) {
    std::string words;
    for (const Diagnostic& diagnostic : parse_yaml(text, "f", limits).diagnostics) {
        words += to_string(diagnostic) + "\n";
    }
    return words;
}

void append_value(std::string& out, const YamlNode& node, YamlDialect dialect) {
    const char* separator = "";
    if (node.kind == YamlNode::Kind::Scalar) {
        const ScalarValue read = scalar_value(node, dialect);
        out += read.value ? write_json(*read.value) : "!";
    } else if (node.kind == YamlNode::Kind::Sequence) {
        out += '[';
        for (const YamlNode* item : node.items) {
            out += std::exchange(separator, ",");
            append_value(out, *item, dialect);
        }
        out += ']';
    } else {
        out += '{';
        for (const YamlNode::Entry& entry : node.entries) {
            out += std::exchange(separator, ",") + entry.key + ":";
            append_value(out, *entry.value, dialect);
        }
        out += '}';
    }
}

/// The document in a short notation like JSON's; `!` for a scalar without a value.
std::string value(std::string_view text, YamlDialect dialect = YamlDialect::Core) {
    const YamlResult result = parse_yaml(text, "f");
    EXPECT_TRUE(result.diagnostics.empty()) << diagnostics(text);
    std::string out;
    if (result.root != nullptr) {
        append_value(out, *result.root, dialect);
    }
    return out;
}

std::string place(const YamlNode& node) {
    return std::to_string(node.position.line) + ":" + std::to_string(node.position.column) + "@" +
           std::to_string(node.offset);
}

TEST(YamlTest, ReadsCollectionsAndScalars) {
    EXPECT_EQ(value("a: 1\nb:\n  - x\n  - {c: [], d: {}}\ne: |\n  t\nf: >-\n  u\n  v\n"),
              R"({a:1,b:["x",{c:[],d:{}}],e:"t\n",f:"u v"})");
}

TEST(YamlTest, FollowsTheCoreSchema) {
    EXPECT_EQ(value("[null, Null, NULL, ~, nULL, '', \"null\", !!str null]"),
              R"([null,null,null,null,"nULL","","null","null"])");
    EXPECT_EQ(value("[true, True, FALSE, tRUE, yes, no, on, Off, y, 'true']"),
              R"([true,true,false,"tRUE","yes","no","on","Off","y","true"])");
    EXPECT_EQ(value("[0, -5, +7, 010, 0o17, 0x1fF, 0b1, 1_000, 0o8, -0x1, 0x]"),
              R"([0,-5,7,10,15,511,"0b1","1_000","0o8","-0x1","0x"])");
    EXPECT_EQ(value("[1.5, .5, 5., -1e3, 1E+2, 1e, ., +.5, -, 1.2.3, 1e-400]"),
              R"([1.5,0.5,5.0,-1000.0,100.0,"1e",".",0.5,"-","1.2.3",0.0])");
    EXPECT_EQ(value("[22:30, 2020-01-01, 1:2:3, 0.1.2, 12:00:00]"),
              R"(["22:30","2020-01-01","1:2:3","0.1.2","12:00:00"])");
}

TEST(YamlTest, KeepsIntegersOf64BitsAndNoLargerOnes) {
    EXPECT_EQ(value("[9223372036854775807, -9223372036854775808, 18446744073709551615, "
                    "0xffffffffffffffff]"),
              "[9223372036854775807,-9223372036854775808,18446744073709551615,"
              "18446744073709551615]");
    EXPECT_EQ(value("[18446744073709551616, -9223372036854775809, 1e999, -1e999, .inf, -.INF, "
                    ".nan]"),
              "[!,!,!,!,!,!,!]");
}

TEST(YamlTest, ReadsMoreBooleansInTheOlderDialect) {
    EXPECT_EQ(value("[yes, Yes, YES, no, on, OFF, y, yEs, 'yes', 22:30]", YamlDialect::Oa3),
              R"([true,true,true,false,true,false,"y","yEs","yes","22:30"])");
}

TEST(YamlTest, HonoursCoreTagsAndRefusesOthers) {
    EXPECT_EQ(
        value("[!!int '5', !!float 3, !!bool 'true', !!null '', ! 5, !!seq [1], !!map {a: 1}]"),
        R"([5,3.0,true,null,"5",[1],{a:1}])");
    EXPECT_EQ(diagnostics("a: !foo 1\nb: !!binary x\nc: !!int x\nd: !!map [1]\ne: !!set {a}\n"),
              "f:1:4: error: the tag '!foo' is not supported; quote a text that begins with '!'\n"
              "f:2:4: error: the tag 'tag:yaml.org,2002:binary' is not supported; known are !!str, "
              "!!int, !!float, !!bool, !!null, !!seq and !!map\n"
              "f:3:10: error: 'x' does not fit the tag !!int\n"
              "f:4:4: error: the tag 'tag:yaml.org,2002:map' does not fit here; leave it out, or "
              "write !!seq\n"
              "f:5:4: error: the tag 'tag:yaml.org,2002:set' does not fit here; leave it out, or "
              "write !!map\n");
}

TEST(YamlTest, CountsColumnsInCharactersAndOffsetsInBytes) {
    const YamlResult result =
        parse_yaml("\xef\xbb\xbf\"é\": {ü: x}\r\n\U0001F600k: &a !!str v\n", "f");
    ASSERT_NE(result.root, nullptr);
    const auto& first = result.root->entries[0];
    EXPECT_EQ(first.key_position, (SourcePosition{1, 1}));
    EXPECT_EQ(place(*first.value), "1:6@9");
    EXPECT_EQ(first.value->entries[0].key_position, (SourcePosition{1, 7}));
    EXPECT_EQ(place(*first.value->entries[0].value), "1:10@14");
    EXPECT_EQ(place(*result.root->entries[1].value), "2:14@34");
}

TEST(YamlTest, PlacesAnEmptyValueAtItsKeyOrDash) {
    const YamlResult result = parse_yaml("a:\n\n# comment\nb:\n  -\n  - [x, ]\n", "f");
    ASSERT_NE(result.root, nullptr);
    EXPECT_EQ(result.root->entries[0].value->position, (SourcePosition{1, 1}));
    EXPECT_EQ(result.root->entries[1].value->items[0]->position, (SourcePosition{5, 3}));
}

TEST(YamlTest, TellsHowAScalarWasWritten) {
    const YamlResult result = parse_yaml("[a, 'a', \"a\", !!str a, &x 'a']\n", "f");
    ASSERT_NE(result.root, nullptr);
    std::string styles;
    for (const YamlNode* item : result.root->items) {
        styles += item->style == YamlNode::Style::Plain ? 'p' : 'q';
    }
    EXPECT_EQ(styles, "pqqqq");
    EXPECT_EQ(parse_yaml("a: |\n  x\n", "f").root->entries[0].value->style, YamlNode::Style::Block);
    EXPECT_EQ(parse_yaml("a: &x >\n  x\n", "f").root->entries[0].value->style,
              YamlNode::Style::Block);
}

TEST(YamlTest, RefusesADuplicateKeyAndNamesTheFirst) {
    EXPECT_EQ(
        diagnostics("a: 1\nb: {x: 1, y: 2, \"x\": 3}\n'a': 2\n"),
        "f:2:17: error: the key 'x' stands twice in this mapping; the first one is in line 2, "
        "column 5\n"
        "f:3:1: error: the key 'a' stands twice in this mapping; the first one is in line 1, "
        "column 1\n");
    std::string many;
    for (int i = 0; i < 100; ++i) {
        many += "k" + std::to_string(i) + ": 1\n";
    }
    EXPECT_EQ(
        diagnostics(many + "k99: 2\nk0: 2\n"),
        "f:101:1: error: the key 'k99' stands twice in this mapping; the first one is in line "
        "100, column 1\n"
        "f:102:1: error: the key 'k0' stands twice in this mapping; the first one is in line "
        "1, column 1\n");
}

TEST(YamlTest, RefusesKeysThatAreNoTexts) {
    EXPECT_EQ(
        diagnostics("? [a]\n: 1\n{b: c}: 2\n~: 3\nnull: 4\n: 5\n"),
        "f:1:3: error: a key must be a text, not a list; quote a text that begins with '['\n"
        "f:3:1: error: a key must be a text, not a mapping; quote a text that begins with '{'\n"
        "f:4:1: error: the key '~' is not a text; put it into quotes\n"
        "f:5:1: error: the key 'null' is not a text; put it into quotes\n"
        "f:6:1: error: a key is missing in front of ':'\n");
    EXPECT_EQ(value("1: a\ntrue: b\n'~': c\n"), R"({1:"a",true:"b",~:"c"})");
}

// ----- anchors, aliases and merge keys -----

TEST(YamlTest, SharesTheNodeOfAnAlias) {
    const YamlResult result = parse_yaml("a: &x [1]\nb: *x\nc: &k key\n*k : d\n", "f");
    ASSERT_NE(result.root, nullptr) << diagnostics("a: &x [1]\nb: *x\nc: &k key\n*k : d\n");
    EXPECT_EQ(result.root->entries[0].value, result.root->entries[1].value);
    EXPECT_EQ(result.root->entries[3].key, "key");
}

TEST(YamlTest, MergesMappings) {
    EXPECT_EQ(value("base: &b {x: 1, y: 2}\n"
                    "more: &m {y: 3, z: 4}\n"
                    "one: {<<: *b, y: 9}\n"
                    "two:\n  k: 0\n  <<: [*m, *b]\n"
                    "inline: {<<: {q: 1}}\n"
                    "quoted: {\"<<\": 1}\n"),
              "{base:{x:1,y:2},more:{y:3,z:4},one:{y:9,x:1},two:{k:0,y:3,z:4,x:1},inline:{q:1},"
              "quoted:{<<:1}}");
    EXPECT_EQ(
        diagnostics("a: {<<: 1}\nb: {<<: [{x: 1}, 2]}\n"),
        "f:1:9: error: '<<' takes a mapping or a list of mappings; quote the key to mean it\n"
        "f:2:9: error: '<<' takes a mapping or a list of mappings; quote the key to mean it\n");
}

TEST(YamlTest, RefusesAliasesThatLeadNowhereOrInCircles) {
    EXPECT_EQ(
        diagnostics("a: *x\n"),
        "f:1:4: error: not valid YAML: this alias names no anchor above it; quote a text that "
        "begins with '*'\n");
    EXPECT_EQ(diagnostics("a: &x {b: [*x]}\n"),
              "f:1:12: error: this alias stands within the node that it names\n");
}

TEST(YamlTest, LetsAliasesExpandTheDocumentTenfoldAndNoMore) {
    const auto document = [](int aliases) {
        std::string text =
            "a: &a [x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x]\nb:\n";
        for (int i = 0; i < aliases; ++i) {
            text += "- *a\n";
        }
        return text;
    };
    // 23 + n nodes are written, 23 + 21 n stand for them.
    EXPECT_EQ(diagnostics(document(18)), "");
    EXPECT_EQ(diagnostics(document(19)),
              "f:3:3: error: aliases expand the document beyond 10 times its nodes, or beyond "
              "300000 nodes; this alias brings the most; write less with aliases\n");
}

// ----- what is no document -----

TEST(YamlTest, RefusesSeveralDocuments) {
    const std::string error =
        "error: a second document begins here; a file holds one; put it into "
        "a file of its own\n";
    EXPECT_EQ(diagnostics("a: 1\n---\nb: 2\n"), "f:2:1: " + error);
    EXPECT_EQ(diagnostics("---\na: 1\n...\n# c\nb: 2\n"), "f:5:1: " + error);
    EXPECT_EQ(diagnostics("---\n---\na: 1\n"), "f:2:1: " + error);
    EXPECT_EQ(diagnostics("a: |\n  text\n--- x\n"), "f:3:1: " + error);
    EXPECT_EQ(value("%YAML 1.2\n--- # start\na: ---x\nb: |\n  ---\n  ...\n...\n# end\n"),
              R"({a:"---x",b:"---\n...\n"})");
}

TEST(YamlTest, RefusesADocumentThatIsNoCollection) {
    for (const char* text : {"", "# only\n", "---\n", "%YAML 1.2\n", "\xef\xbb\xbf"}) {
        EXPECT_EQ(parse_yaml(text, "f").diagnostics.size(), 1U) << text;
        EXPECT_EQ(parse_yaml(text, "f").root, nullptr) << text;
    }
    for (const char* text : {"a\n]", "text", "\"text\"", ",", ", a", "\"", "5"}) {
        EXPECT_NE(diagnostics(text), "") << text;
        EXPECT_EQ(parse_yaml(text, "f").root, nullptr) << text;
    }
}

TEST(YamlTest, RefusesCharactersThatAreNoText) {
    const auto error = [](std::string_view text) { return diagnostics(text); };
    EXPECT_EQ(error(std::string_view("é: a\0b", 7)),
              "f:1:5: error: a NUL character stands in the text; save the file as UTF-8\n");
    EXPECT_EQ(error("a: 1\nb: \x1b[0m"),
              "f:2:4: error: the control character U+001B cannot stand in YAML; write it as an "
              "escape in a double-quoted text\n");
    EXPECT_EQ(error("a: \x7f"),
              "f:1:4: error: the control character U+007F cannot stand in YAML; write it as an "
              "escape in a double-quoted text\n");
    EXPECT_EQ(error("é: \xc3("),
              "f:1:4: error: the byte 0xC3 is not valid UTF-8 here; save the file as UTF-8\n");
    EXPECT_EQ(
        error("a: 1\rb: 2\r"),
        "f:1:5: error: a line ends with a carriage return alone; end lines with a line feed\n");
    EXPECT_EQ(error("\xff\xfe"
                    "a"),
              "f:1:1: error: the text is UTF-16; save the file as UTF-8\n");
    for (const char* text : {"a: \xc0\xaf", "a: \xed\xa0\x80", "a: \xf4\x90\x80\x80", "a: \x80",
                             "a: \xe2\x82", "a: \xf8\x88\x80\x80\x80", "a: \xc2\x80"}) {
        EXPECT_NE(error(text), "") << text;
    }
    EXPECT_EQ(value("a: \"\\u0001\\t é € \U0001F600\"\n"), "{a:\"\\u0001\\t é € \U0001F600\"}");
}

TEST(YamlTest, SaysWhatIsWrongWithTheGrammar) {
    EXPECT_EQ(diagnostics("a: b: c\n"),
              "f:1:5: error: not valid YAML: a ':' stands where no value can begin; quote a text "
              "that has ': ' in it, and look at the indentation\n");
    EXPECT_EQ(diagnostics("a:\n\tb: 1\n"),
              "f:2:3: error: not valid YAML: a tab cannot indent; use spaces\n");
    EXPECT_EQ(diagnostics("a: 1\n]\n"),
              "f:2:1: error: not valid YAML: this bracket closes nothing\n");
    EXPECT_EQ(diagnostics("a: \"x\n"),
              "f:1:4: error: the quoted text that begins here is not closed\n");
    EXPECT_EQ(diagnostics("a: 'it''s\n"),
              "f:1:4: error: the quoted text that begins here is not closed\n");
    EXPECT_EQ(diagnostics("a: \"x\nb: 1\n"),
              "f:1:4: error: the quoted text that begins here is not closed\n");
    EXPECT_EQ(diagnostics("a: [1, 2\n"), "f:1:4: error: not valid YAML: this '[' is not closed\n");
    EXPECT_EQ(diagnostics("a:\n  - {b: {}, c: [1]\n  - {d: 1}\n"),
              "f:2:5: error: not valid YAML: this '{' is not closed\n");
    EXPECT_EQ(
        diagnostics("a: {b: 1,\n  c: {d: e: f}}\n"),
        "f:2:11: error: not valid YAML: the mapping is not closed, or a ',' is missing; quote "
        "a text with braces in it\n");
    EXPECT_EQ(diagnostics("a: {b: ${c}}\n"),
              "f:1:9: error: not valid YAML: the mapping is not closed, or a ',' is missing; quote "
              "a text with braces in it\n");
    EXPECT_EQ(diagnostics("a: 'b' == c\n"),
              "f:1:8: error: not valid YAML: this does not fit the mapping that it stands in; look "
              "at the indentation, for a ':' that is missing, and for a text that goes on behind "
              "its quotes\n");
    EXPECT_EQ(diagnostics("a: é: c\n").substr(0, 6), "f:1:5:");
}

// ----- limits -----

TEST(YamlTest, AllowsWhatIsJustWithinTheLimits) {
    const std::string deep = std::string(64, '[') + std::string(64, ']');
    EXPECT_EQ(diagnostics(deep), "");
    EXPECT_EQ(diagnostics("[" + deep + "]"),
              "f:1:65: error: collections are nested deeper than 64\n");
    const YamlLimits small{.scalar_bytes_max = 10};
    EXPECT_EQ(diagnostics("a: 0123456789\nb: \"0123456789\"\n", small), "");
    EXPECT_EQ(diagnostics("a: 01234567890\n", small),
              "f:1:4: error: a text has more than 10 bytes\n");
    EXPECT_EQ(diagnostics("a:\n  01234\n  567890\n", small),
              "f:2:3: error: a text has more than 10 bytes\n");
    EXPECT_EQ(diagnostics("a: |\n    0123\n    4567\n", small), "");
    EXPECT_EQ(diagnostics("a: |\n    0123\n    45678\n", small),
              "f:1:4: error: a text has more than 10 bytes\n");
    EXPECT_EQ(diagnostics("[a, b]\n", {.nodes_max = 3}), "");
    EXPECT_EQ(diagnostics("[a, b, c]\n", {.nodes_max = 3}),
              "f:1:8: error: the document has more than 3 nodes\n");
    EXPECT_EQ(diagnostics("a: 1", {.bytes_max = 3}),
              "f: error: the file has 4 bytes; at most 3 are allowed\n");
}

TEST(YamlTest, CountsTheTasksOfEitherShapeEarly) {
    const YamlLimits two{.tasks_max = 2};
    EXPECT_EQ(diagnostics("tasks:\n- a\n- b\nother:\n- x\n- y\n- z\n", two), "");
    EXPECT_EQ(diagnostics("tasks:\n- a\n- b\n- c\n", two),
              "f:4:1: error: the workflow has more than 2 tasks\n");
    EXPECT_EQ(diagnostics("other: 1\ntasks:\n  - a:\n    - 1\n    - 2\n    - 3\n  - b\n", two), "");
    EXPECT_EQ(
        diagnostics("x: 1\ntasks:\n  # c\n  - a: |\n      - x\n      - y\n  - b\n\n  - c\n", two),
        "f:9:3: error: the workflow has more than 2 tasks\n");
    EXPECT_EQ(diagnostics("- v: 1\n  tasks:\n    - a\n    - b\n    - c\n", two),
              "f:5:5: error: the workflow has more than 2 tasks\n");
    EXPECT_EQ(diagnostics("- tasks:\n    - a\n    - b\n- x\n- y\n", two), "");
}

TEST(YamlTest, MistakesNoTextForSomethingElse) {
    // Brackets, quotes, dashes and markers inside of scalars are text.
    const std::string brackets(2'000, '[');
    EXPECT_EQ(diagnostics("a: |\n  " + brackets + "\nb: \"" + brackets + "\"\nc: '" + brackets +
                          "'\nd: x" + brackets + "\ne: # " + brackets + "\n  z\n"),
              "");
    EXPECT_EQ(diagnostics("a: some\n  \"text 'with\n  " + brackets + "\nb: it's\nc: 1\n"), "");
    EXPECT_EQ(
        diagnostics("- - a: |\n     " + brackets + "\n- b: >2\n      x\n    " + brackets + "\n"),
        "");
    EXPECT_EQ(diagnostics("a: {b: \"x\", c: [it's, d\"e], f: 'g''h'}\ni: j\n"), "");
    EXPECT_EQ(diagnostics("? a\n: |\n " + brackets + "\n"), "");
}

}  // namespace
}  // namespace oa::core
