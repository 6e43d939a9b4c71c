// Package rule reads the rules of the configuration: SQL conditions such as
//
//	account.region = 'EMEA' and employees >= 1000
//
// that say which segment a record belongs to, which records are excluded and which deals are new
// business.
//
// A scope is what a rule may see: the record's own columns and those of the relations that are
// joined to it. DuckDB parses the text and this package prints it back from the parsed tree. Only
// what is on the list gets through, so what runs is never the user's text, has every column
// qualified by its relation, and means the same in DuckDB and Spark. Text has one canonical form:
// rules that are parsed to the same tree have the same SQL.
//
// A rule holds for a record when its condition is true. Neither false nor null holds.
package rule
