// Package convert turns workbooks, Parquet files and JSON Lines into the text of a CSV file, so that
// one loader reads every format. It knows nothing about what a row means, nor where files are.
//
// The text is UTF-8 with commas between fields, quotes where they are needed, and LF at the end of a
// line. Its first line that is not blank is the header. A row is one line: line breaks inside a cell
// become a blank, so that the number of a line tells where the row is in the file:
//
//	workbook    line n is row n of the sheet; a row without content is a blank line
//	Parquet     line n+1 is row n; line 1 is the header
//	JSON Lines  line n+1 is line n of the file; line 1 is the header, which is no line of the file
//
// Values are written as they mean, not as a locale shows them: dates as 2026-01-31, times as
// 2026-01-31 14:05:00 or 2026-01-31T14:05:00, with a Z if they are UTC, numbers with a decimal point,
// percent with its sign, booleans as true and false. A number of more digits than its type can hold is
// written as 5.80E+18, so that an id that was rounded is recognised.
//
// Files come from anywhere. What is read is limited in size, and a panic of a library becomes an error.
package convert
