#pragma once

// The layout of the extension "oa.schema/1" on 64-bit systems. As in layout_asserts.hpp, lines are
// only ever appended.

#include <type_traits>

#include "oa/schema.h"
#include "tests/abi/layout_asserts.hpp"

namespace oa::test {

static_assert(sizeof(oa_schema_api) >= 40);
static_assert(offsetof(oa_schema_api, struct_size) == 0);
static_assert(offsetof(oa_schema_api, problems_max) == 4);
static_assert(offsetof(oa_schema_api, compile) == 8);
static_assert(offsetof(oa_schema_api, validate) == 16);
static_assert(offsetof(oa_schema_api, fill_defaults) == 24);
static_assert(offsetof(oa_schema_api, release) == 32);

static_assert(std::is_same_v<
              decltype(oa_schema_api::compile),
              std::int32_t(OA_CALL*)(
                  const oa_host*, const char*, std::size_t, oa_schema**, oa_schema_sink, void*)>);
static_assert(
    std::is_same_v<
        decltype(oa_schema_api::validate),
        std::int32_t(OA_CALL*)(
            const oa_schema*, const char*, std::size_t, std::uint32_t, oa_schema_sink, void*)>);
static_assert(
    std::is_same_v<
        decltype(oa_schema_api::fill_defaults),
        std::int32_t(OA_CALL*)(const oa_schema*, const char*, std::size_t, oa_schema_sink, void*)>);
static_assert(std::is_same_v<decltype(oa_schema_api::release), void(OA_CALL*)(oa_schema*)>);
static_assert(std::is_same_v<oa_schema_sink, void(OA_CALL*)(void*, const char*, std::size_t)>);

}  // namespace oa::test
