#include <limits>
#include <string>
#include <utility>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "core/json/json.hpp"
#include "core/secret/masker.hpp"
#include "core/secret/secret.hpp"

namespace oa::core {
namespace {

std::string masked(std::initializer_list<std::string_view> secrets, std::string_view json) {
    Masker masker;
    for (const auto secret : secrets) {
        masker.add(Secret(secret));
    }
    auto value = parse_json(json);
    const auto before = value;
    const bool changed = masker.mask(value);
    EXPECT_EQ(changed, value != before);
    return write_json(value);
}

TEST(MaskJsonTest, StringsAtAnyDepth) {
    EXPECT_EQ(masked({"secret-value"}, R"(["a secret-value b",{"k":[["secret-value"],"other"]}])"),
              R"(["a *** b",{"k":[["***"],"other"]}])");
    EXPECT_EQ(masked({"secret-value"}, R"("secret-value")"), R"("***")");
    EXPECT_EQ(masked({"secret-value"}, R"({"a":1,"b":[true,null,"public"]})"),
              R"({"a":1,"b":[true,null,"public"]})");
}

TEST(MaskJsonTest, WithoutSecretsNothingChanges) {
    EXPECT_EQ(masked({}, R"({"a":["b"]})"), R"({"a":["b"]})");
}

TEST(MaskJsonTest, KeysKeepTheirOrderAndValues) {
    EXPECT_EQ(masked({"secret-key"}, R"({"z":1,"my secret-key":{"secret-key":2},"a":3})"),
              R"({"z":1,"my ***":{"***":2},"a":3})");
}

TEST(MaskJsonTest, KeysThatBecomeEqualStayApart) {
    EXPECT_EQ(masked({"secret-one", "secret-two"}, R"({"secret-one":1,"secret-two":2,"b":3})"),
              R"~({"***":1,"*** (2)":2,"b":3})~");
    EXPECT_EQ(masked({"secret-one", "secret-two"},
                     R"~({"secret-one":1,"secret-two":2,"***":3,"*** (2)":4})~"),
              R"~({"*** (3)":1,"*** (4)":2,"***":3,"*** (2)":4})~");
}

TEST(MaskJsonTest, NumbersWhoseTextHoldsASecret) {
    EXPECT_EQ(masked({"123456"}, "[123456,-123456,91234567,12345,1.5]"),
              R"(["***","***","***",12345,1.5])");
    EXPECT_EQ(masked({"3.14159"}, "[3.14159,3.1415]"), R"(["***",3.1415])");
    EXPECT_EQ(masked({"10000000000000000000000"}, "[1e22]"), R"(["***"])");
    EXPECT_EQ(masked({"18446744073709551615"}, "[18446744073709551615,18446744073709551614]"),
              R"(["***",18446744073709551614])");
}

TEST(MaskJsonTest, NumbersThatJsonCannotWriteStay) {
    Masker masker;
    masker.add(Secret("123456"));
    boost::json::value value(std::numeric_limits<double>::infinity());
    EXPECT_FALSE(masker.mask(value));
    value = std::numeric_limits<double>::max();
    EXPECT_FALSE(masker.mask(value));
    value = std::numeric_limits<double>::denorm_min();
    EXPECT_FALSE(masker.mask(value));
}

TEST(MaskJsonTest, DepthCostsNoStack) {
    Masker masker;
    masker.add(Secret("secret-value"));
    // In one block of memory, so that letting go of it costs no stack either.
    boost::json::monotonic_resource memory;
    boost::json::value value("secret-value", &memory);
    for (int i = 0; i < 200'000; ++i) {
        boost::json::array outer(&memory);
        outer.emplace_back(std::move(value));
        value = std::move(outer);
    }
    EXPECT_TRUE(masker.mask(value));
    const boost::json::value* inner = &value;
    while (inner->is_array()) {
        inner = &inner->get_array().front();
    }
    EXPECT_EQ(inner->as_string(), "***");
}

}  // namespace
}  // namespace oa::core
