// What expressions may cost, and that hostile ones end in an error that names the limit.

#include <string>
#include <thread>
#include <vector>

#include "tests/core/cel_fixture.hpp"

namespace oa::core::cel {
namespace {

struct CelLimitsTest : CelTest {
    void bind_numbers(std::size_t count) {
        boost::json::array numbers;
        for (std::size_t i = 0; i < count; ++i) {
            numbers.emplace_back(boost::json::object{{"n", i}, {"name", "item"}});
        }
        activation.values["list"] = std::move(numbers);
    }

    /// A list within a list, so many times.
    static boost::json::value nested(std::size_t depth) {
        boost::json::value value = 1;
        for (std::size_t i = 0; i < depth; ++i) {
            boost::json::array outer;
            outer.push_back(std::move(value));
            value = std::move(outer);
        }
        return value;
    }
};

TEST_F(CelLimitsTest, LeaveRoomForWorkOnLongLists) {
    bind_numbers(10'000);
    EXPECT_EQ(evaluated("size(list.filter(x, x.n % 2 == 0 && x.name == 'item').map(x, x.n * 2))"),
              "5000");
    EXPECT_EQ(evaluated("list.map(x, x.n).exists(n, n == 9999)"), "true");
    EXPECT_EQ(evaluated("size(list.transformMap(i, x, x.n))"), "10000");
    EXPECT_EQ(evaluated("9999 in list.map(x, x.n)"), "true");
}

TEST_F(CelLimitsTest, EndAnEvaluationThatTakesTooManySteps) {
    bind_numbers(2'000);
    const auto error = failure("list.all(x, list.all(y, x.n + y.n >= 0))");
    EXPECT_EQ(error.code, Error::Code::Limit);
    EXPECT_EQ(error.message, "the expression takes more than 1000000 steps");
    EXPECT_FALSE(error.hint.empty());
}

TEST_F(CelLimitsTest, AreNotAbsorbedByLogicalOperators) {
    bind_numbers(2'000);
    const std::string costly = "list.all(x, list.all(y, x.n + y.n >= 0))";
    EXPECT_EQ(failure(costly + " || true").code, Error::Code::Limit);
    EXPECT_EQ(failure("[1].exists(x, " + costly + ")").code, Error::Code::Limit);
}

TEST_F(CelLimitsTest, CountStepsForWorkOnTexts) {
    options.limits.evaluation.steps = 1'000;
    activation.values["text"] = std::string(100'000, 'x');
    for (const auto* const text :
         {"size(text) > 0", "text.contains('y')", "text.matches('y$')", "text.matches(text)",
          "text.trim() == ''", "text.reverse() == ''", "text.replace('', 'y') == ''",
          "text.split('') == []", "'%x'.format([text]) == ''", "bytes(text) + b'x' == b''"}) {
        EXPECT_EQ(failure(text).code, Error::Code::Limit) << text;
    }
}

TEST_F(CelLimitsTest, HoldForSearchesThatCompareMuch) {
    // Comparing at each place would take 10^11 steps here.
    activation.values["text"] = std::string(900'000, 'a');
    activation.values["part"] = std::string(400'000, 'a') + "b";
    activation.values["other"] = "b" + std::string(400'000, 'a');
    for (const auto* const text :
         {"text.contains(part)", "text.indexOf(part) >= 0", "text.lastIndexOf(other) >= 0",
          "text.replace(part, '') != text", "size(text.split(part)) > 1"}) {
        EXPECT_EQ(evaluated(text), "false") << text;
    }
    EXPECT_EQ(evaluated("(other + 'c' + other).lastIndexOf(other)"), "400002");
    EXPECT_EQ(evaluated("(other + 'c' + other).lastIndexOf(other, 400001)"), "0");
    EXPECT_EQ(evaluated("(other + 'c' + other).lastIndexOf(other, 400002)"), "400002");
}

TEST_F(CelLimitsTest, BoundWhatIsBuilt) {
    bind_numbers(10'000);
    const auto lists = failure("list.map(x, list + list)");
    EXPECT_EQ(lists.code, Error::Code::Limit);
    activation.values["text"] = std::string(1'000'000, 'x');
    EXPECT_TRUE(mentions(failure("text + text").message, "a text of more than 1048576 bytes"));
    EXPECT_TRUE(mentions(failure("text.replace('x', 'yy')").message, "1048576 bytes"));
    EXPECT_TRUE(mentions(failure("[text, text].join()").message, "1048576 bytes"));
    EXPECT_TRUE(mentions(failure("'%s%s'.format([text, text])").message, "1048576 bytes"));
    EXPECT_EQ(failure("['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', "
                      "'p', 'q', 'r', 's', 't', 'u'].map(x, text + x)")
                  .message,
              "the expression builds more than 16777216 bytes of values");
}

TEST_F(CelLimitsTest, BoundTheResultUnlessItIsBorrowed) {
    activation.values["text"] = std::string(1'000'000, 'x');
    activation.values["wide"] = boost::json::array(400'000, 7);
    EXPECT_EQ(evaluated("text").size(), 1'000'002U);
    EXPECT_EQ(evaluated("wide").size(), 800'001U);
    EXPECT_TRUE(mentions(evaluated("[text, text]"), "larger than 1048576 bytes"));
    EXPECT_TRUE(mentions(evaluated("[1, 2, 3].map(x, wide)"), "larger than 1048576 bytes"));
}

TEST_F(CelLimitsTest, KeepDeepValuesFromExhaustingTheStack) {
    activation.values["deep"] = nested(2'000);
    activation.values["same"] = nested(2'000);
    EXPECT_TRUE(mentions(failure("deep == same").message, "deeper than 128 levels"));
    EXPECT_TRUE(mentions(failure("deep in [same]").message, "deeper than 128 levels"));
    EXPECT_TRUE(mentions(failure("'%s'.format([deep])").message, "128 levels"));
    EXPECT_TRUE(mentions(evaluated("[deep]"), "nested deeper than 128 levels"));
    EXPECT_EQ(evaluated("size(deep)"), "1");
}

TEST_F(CelLimitsTest, NameWhereAnExpressionIsTooDeepOrTooLong) {
    const auto nesting = [this](const std::string& text) {
        return mentions(refused(text).message, "nested too deeply");
    };
    for (const auto* const open : {"(", "[", "{1:", "f(", "a[", "-(", "!(", "a?", "[1].all(x,"}) {
        EXPECT_TRUE(nesting(repeated(open, 20'000))) << open;
    }
    EXPECT_TRUE(nesting(repeated("!", 20'000) + "true"));
    EXPECT_TRUE(nesting(repeated("-", 20'000) + "x"));
    EXPECT_TRUE(nesting("a" + repeated(".f()", 10'000)));
    EXPECT_TRUE(nesting("1" + repeated("+1", 1'000)));
    EXPECT_TRUE(nesting("a" + repeated("?a:a", 1'000)));
    EXPECT_TRUE(mentions(refused("[" + repeated("1,", 20'000) + "]").message, "too many parts"));
    EXPECT_TRUE(mentions(refused("'" + std::string(70'000, 'x') + "'").message, "closed"));
    EXPECT_TRUE(mentions(refused(repeated(" ", 70'000)).message, "missing"));
    EXPECT_TRUE(
        mentions(refused("a ||" + std::string(70'000, ' ') + "b").message, "at most 65536 bytes"));
}

TEST_F(CelLimitsTest, AllowLongChainsOfConditions) {
    EXPECT_EQ(evaluated("false" + repeated(" || false", 4'000) + " || true"), "true");
    EXPECT_EQ(evaluated("true" + repeated(" && true", 4'000)), "true");
    EXPECT_EQ(evaluated("1" + repeated(" + 1", 200)), "201");
    EXPECT_EQ(evaluated(repeated("(", 60) + "1" + repeated(")", 60)), "1");
}

TEST_F(CelLimitsTest, BoundRegularExpressions) {
    activation.values["pattern"] = std::string(5'000, 'x');
    EXPECT_TRUE(mentions(failure("'x'.matches(pattern)").message, "at most 4096 bytes"));
    activation.values["pattern"] = "((((a{100}){100}){100}){100})";
    EXPECT_TRUE(mentions(failure("'x'.matches(pattern)").message, "cannot be used"));
    EXPECT_TRUE(mentions(failure("'x'.matches('((a{100}){100}){100}')").message, "cannot be used"));
    activation.values["pattern"] = "(a*)*b";
    activation.values["text"] = std::string(100'000, 'a');
    EXPECT_EQ(evaluated("text.matches(pattern)"), "false");
}

TEST_F(CelLimitsTest, HoldOnASmallStack) {
    // As threads of embedded programs have them. A sanitizer makes every frame many times larger.
    constexpr std::size_t stack_bytes = (OA_SANITIZED != 0 ? 4096U : 512U) << 10U;
    const std::string deep = repeated("[", 60) + "x" + repeated("+ 1", 60) + repeated("]", 60) +
                             " == " + repeated("[", 60) + "61" + repeated("]", 60);
    std::string result;
    pthread_attr_t attributes;
    ASSERT_EQ(pthread_attr_init(&attributes), 0);
    ASSERT_EQ(pthread_attr_setstacksize(&attributes, stack_bytes), 0);
    struct Job {
        const CelLimitsTest* test;
        const std::string* text;
        std::string* result;
    } job{this, &deep, &result};
    activation.values["x"] = 1;
    pthread_t thread{};
    const auto run = [](void* argument) -> void* {
        const auto* const work = static_cast<const Job*>(argument);
        *work->result = work->test->evaluated(*work->text);
        return nullptr;
    };
    ASSERT_EQ(pthread_create(&thread, &attributes, run, &job), 0);
    pthread_join(thread, nullptr);
    pthread_attr_destroy(&attributes);
    EXPECT_EQ(result, "true");
}

TEST_F(CelLimitsTest, HoldForThreadsThatShareAProgram) {
    bind_numbers(100);
    activation.values["text"] = "v1.2";
    const auto program =
        compiled("list.filter(x, x.n > 50 && text.matches('^v[0-9]')).map(x, x.n)");
    std::vector<std::thread> threads;
    std::vector<std::size_t> sizes(4);
    threads.reserve(sizes.size());
    for (auto& size : sizes) {
        threads.emplace_back([&] {
            for (int i = 0; i < 200; ++i) {
                LocalArena arena(program.limits().memory_bytes);
                size = program.evaluate(activation, arena).value.list_size();
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(sizes, std::vector<std::size_t>(4, 49));
}

}  // namespace
}  // namespace oa::core::cel
