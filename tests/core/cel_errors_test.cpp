// What people are told who write something else than CEL.

#include <string>
#include <vector>

#include "tests/core/cel_fixture.hpp"

namespace oa::core::cel {
namespace {

struct CelErrorsTest : CelTest {
    CelErrorsTest() {
        activation = JsonActivation(
            R"({"inputs": {"name": "Ada", "count": 3}, "list": [1, {"a": null}], "text": "words"})");
    }
};

struct Mistake {
    std::string_view text;
    std::size_t offset;
    std::string_view message;
    std::string_view hint;
};

TEST_F(CelErrorsTest, PointToTheOperatorThatWasMeant) {
    const std::vector<Mistake> mistakes{{"a = b", 2, "'='", "=="},
                                        {"a === b", 4, "'='", "=="},
                                        {"a <> b", 3, "'<>'", "!="},
                                        {"a and b", 2, "'and'", "&&"},
                                        {"a or b", 2, "'or'", "||"},
                                        {"not a", 4, "'a'", "!a"},
                                        {"a not in b", 2, "'not'", "!(a in b)"},
                                        {"a & b", 2, "'&'", "&&"},
                                        {"a | b", 2, "'|'", "||"},
                                        {"a ** b", 3, "'**'", "multiply"},
                                        {"a ?? b", 3, "'?\?'", "has("},
                                        {"a; b", 1, "';'", "nothing follows"},
                                        {"a =~ 'b'", 2, "'=~'", "matches"},
                                        {"${a}", 0, "'${'", "without ${}"},
                                        {"a == ${b}", 5, "'${'", "without ${}"},
                                        {"a is b", 2, "'is'", "=="},
                                        {"if a", 0, "'if'", "? one : other"}};
    for (const auto& mistake : mistakes) {
        const auto error = refused(mistake.text);
        EXPECT_EQ(error.offset, mistake.offset) << mistake.text;
        EXPECT_TRUE(mentions(error.message, mistake.message)) << mistake.text << error.message;
        EXPECT_TRUE(mentions(error.hint, mistake.hint)) << mistake.text << error.hint;
    }
}

TEST_F(CelErrorsTest, PointToTheNameThatWasMeant) {
    EXPECT_EQ(failure("inputs.name == True").hint, "write true");
    EXPECT_EQ(failure("inputs.name == None").hint, "write null");
    EXPECT_EQ(failure("inptus").hint, "did you mean 'inputs'?");
    EXPECT_EQ(failure("text.toUpperCase()").hint, "did you mean 'upperAscii'?");
    EXPECT_EQ(failure("upperAscii(text)").hint, "it is called as value.upperAscii(...)");
    EXPECT_EQ(failure("text.int()").hint, "it is called as int(value)");
    EXPECT_EQ(failure("max(1, 2)").hint, "did you mean 'math.greatest'?");
    EXPECT_EQ(failure("math.max(1, 2)").hint, "did you mean 'math.greatest'?");
    EXPECT_EQ(failure("list.any(x, x == 1)").hint, "did you mean 'exists'?");
    EXPECT_TRUE(mentions(failure("list.filter(x)").hint, "list.filter(item"));
    EXPECT_EQ(failure("text.length").hint, "the number of its characters is size(text)");
    EXPECT_EQ(failure("list.length").hint, "the number of its items is size(list)");
}

TEST_F(CelErrorsTest, TellWhereALiteralIsBroken) {
    const std::vector<Mistake> mistakes{{"'abc", 0, "not closed with '", ""},
                                        {"'a\nb'", 0, "not closed", "\\n"},
                                        {"\"\"\"abc\"", 0, "not closed with \"\"\"", ""},
                                        {"'\\q'", 1, "no known escape", "r\""},
                                        {"b'\\u0041'", 2, "bytes have no escape", "\\xFF"},
                                        {"0x", 0, "hexadecimal digits", ""},
                                        {"12abc", 2, "'a'", "digit"},
                                        {"9223372036854775808", 0, "64 bits", "u behind it"},
                                        {"-9223372036854775809", 0, "64 bits", ""},
                                        {"1e999", 0, "too large", ""},
                                        {"a.`b", 2, "not closed with `", ""},
                                        {"a.``", 2, "missing", ""}};
    for (const auto& mistake : mistakes) {
        const auto error = refused(mistake.text);
        EXPECT_EQ(error.offset, mistake.offset) << mistake.text;
        EXPECT_TRUE(mentions(error.message, mistake.message)) << mistake.text << error.message;
        EXPECT_TRUE(mentions(error.hint, mistake.hint)) << mistake.text << error.hint;
    }
}

TEST_F(CelErrorsTest, TellWhatIsMissing) {
    const std::vector<Mistake> mistakes{{"", 0, "an expression is missing", ""},
                                        {"a +", 3, "ends where a value is expected", ""},
                                        {"(a", 2, "')' is expected", ""},
                                        {"[a", 2, "']' is expected", ""},
                                        {"{a", 2, "':' and a value", ""},
                                        {"{a: b", 5, "'}' is expected", ""},
                                        {"f(a", 3, "')' is expected", ""},
                                        {"f(a,)", 4, "a value is expected", ""},
                                        {"a ? b", 5, "':' and the other value", ""},
                                        {"a.", 2, "a field name", "[\"like this\"]"},
                                        {"a.in", 2, "reserved word", "[\"in\"]"},
                                        {"has(a)", 4, "has() takes a field", ""},
                                        {"has(a['b'])", 4, "has() takes a field", "\"key\" in map"},
                                        {"a.map(1, 2)", 6, "the name of a variable", ""},
                                        {"a.all(x, x, 1)", 9, "different names", ""}};
    for (const auto& mistake : mistakes) {
        const auto error = refused(mistake.text);
        EXPECT_EQ(error.offset, mistake.offset) << mistake.text;
        EXPECT_TRUE(mentions(error.message, mistake.message)) << mistake.text << error.message;
        EXPECT_TRUE(mentions(error.hint, mistake.hint)) << mistake.text << error.hint;
    }
}

TEST_F(CelErrorsTest, NameValuesAndPlacesOfWhatFails) {
    const std::vector<Mistake> mistakes{
        {"inputs.count + '1'", 13, "cannot add an integer and a string", "string(x)"},
        {"inputs.count * 1.5", 13, "an integer by a double", "2.0"},
        {"inputs.count > '2'", 13, "an integer with a string", "int(x)"},
        {"'a' in text", 4, "a string in a string", "contains"},
        {"1 + null", 2, "an integer and null", ""},
        {"null < 1", 5, "null with an integer", "== null"},
        {"text.charAt(9)", 5, "position 9", "from 0"},
        {"text.substring(3, 1)", 5, "from position 3 to 1", ""},
        {"int('x')", 0, "'x' is no whole number", ""},
        {"int('1.5')", 0, "'1.5'", "int(double(text))"},
        {"{'a': 1, 'a': 2}", 0, "'a' stands twice", ""},
        {"{list: 1}", 0, "not a list", ""},
        {"list[1.5]", 5, "a position is a whole number", ""},
        {"list[5]", 5, "list has 2 items", ""},
        {"list[1].a.b", 10, "list[1].a is null", ""},
        {"(list + list)[1].b", 17, "list + list[1] has no field 'b'", ""},
        {"text.map(x, x)", 5, "a list or a map, not a string", ""},
        {"list.all(x, x)", 5, "the test in all() gives true or false", ""},
        {"text && true", 0, "text is a string", "=="},
        {"text ? 1 : 2", 5, "true or false, not a string", ""},
        {"math.greatest([])", 5, "empty list", ""},
        {"[1].join(',')", 4, "item 0 is 1", "string(item)"},
        {"'%d'.format(['x'])", 5, "%d takes a whole number, not 'x'", "%s"},
        {"'%s %s'.format(['x'])", 8, "no value number 2", ""},
        {"'%y'.format(['x'])", 5, "what follows '%'", "%%"},
        {"timestamp('x')", 0, "'x' is no instant", "RFC 3339"},
        {"timestamp(0).getHours('Mars/X')", 13, "no time zone 'Mars/X'", "Europe/Berlin"},
        {"base64.decode('?')", 7, "not in base64", ""},
        {"string(b'\\xff')", 0, "no text in UTF-8", "base64"}};
    for (const auto& mistake : mistakes) {
        const auto error = failure(mistake.text);
        EXPECT_EQ(error.offset, mistake.offset) << mistake.text << ": " << error.message;
        EXPECT_TRUE(mentions(error.message, mistake.message)) << mistake.text << error.message;
        EXPECT_TRUE(mentions(error.hint, mistake.hint)) << mistake.text << error.hint;
    }
}

TEST_F(CelErrorsTest, TellOfTheFirstPartThatFailedWhenNothingMakesUpForIt) {
    EXPECT_EQ(failure("inputs.a == 1 || inputs.b == 2").message,
              "inputs has no field 'a'; it has name, count");
    EXPECT_EQ(failure("inputs.a == 1 || (inputs.b == 2 || true) && false").offset, 7U);
    EXPECT_EQ(failure("[1, 2].exists(x, 1 / (x - 1) > 9)").message, "division by zero");
}

TEST_F(CelErrorsTest, KeepHostileNamesShortAndOnOneLine) {
    const auto error = failure("inputs['" + std::string(5'000, 'x') + "\\n']");
    EXPECT_LT(error.message.size(), 300U);
    EXPECT_EQ(error.message.find('\n'), std::string::npos);
}

}  // namespace
}  // namespace oa::core::cel
