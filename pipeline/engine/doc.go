// Package engine defines what a database engine is given and what it gives back. A Plan holds the
// landing's files, the small config relations that Go wrote, and the models in building order; an
// Engine turns it into Parquet files. Models are portable SQL, so that every engine gives the same
// rows.
package engine
