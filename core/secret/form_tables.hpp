#pragma once

#include <array>
#include <string_view>

#include "core/secret/encodings.hpp"

/// Which programs' ways to write text are looked for.
namespace oa::core::encoding {

inline constexpr std::array<HexStyle, 6> hex_styles{{
    {HexCase::Lower, "", ""},
    {HexCase::Upper, "", ""},
    {HexCase::Lower, "", ":"},
    {HexCase::Upper, "", ":"},
    {HexCase::Lower, "\\x", ""},
    {HexCase::Upper, "\\x", ""},
}};

inline constexpr std::string_view unreserved = "-._~";               // RFC 3986, Python's quote
inline constexpr std::string_view component = "-._~!*'()";           // encodeURIComponent
inline constexpr std::string_view path = "-._~/";                    // Python's quote by default
inline constexpr std::string_view form = "-._*";                     // HTML forms
inline constexpr std::string_view user = "-._~!$&'()*+,;=";          // userinfo of RFC 3986
inline constexpr std::string_view path_segment = "-._~$&+:=@";       // Go's PathEscape
inline constexpr std::string_view address = "-._~!*'();/?:@&=+$,#";  // encodeURI

/// The first and the second are those that a large value is looked for in.
inline constexpr std::array<PercentStyle, 22> percent_styles{{
    {HexCase::Upper, unreserved, false, false},
    {HexCase::Upper, component, false, false},
    {HexCase::Lower, unreserved, false, false},
    {HexCase::Lower, component, false, false},
    {HexCase::Upper, path, false, false},
    {HexCase::Lower, path, false, false},
    {HexCase::Upper, form, true, false},
    {HexCase::Lower, form, true, false},
    {HexCase::Upper, unreserved, true, false},
    {HexCase::Lower, unreserved, true, false},
    {HexCase::Upper, user, false, false},
    {HexCase::Lower, user, false, false},
    {HexCase::Upper, path_segment, false, false},
    {HexCase::Lower, path_segment, false, false},
    {HexCase::Upper, address, false, false},
    {HexCase::Lower, address, false, false},
    {HexCase::Upper, "", false, false},
    {HexCase::Lower, "", false, false},
    {HexCase::Upper, "", true, false},
    {HexCase::Lower, "", true, false},
    {HexCase::Upper, "", false, true},
    {HexCase::Lower, "", false, true},
}};

inline constexpr std::string_view json_named = "\"\\\b\f\n\r\t";
inline constexpr std::string_view json_letters = "\"\\bfnrt";
inline constexpr std::string_view slash_named = "\"\\\b\f\n\r\t/";
inline constexpr std::string_view slash_letters = "\"\\bfnrt/";
inline constexpr std::string_view html_unsafe = "<>&";
inline constexpr std::string_view script_unsafe = "<>&='";
inline constexpr std::string_view net_named = "\\\b\f\n\r\t";
inline constexpr std::string_view net_letters = "\\bfnrt";
inline constexpr std::string_view net_unsafe = "\"&'+<>`";

/// The first two are those that a large value is looked for in.
inline constexpr std::array<EscapeStyle, 13> json_styles{{
    {json_named, json_letters, Numeric::Units, Numeric::Raw, HexCase::Lower},
    {json_named, json_letters, Numeric::Units, Numeric::Units, HexCase::Lower},
    {json_named, json_letters, Numeric::Units, Numeric::Raw, HexCase::Upper},
    {json_named, json_letters, Numeric::Units, Numeric::Units, HexCase::Upper},
    {slash_named, slash_letters, Numeric::Units, Numeric::Raw, HexCase::Lower},
    {slash_named, slash_letters, Numeric::Units, Numeric::Units, HexCase::Lower},
    {slash_named, slash_letters, Numeric::Units, Numeric::Units, HexCase::Upper},
    {json_named, json_letters, Numeric::Units, Numeric::Raw, HexCase::Lower, html_unsafe},
    {json_named, json_letters, Numeric::Units, Numeric::Raw, HexCase::Upper, html_unsafe},
    {json_named, json_letters, Numeric::Units, Numeric::Raw, HexCase::Lower, script_unsafe},
    {net_named, net_letters, Numeric::Units, Numeric::Units, HexCase::Upper, net_unsafe, true},
    {"", "", Numeric::Units, Numeric::Units, HexCase::Lower, "", false, true},
    {"", "", Numeric::Units, Numeric::Units, HexCase::Upper, "", false, true},
}};

/// JSON within JSON: what the escapes of json_styles are put into once more.
inline constexpr EscapeStyle outer_json = json_styles[0];

inline constexpr std::string_view c_named = "\"\\\a\b\f\n\r\t\v";
inline constexpr std::string_view c_letters = "\"\\abfnrtv";
inline constexpr std::string_view c_single_named = "'\\\a\b\f\n\r\t\v";
inline constexpr std::string_view c_single_letters = "'\\abfnrtv";
inline constexpr std::string_view c_both_named = "\"'\\\a\b\f\n\r\t\v";
inline constexpr std::string_view c_both_letters = "\"'\\abfnrtv";
inline constexpr std::string_view c_bare_named = "\\\a\b\f\n\r\t\v";
inline constexpr std::string_view c_bare_letters = "\\abfnrtv";
inline constexpr std::string_view python_named = "\\\n\r\t";
inline constexpr std::string_view python_letters = "\\nrt";
inline constexpr std::string_view python_quote_named = "'\\\n\r\t";
inline constexpr std::string_view python_quote_letters = "'\\nrt";
inline constexpr std::string_view yaml_named{"\"\\\0\a\b\t\n\v\f\r\x1b", 11};
inline constexpr std::string_view yaml_letters = "\"\\0abtnvfre";

inline constexpr std::array<EscapeStyle, 20> escape_styles{{
    // C and its kin; bash's $'...' is the one with a single quote and octal numbers.
    {c_named, c_letters, Numeric::Hex, Numeric::Raw, HexCase::Lower, "", true},
    {c_named, c_letters, Numeric::Hex, Numeric::Hex, HexCase::Lower, "", true},
    {c_named, c_letters, Numeric::Hex, Numeric::Hex, HexCase::Upper, "", true},
    {c_named, c_letters, Numeric::Octal, Numeric::Octal, HexCase::Lower, "", true},
    {c_named, c_letters, Numeric::Octal, Numeric::Raw, HexCase::Lower, "", true},
    {c_single_named, c_single_letters, Numeric::Octal, Numeric::Octal, HexCase::Lower, "", true},
    {c_single_named, c_single_letters, Numeric::Octal, Numeric::Raw, HexCase::Lower, "", true},
    {c_single_named, c_single_letters, Numeric::Hex, Numeric::Raw, HexCase::Lower, "", true},
    {c_both_named, c_both_letters, Numeric::Hex, Numeric::Raw, HexCase::Lower, "", true},
    {c_both_named, c_both_letters, Numeric::Hex, Numeric::Hex, HexCase::Lower, "", true},
    {c_bare_named, c_bare_letters, Numeric::Octal, Numeric::Octal, HexCase::Lower, "", true},
    // Python's repr() of text and of bytes, and its ascii(), between either sort of quotes.
    {python_named, python_letters, Numeric::Hex, Numeric::Raw, HexCase::Lower, "", true},
    {python_named, python_letters, Numeric::Hex, Numeric::Hex, HexCase::Lower, "", true},
    {python_named, python_letters, Numeric::Hex, Numeric::Shortest, HexCase::Lower, "", true},
    {python_quote_named, python_quote_letters, Numeric::Hex, Numeric::Raw, HexCase::Lower, "",
     true},
    {python_quote_named, python_quote_letters, Numeric::Hex, Numeric::Hex, HexCase::Lower, "",
     true},
    {python_quote_named, python_quote_letters, Numeric::Hex, Numeric::Shortest, HexCase::Lower, "",
     true},
    // YAML between double quotes.
    {yaml_named, yaml_letters, Numeric::Shortest, Numeric::Raw, HexCase::Upper, "", true},
    {yaml_named, yaml_letters, Numeric::Shortest, Numeric::Shortest, HexCase::Upper, "", true},
    {yaml_named, yaml_letters, Numeric::Shortest, Numeric::Raw, HexCase::Lower, "", true},
}};

inline constexpr std::array<MarkupStyle, 10> markup_styles{{
    {"&amp;", "&lt;", "&gt;", "", "", "", Numeric::Raw},
    {"&amp;", "&lt;", "", "", "", "", Numeric::Raw},
    {"&amp;", "&lt;", "&gt;", "&quot;", "", "", Numeric::Raw},
    {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "", Numeric::Raw},
    {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;", "", Numeric::Raw},
    {"&amp;", "&lt;", "&gt;", "&quot;", "&#039;", "", Numeric::Raw},
    {"&amp;", "&lt;", "&gt;", "&quot;", "&#x27;", "&#xa;", Numeric::Hex},
    {"&amp;", "&lt;", "&gt;", "&quot;", "&#x27;", "", Numeric::Raw},
    {"&amp;", "&lt;", "&gt;", "&#34;", "&#39;", "&#10;", Numeric::Units},
    {"&#38;", "&#60;", "&#62;", "&#34;", "&#39;", "&#10;", Numeric::Units},
}};
inline constexpr std::array<MarkupStyle, 5> more_markup_styles{{
    {"&amp;", "&lt;", "&gt;", "", "", "", Numeric::Units},
    {"&amp;", "&lt;", "&gt;", "&quot;", "", "", Numeric::Units},
    {"&amp;", "&lt;", "&gt;", "&#34;", "&#39;", "", Numeric::Raw},
    {"&#x26;", "&#x3c;", "&#x3e;", "&#x22;", "&#x27;", "&#xa;", Numeric::Hex},
    {"&#x26;", "&#x3C;", "&#x3E;", "&#x22;", "&#x27;", "&#xA;", Numeric::Raw},
}};

/// What a shell takes as it is: all else has a backslash before it.
inline constexpr std::string_view shell_plain = "-._/,:=@%+\n";
inline constexpr std::string_view shell_plain_few = "-._/\n";
inline constexpr std::string_view shell_special_in_quotes = "\\\"$`";

inline constexpr std::array<QuotedPrintableStyle, 5> quoted_printable_styles{{
    {false, false, HexCase::Upper},
    {false, true, HexCase::Upper},
    {true, true, HexCase::Upper},
    {true, false, HexCase::Upper},
    {false, false, HexCase::Lower},
}};

}  // namespace oa::core::encoding
