// Package propose looks at a folder of exports and writes the configuration that reads them.
//
// A table is what a file says of itself: its columns and what their cells look like. A reading says
// that a table is the extract of an entity and which column is which field, by a preset that fits or
// by the words of the headers and the cells below them. A draft is a configuration with remarks. It
// is tried on the files themselves, mended where a file would be refused, and tried again, so that
// what is written runs.
//
// What could not be decided is a question: the draft says what was assumed and why. What is odd in
// the files is a finding. Nothing is hidden, and no personal data is looked at beyond the memory of
// the process: findings name columns, stages and other words of the business, never people.
package propose
