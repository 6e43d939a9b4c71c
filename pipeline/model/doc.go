// Package model reads the SQL models: their header, their dependencies and the order in which they
// are built. It knows no database.
//
// A model is one SELECT in a file named after the relation that it gives. Its kind follows from the
// prefix of that name: stg_ (one view per entity: types are right, one row per record), int_
// (intermediate steps), fct_ (one row per record, published), rpt_ (reports, published), check_
// (one row that says how many rows were looked at and how many broke the rule).
//
// A header is the comment at the top of the file: YAML with the description, the grain, the unique
// key, a sentence per column and the version of the definition.
package model
