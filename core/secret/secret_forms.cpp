#include "core/secret/secret_forms.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>
#include <utility>

#include "core/secret/encodings.hpp"
#include "core/secret/form_tables.hpp"
#include "core/secret/keyed_digest.hpp"
#include "core/secret/secret_leaves.hpp"
#include "core/secret/wiped_buffer.hpp"

namespace oa::core {

namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view white{" \t\r\n\v\f\0", 7};
    const auto first = text.find_first_not_of(white);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(white) - first + 1);
}

/// The frames of PEM files: known to everybody, and found in many other texts.
bool is_frame(std::string_view line) {
    constexpr std::string_view dashes = "-----";
    return (line.starts_with("-----BEGIN ") || line.starts_with("-----END ")) &&
           line.ends_with(dashes);
}

template <typename Visit>
void each_line(std::string_view text, const Visit& visit) {
    if (text.find_first_of("\r\n") == std::string_view::npos) {
        return;
    }
    while (!text.empty()) {
        const auto end = std::min(text.find_first_of("\r\n"), text.size());
        const auto line = trimmed(text.substr(0, end));
        if (line.size() >= mask_bytes_min && !is_frame(line)) {
            visit(line);
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

}  // namespace

/// Writes forms one behind the other; the last one is taken back when it is not needed.
class FormCollector {
public:
    enum class Extent { All, Common };

    explicit FormCollector(Extent extent) : extent_(extent) {}

    void value(std::string_view value);
    void alone(std::string_view form) {
        memory_.append(form);
        keep();
    }
    void move_to(SecretForms& forms) {
        // Room for growth is not worth pages that stay locked.
        forms.memory_ = Secret(memory_.view());
        forms.places_ = std::move(places_);
        forms.places_.shrink_to_fit();
    }

private:
    struct DigestHash {
        std::size_t operator()(const KeyedDigest::Value& value) const noexcept { return value[0]; }
    };

    void keep();
    template <typename Writer, typename Styles>
    void write(const Writer& writer, std::string_view value, const Styles& styles);
    void common(std::string_view value);
    void base64(std::string_view value);
    void escaped_base64(std::string_view value);
    void wide_base64(std::string_view value);
    void base64_lines(std::string_view value);
    void json(std::string_view value);
    void markup(std::string_view value);
    void quoted(std::string_view value);
    void quoted_printable(std::string_view value);

    const Extent extent_;
    WipedBuffer memory_;
    WipedBuffer inner_;  ///< what is encoded once more
    std::vector<SecretForms::Place> places_;
    std::size_t end_ = 0;  ///< of what is kept
    const KeyedDigest digest_;
    std::unordered_set<KeyedDigest::Value, DigestHash> kept_;
};

/// Decides on what was written since the last time.
void FormCollector::keep() {
    const auto fresh = memory_.view(end_);
    if (fresh.size() < mask_bytes_min || !kept_.insert(digest_(fresh)).second) {
        memory_.shrink(end_);
        return;
    }
    places_.push_back({end_, fresh.size()});
    end_ = memory_.size();
}

template <typename Writer, typename Styles>
void FormCollector::write(const Writer& writer, std::string_view value, const Styles& styles) {
    for (const auto& style : styles) {
        writer(memory_, value, style);
        keep();
    }
}

void FormCollector::value(std::string_view value) {
    alone(value);
    common(value);
    if (extent_ == Extent::Common) {
        return;
    }
    escaped_base64(value);
    wide_base64(value);
    base64_lines(value);
    json(value);
    markup(value);
    quoted(value);
    quoted_printable(value);
    write(encoding::hex, value, encoding::hex_styles);
    write(encoding::percent, value, encoding::percent_styles);
    write(encoding::escape, value, encoding::escape_styles);
    write(encoding::utf16, value,
          std::array{encoding::ByteOrder::Little, encoding::ByteOrder::Big});
}

void FormCollector::common(std::string_view value) {
    base64(value);
    const std::array hexes{encoding::hex_styles[0], encoding::hex_styles[1]};
    const std::array percents{encoding::percent_styles[0], encoding::percent_styles[1]};
    const std::array jsons{encoding::json_styles[0], encoding::json_styles[1]};
    write(encoding::hex, value, hexes);
    write(encoding::percent, value, percents);
    write(encoding::escape, value, jsons);
}

void FormCollector::base64(std::string_view value) {
    for (const bool url_safe : {false, true}) {
        for (std::size_t before = 0; before < 3; ++before) {
            const std::array<encoding::Base64Style, 3> styles{{
                {before, url_safe, false, false},
                {before, url_safe, true, false},
                {before, url_safe, true, true},
            }};
            write(encoding::base64, value, styles);
        }
    }
}

/// In an address or in JSON the signs of Base64 are escaped.
void FormCollector::escaped_base64(std::string_view value) {
    constexpr auto upper = encoding::percent_styles[0];
    constexpr auto lower = encoding::percent_styles[2];
    for (std::size_t before = 0; before < 3; ++before) {
        for (const bool last : {false, true}) {
            inner_.clear();
            encoding::base64(inner_, value, {before, false, last, false});
            write(encoding::percent, inner_.view(), std::array{upper, lower});
            encoding::replace(memory_, inner_.view(), '/', "\\/");
            keep();
            encoding::replace(memory_, inner_.view(), '+', "\\u002B");
            keep();
        }
    }
}

/// PowerShell's encoded commands.
void FormCollector::wide_base64(std::string_view value) {
    WipedBuffer wide;
    encoding::utf16(wide, value, encoding::ByteOrder::Little);
    base64(wide.view());
}

/// Of the value alone, as mail and PEM break it into lines.
void FormCollector::base64_lines(std::string_view value) {
    for (const bool url_safe : {false, true}) {
        inner_.clear();
        encoding::base64(inner_, value, {0, url_safe, true, true});
        for (const std::size_t width : {std::size_t{64}, std::size_t{76}}) {
            for (auto left = inner_.view(); !left.empty();) {
                const auto line = left.substr(0, width);
                alone(line);
                left.remove_prefix(line.size());
            }
        }
    }
}

void FormCollector::json(std::string_view value) {
    write(encoding::escape, value, encoding::json_styles);
    for (const auto& style : encoding::json_styles) {
        inner_.clear();
        encoding::escape(inner_, value, style);
        encoding::escape(memory_, inner_.view(), encoding::outer_json);
        keep();
    }
}

void FormCollector::markup(std::string_view value) {
    write(encoding::markup, value, encoding::markup_styles);
    write(encoding::markup, value, encoding::more_markup_styles);
}

/// Shells, and languages that double the quote.
void FormCollector::quoted(std::string_view value) {
    constexpr std::array<std::pair<char, std::string_view>, 4> quotes{
        {{'\'', R"('\'')"}, {'\'', R"('"'"')"}, {'\'', "''"}, {'"', "\"\""}}};
    for (const auto& [which, by] : quotes) {
        encoding::replace(memory_, value, which, by);
        keep();
    }
    encoding::backslash_all_but(memory_, value, encoding::shell_plain);
    keep();
    encoding::backslash_all_but(memory_, value, encoding::shell_plain_few);
    keep();
    for (const std::string_view which :
         {encoding::shell_special_in_quotes, {"'\\"}, {"'"}, {"\""}}) {
        encoding::backslash(memory_, value, which);
        keep();
    }
}

void FormCollector::quoted_printable(std::string_view value) {
    write(encoding::quoted_printable, value, encoding::quoted_printable_styles);
    constexpr std::size_t width = 76;  // with the `=` that breaks the line
    inner_.clear();
    encoding::quoted_printable(inner_, value, encoding::quoted_printable_styles[1]);
    auto left = inner_.view();
    if (left.size() <= width) {
        return;
    }
    while (!left.empty()) {
        std::size_t end = left.size() <= width ? left.size() : width - 1;
        const auto sign = left.substr(0, end).rfind('=');
        if (end < left.size() && sign != std::string_view::npos && sign + 3 > end) {
            end = sign;  // an encoded byte stays in one line
        }
        alone(left.substr(0, end));
        left.remove_prefix(end);
    }
}

SecretForms::SecretForms(std::string_view value) {
    const auto core = trimmed(value);
    if (core.empty() || value.size() < mask_bytes_min) {
        return;
    }
    FormCollector collector(value.size() > mask_all_forms_bytes_max ? FormCollector::Extent::Common
                                                                    : FormCollector::Extent::All);
    if (core.size() < mask_bytes_min) {
        collector.alone(value);
        collector.move_to(*this);
        return;
    }
    const auto with_lines = [&collector](std::string_view text) {
        collector.value(text);
        each_line(text, [&collector](std::string_view line) { collector.value(line); });
    };
    with_lines(value);
    if (core.size() != value.size()) {
        collector.value(core);
    }
    each_string_within(core, [&](std::string_view leaf) {
        if (trimmed(leaf).size() >= mask_bytes_min) {
            with_lines(leaf);
        }
    });
    collector.move_to(*this);
}

}  // namespace oa::core
