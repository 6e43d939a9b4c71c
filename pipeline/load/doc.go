// Package load turns the text of one extract into typed Parquet parts and quarantined rows.
//
// It is given a stream of UTF-8 text and a description of what the text means, and writes into a
// folder that it is given. Where the text comes from is none of its business, nor what becomes of
// the parts.
//
// A record is what package lex makes of the text. Each record of a file is exactly one of these:
// the header, loaded, quarantined, blank, or ignored (a comment, a footer, or a record that the
// extract does not ask for). A record of empty fields is blank, as spreadsheets leave them behind. A
// footer is one of the last records of the file, nothing but blank records, comments and footers
// behind it: one that starts like a footer, or one of another width than the header behind such a one.
//
// A row is a record that became typed values, or one of several rows that a record becomes where
// columns are rows or a cell is a list; a record with nothing there is loaded and gives no row. A record that
// cannot be read is quarantined: where it is and why is written down, its values are not. The rule is
// why, as a stable word:
//
//	malformed          text after a closing quote, or a quote that is never closed
//	field_count        more or fewer fields than the header
//	too_long           a field over 1 MiB, or a record over 16 MiB
//	encoding           bytes that are not UTF-8
//	nul                a NUL byte
//	control_character  another control character than TAB, LF and CR in a mapped column
//	null_key           an empty key
//	mangled_id         an id that a spreadsheet rounded or lost, such as 5.80E+18 or #REF!
//	required           an empty cell without which the row means nothing
//	integer            not a whole number of at most 18 digits
//	decimal            not a number of at most 18 digits, or with more decimals than the contract
//	boolean            neither a word for true nor one for false
//	date, timestamp    not a date or time of the years 1900 to 2200
//
// A column is read from one cell of a record, or from the first one of several that says something.
//
// A cell is read in this order: blanks around it go, doubled quotes become one, the text is composed
// (Unicode NFC), a word of Extract.Values becomes what it is read as, words that mean nothing become
// null, as does an id without the prefix that Extract.Prefixes asks for, and the rest is read by the
// field's type. Texts may be folded to lower case after that.
//
// A format is the order of day and month of a date column, or the decimal sign of a number column.
// It holds for a whole column and never changes from row to row: it is declared by configuration,
// remembered from an earlier file, settled by a cell that allows no other reading, or shared with
// the other columns of the file, in this order. A file that contradicts what is settled is refused,
// and so is one whose cells allow two readings when nothing settles which; what is declared is not
// disputed, and a cell that does not fit it is quarantined. ISO dates, and numbers that mean the
// same under both signs, fit every format.
//
// Parsing goes on in parallel: a block of the file is parsed by whoever is free, as if it began
// where a record does, and is parsed again if the block before it shows that it did not. The rows,
// the quarantine and every count are those of reading the file from its beginning to its end. Only
// which part holds a row is left to chance.
package load
