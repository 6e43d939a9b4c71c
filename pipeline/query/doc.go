// Package query answers ad-hoc SQL over one published run. It imports nothing else of the project.
//
// A run folder is <drop>/runs/<id>/ with truce.duckdb and Parquet files. A session is an in-memory
// DuckDB that sees that folder and nothing else. A relation is a table that a statement may name:
// a table of truce.duckdb, or a Parquet file of the folder.
//
// A statement passes four barriers, so that a hole in one is not a hole in the sandbox:
//
//  1. The gate parses the text without running it and walks the syntax tree: exactly one SELECT,
//     known relations only, functions and table functions from a list. What it does not know, it refuses.
//  2. The driver binds the text as one statement and must call it a SELECT.
//  3. DuckDB has external access and extensions off and its configuration locked. Only the run's own
//     Parquet files stay readable, and the database file is attached read only.
//  4. Memory, spill, rows, time and the length of the text are limited. Who runs statements of strangers
//     also puts the session in a child process with an address-space limit.
//
// A result is kept in a temporary table and read page by page, so its size is bounded by the memory
// limit and not by the machine. Write renders it in one of the formats.
package query
