// Package lex splits delimited text into records and fields, as RFC 4180 has it, and finds its way
// back after damage. It is pure: bytes in, positions out.
//
// A line is physical: it ends with LF, CRLF or a CR alone, also inside a quoted field. A record is
// one or more lines. A field is quoted if its first byte is a quote; inside it, two quotes stand for
// one, and delimiters and line ends are text. A quote anywhere else is plain text.
//
// A record is malformed if text follows a closing quote, if its number of fields is not the expected
// one, if a quote is never closed, or if a field or the record is longer than its limit. Only the
// first line of a malformed record is given up: lexing starts again on the next one, so that a
// stray quote costs one line and not the rest of the file.
//
// Text comes in blocks. What a record is depends only on the bytes that follow its start, never on
// where a block ends: a record that a block does not decide is reported as incomplete, to be lexed
// again from its start together with the next block.
package lex
