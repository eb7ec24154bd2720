#include "json_read.h"

#include <string.h>

typedef struct reader {
    const char* at;
    const char* end;
} reader;

static void skip_space(reader* r) {
    while (r->at < r->end && strchr(" \t\r\n", *r->at) != NULL && *r->at != '\0') {
        ++r->at;
    }
}

static int take(reader* r, char c) {
    skip_space(r);
    if (r->at < r->end && *r->at == c) {
        ++r->at;
        return 1;
    }
    return 0;
}

static int hex_digits(const char* at, const char* end, uint32_t* value) {
    int i;
    *value = 0;
    if (end - at < 4) {
        return 0;
    }
    for (i = 0; i < 4; ++i) {
        const char c = at[i];
        uint32_t digit;
        if (c >= '0' && c <= '9') {
            digit = (uint32_t)(c - '0');
        } else if (c >= 'a' && c <= 'f') {
            digit = (uint32_t)(c - 'a') + 10;
        } else if (c >= 'A' && c <= 'F') {
            digit = (uint32_t)(c - 'A') + 10;
        } else {
            return 0;
        }
        *value = *value * 16 + digit;
    }
    return 1;
}

/* Where the text goes; a NULL buffer only counts. */
typedef struct sink {
    char* text;
    size_t size;
    size_t used;
} sink;

static void put(sink* out, unsigned byte) {
    if (out->text != NULL && out->used + 1 < out->size) {
        out->text[out->used] = (char)byte;
    }
    ++out->used;
}

static void put_character(sink* out, uint32_t code) {
    if (code < 0x80) {
        put(out, code);
    } else if (code < 0x800) {
        put(out, 0xC0 | code >> 6);
        put(out, 0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        put(out, 0xE0 | code >> 12);
        put(out, 0x80 | (code >> 6 & 0x3F));
        put(out, 0x80 | (code & 0x3F));
    } else {
        put(out, 0xF0 | code >> 18);
        put(out, 0x80 | (code >> 12 & 0x3F));
        put(out, 0x80 | (code >> 6 & 0x3F));
        put(out, 0x80 | (code & 0x3F));
    }
}

/* \uXXXX, and the second half of a pair. */
static int read_escape(reader* r, sink* out) {
    uint32_t code;
    uint32_t low;
    if (!hex_digits(r->at, r->end, &code)) {
        return 0;
    }
    r->at += 4;
    if (code >= 0xD800 && code < 0xDC00 && r->end - r->at >= 6 && r->at[0] == '\\' &&
        r->at[1] == 'u' && hex_digits(r->at + 2, r->end, &low) && low >= 0xDC00 && low < 0xE000) {
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        r->at += 6;
    }
    put_character(out, code);
    return 1;
}

static int read_text(reader* r, sink* out) {
    static const char from[] = "\"\\/bfnrt";
    static const char to[] = "\"\\/\b\f\n\r\t";
    if (!take(r, '"')) {
        return 0;
    }
    while (r->at < r->end && *r->at != '"') {
        const char* found;
        if (*r->at != '\\') {
            put(out, (unsigned char)*r->at++);
            continue;
        }
        if (r->end - r->at < 2) {
            return 0;
        }
        found = strchr(from, r->at[1]);
        if (r->at[1] == 'u') {
            r->at += 2;
            if (!read_escape(r, out)) {
                return 0;
            }
        } else if (found != NULL && *found != '\0') {
            put(out, (unsigned char)to[found - from]);
            r->at += 2;
        } else {
            return 0;
        }
    }
    return take(r, '"');
}

/* Passes over any value: counts brackets, so that no depth needs a stack. */
static int skip_value(reader* r) {
    int depth = 0;
    sink nowhere = {NULL, 0, 0};
    do {
        skip_space(r);
        if (r->at >= r->end) {
            return 0;
        }
        if (*r->at == '"') {
            if (!read_text(r, &nowhere)) {
                return 0;
            }
        } else if (*r->at == '{' || *r->at == '[') {
            ++depth;
            ++r->at;
        } else if (*r->at == '}' || *r->at == ']') {
            --depth;
            ++r->at;
        } else if (*r->at == ',' || *r->at == ':') {
            if (depth == 0) {
                return 0;
            }
            ++r->at;
        } else {
            while (r->at < r->end && strchr(",:]}[{\" \t\r\n", *r->at) == NULL) {
                ++r->at;
            }
            if (r->at < r->end && *r->at == '\0') {
                return 0;
            }
        }
        skip_space(r);
    } while (depth > 0);
    return depth == 0;
}

/* Leaves the reader before the value of a member. */
static int find_member(reader* r, const char* name) {
    char key[64];
    if (!take(r, '{') || take(r, '}')) {
        return 0;
    }
    do {
        sink out = {key, sizeof(key), 0};
        skip_space(r);
        if (!read_text(r, &out) || !take(r, ':')) {
            return 0;
        }
        skip_space(r);
        if (out.used < sizeof(key) && out.used == strlen(name) &&
            memcmp(key, name, out.used) == 0) {
            return r->at < r->end;
        }
        if (!skip_value(r)) {
            return 0;
        }
    } while (take(r, ','));
    return 0;
}

static json_status find(reader* r, const char* json, size_t length, const char* name) {
    r->at = json;
    r->end = json + length;
    return find_member(r, name) && *r->at != 'n' ? JSON_OK : JSON_MISSING;
}

json_status json_read_text(
    const char* json, size_t length, const char* name, char* text, size_t size) {
    reader r;
    sink out = {text, size, 0};
    const json_status found = find(&r, json, length, name);
    if (found != JSON_OK) {
        return found;
    }
    if (!read_text(&r, &out) || out.used >= size || memchr(text, '\0', out.used) != NULL) {
        return JSON_WRONG;
    }
    text[out.used] = '\0';
    return JSON_OK;
}

json_status json_read_integer(const char* json, size_t length, const char* name, int64_t* number) {
    reader r;
    int negative;
    int64_t value = 0;
    const json_status found = find(&r, json, length, name);
    if (found != JSON_OK) {
        return found;
    }
    negative = take(&r, '-');
    if (r.at >= r.end || *r.at < '0' || *r.at > '9') {
        return JSON_WRONG;
    }
    for (; r.at < r.end && *r.at >= '0' && *r.at <= '9'; ++r.at) {
        if (value > (INT64_MAX - 9) / 10) {
            return JSON_WRONG;
        }
        value = value * 10 + (*r.at - '0');
    }
    if (r.at < r.end && strchr(".eE", *r.at) != NULL) {
        return JSON_WRONG;
    }
    *number = negative ? -value : value;
    return JSON_OK;
}
