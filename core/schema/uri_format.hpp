#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace oa::core::schema {

/// The parts of a URI reference (RFC 3986, appendix B), each without its delimiters.
struct UriParts {
    std::optional<std::string_view> scheme = {};
    std::optional<std::string_view> authority = {};
    std::string_view path = {};
    std::optional<std::string_view> query = {};
    std::optional<std::string_view> fragment = {};
};

/// Takes any text apart. The parts point into it.
[[nodiscard]] UriParts split_uri(std::string_view text);

/// What a reference means where `base` is the URI of the document (RFC 3986, 5.2), without its
/// fragment.
[[nodiscard]] std::string resolve_uri(std::string_view base, std::string_view reference);

/// Turns %41 into A; what is no such code stays as it is.
[[nodiscard]] std::string percent_decoded(std::string_view text);

[[nodiscard]] bool is_ipv4(std::string_view text);
[[nodiscard]] bool is_ipv6(std::string_view text);
[[nodiscard]] bool is_hostname(std::string_view text);
[[nodiscard]] bool is_uri(std::string_view text);
[[nodiscard]] bool is_uri_reference(std::string_view text);
/// The same with characters beyond ASCII (RFC 3987).
[[nodiscard]] bool is_iri(std::string_view text);
[[nodiscard]] bool is_iri_reference(std::string_view text);

}  // namespace oa::core::schema
