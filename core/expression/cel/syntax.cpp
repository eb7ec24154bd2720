#include "core/expression/cel/syntax.hpp"

#include <algorithm>
#include <array>

namespace oa::core::cel {
namespace {

constexpr std::array<Operator, 12> operators{{{"*", Binary::Multiply, 3},
                                              {"/", Binary::Divide, 3},
                                              {"%", Binary::Modulo, 3},
                                              {"+", Binary::Add, 2},
                                              {"-", Binary::Subtract, 2},
                                              {"==", Binary::Equal, 1},
                                              {"!=", Binary::NotEqual, 1},
                                              {"<", Binary::Less, 1},
                                              {"<=", Binary::LessEqual, 1},
                                              {">", Binary::Greater, 1},
                                              {">=", Binary::GreaterEqual, 1},
                                              {"in", Binary::In, 1}}};

}  // namespace

const Operator* operator_of(std::string_view symbol) {
    const auto* const found =
        std::find_if(operators.begin(), operators.end(),
                     [symbol](const Operator& known) { return known.symbol == symbol; });
    return found == operators.end() ? nullptr : found;
}

std::string_view symbol_of(Binary binary) {
    return std::find_if(operators.begin(), operators.end(),
                        [binary](const Operator& known) { return known.binary == binary; })
        ->symbol;
}

}  // namespace oa::core::cel
