#include "csv_params.hpp"

#include <string>

namespace oa::files {

namespace {

bool is_separator(const std::string& text) {
    return text.size() == 1 && static_cast<unsigned char>(text[0]) < 0x80 && text[0] != '\r' &&
           text[0] != '\n' && text[0] != '\0';
}

}  // namespace

char delimiter_param(Call& call) {
    const auto text = call.param<std::string>("delimiter", ",");
    if (!is_separator(text) || text[0] == '"') {
        throw invalid_params("/delimiter",
                             "delimiter is not one ASCII character other than a quote or a line "
                             "break");
    }
    return text[0];
}

char quote_param(Call& call) {
    const auto text = call.param<std::string>("quote", "\"");
    if (text.empty()) {
        return '\0';
    }
    if (!is_separator(text) || text[0] == delimiter_param(call)) {
        throw invalid_params("/quote",
                             "quote is neither empty nor one ASCII character other than the "
                             "delimiter or a line break");
    }
    return text[0];
}

Charset charset_param(Call& call) {
    return call.choice<Charset>("encoding",
                                {{"utf-8", Charset::Utf8},
                                 {"auto", Charset::Auto},
                                 {"utf-16", Charset::Utf16},
                                 {"latin-1", Charset::Latin1},
                                 {"windows-1252", Charset::Windows1252}},
                                Charset::Utf8);
}

}  // namespace oa::files
