/* Reads single members of a JSON object, without memory of its own. The host has checked that the
 * text is JSON of at most 64 levels; on any other text these functions find nothing. */
#ifndef JSON_READ_H
#define JSON_READ_H

#include <stddef.h>
#include <stdint.h>

typedef enum json_status {
    JSON_OK,
    JSON_MISSING, /* there is no such member, or it is null */
    JSON_WRONG,   /* it is of another type, or does not fit */
} json_status;

/* A member as text: UTF-8, ended by NUL, at most size - 1 bytes. */
json_status json_read_text(
    const char* json, size_t length, const char* name, char* text, size_t size);
/* A member as a whole number. */
json_status json_read_integer(const char* json, size_t length, const char* name, int64_t* number);

#endif /* JSON_READ_H */
