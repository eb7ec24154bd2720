#pragma once

#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace oa::common {

/// A CSV text that breaks RFC 4180; the message tells the line.
class CsvError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// One field of a record. `quoted` tells an empty text ("") from a missing value.
struct CsvField {
    std::string text;
    bool quoted = false;

    friend bool operator==(const CsvField&, const CsvField&) = default;
};

using CsvRecord = std::vector<CsvField>;

/// Reads RFC 4180 text that arrives in pieces of any size. Lines end with LF, CRLF or CR; blank
/// lines are skipped; a UTF-8 byte order mark at the start is dropped. Memory: one record.
class CsvParser {
public:
    /// Takes each record and the line it started on (from 1); returns false to stop the parser.
    using Sink = std::function<bool(CsvRecord& record, std::size_t line)>;

    /// `quote` is NUL where no character quotes.
    CsvParser(char delimiter, Sink sink, char quote = '"');

    /// Takes the next piece. Returns false once the sink has stopped the parser.
    /// Throws CsvError when text follows a closing quote.
    bool feed(std::string_view piece);
    /// Ends the last record. Throws CsvError when a quote is still open.
    void finish();

private:
    enum class State {
        RecordStart,   // nothing of the record was read
        FieldStart,    // after a delimiter
        Plain,         // inside a field without quotes
        Quoted,        // inside a quoted field
        QuoteInQuoted  // after a quote inside a quoted field: its end, or half of ""
    };

    void take(char c);
    void start_field(char c);
    void after_quote(char c);
    void end_field();
    void end_record();
    [[nodiscard]] static bool ends_line(char c) { return c == '\n' || c == '\r'; }

    [[nodiscard]] bool is_quote(char c) const { return quote_ != '\0' && c == quote_; }

    char delimiter_;
    char quote_;
    Sink sink_;
    State state_ = State::RecordStart;
    CsvRecord record_;
    CsvField field_;
    std::size_t line_ = 1;
    std::size_t record_line_ = 1;
    std::size_t quote_line_ = 1;
    std::string mark_;        // bytes of a possible byte order mark, held back
    bool mark_done_ = false;  // the start of the text was looked at
    bool after_cr_ = false;   // a following LF belongs to the same line end
    bool stopped_ = false;
};

enum class Quotes { WhereNeeded, Always };

/// Appends one field. Quotes tell a text from a value that is missing, where a reader cares.
void append_csv_field(std::string& out, std::string_view text, char delimiter, Quotes quotes);

/// Appends one record to `out`, with quotes only where the text needs them.
/// A record of one empty text is written as "" since a blank line means no record.
void append_csv_record(std::string& out,
                       const std::vector<std::string>& fields,
                       char delimiter,
                       std::string_view line_ending);

}  // namespace oa::common
