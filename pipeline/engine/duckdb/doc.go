// Package duckdb runs plans in the process, with DuckDB. Staging models become views; the others
// become Parquet files in the run's folders, which is leaner than tables and the same on any engine.
// The database itself lives in memory and holds nothing but views; spill goes to the work folder.
// In a small run all of them are tables in memory: for a few rows that costs half.
package duckdb
